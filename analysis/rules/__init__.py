"""One rule a file, found by scanning: each turns facts into findings of one kind, and leaves ranking to `analysis.diagnosis`."""
