"""What a person sees in a terminal: pure views of runs, and the thin shell that draws them."""
