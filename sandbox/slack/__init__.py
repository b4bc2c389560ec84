"""A small, strict Slack workspace on this machine: Web API, Socket Mode, signed HTTP, people who act, and faults on request."""

from sandbox.slack.clock import ManualClock, SystemClock
from sandbox.slack.errors import ManifestError, RefusedError
from sandbox.slack.workspace import SlackWorkspace

__all__ = ["ManifestError", "ManualClock", "RefusedError", "SlackWorkspace", "SystemClock"]
