"""The commands of the terminal, one module a subject; each is imported when one of its verbs is used."""
