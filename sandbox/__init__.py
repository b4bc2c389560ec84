"""Embedded stand-ins for the outside world: a Kubernetes API and a model server. They speak only wire protocols."""
