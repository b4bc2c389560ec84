"""Rules, correlation, audits and scores: pure functions over evidence. Reading clusters belongs to `kube`, asking models to `prompts`."""
