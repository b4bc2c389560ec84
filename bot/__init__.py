"""Command line, wiring and views."""
