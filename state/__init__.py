"""What outlives a process: the journal in SQLite, sealed secrets, and the folder with one owner that holds them.

Only this package imports sqlite3 and sqlite_utils. What the journal's lines mean is left to `steps.model`.
"""
