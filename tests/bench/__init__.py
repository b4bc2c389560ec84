"""Speed and memory, measured through the path that users take. `make bench` runs all of it and prints a table."""
