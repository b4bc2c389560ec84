"""Running workflows: the thin shell around the plan. It journals first, executes steps, keeps time and obeys people."""
