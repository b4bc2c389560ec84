"""Reading manifests: bounded YAML with positions, checks before anything runs, parameters."""
