"""The controllers of an embedded cluster, one kind a file, and the loop that runs them."""
