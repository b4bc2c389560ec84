"""What happens next in a run, decided by pure functions: which steps begin, are skipped, wait, end; when the run ends."""
