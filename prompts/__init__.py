"""Prompt files, model calls and the answer's contract. Importing this package alone imports no HTTP client and no template engine."""
