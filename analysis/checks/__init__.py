"""The audit checks, by subject, found by scanning; what they cost together belongs to `analysis.score`."""
