"""A scripted model server: it stands in for an OpenAI-compatible provider, for tests and the demo. No model runs here."""

from sandbox.model.script import DEMO, Reply, Script, Turn, cut_short, garbage, rate_limited, refuse, say
from sandbox.model.server import Asked, ModelServer

__all__ = ["DEMO", "Asked", "ModelServer", "Reply", "Script", "Turn", "cut_short", "garbage", "rate_limited", "refuse", "say"]
