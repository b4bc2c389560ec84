"""The values of a workflow run: manifest, statuses, events, outcomes and the fold of events into a run."""
