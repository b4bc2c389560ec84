"""Block Kit as this workspace accepts it: one module per family of blocks, all built from the checks in `checks`."""
