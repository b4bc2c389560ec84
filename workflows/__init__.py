"""Shipped workflows: KubeVela WorkflowRuns as data, found by name through `steps.manifest.library`."""
