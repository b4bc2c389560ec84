"""The core: manifests, expressions, plan, engine and the step types. It knows no Slack, no Kubernetes client, no database."""
