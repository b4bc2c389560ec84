"""The parts of a running workspace, wired together once; the server, the control API and the Python class share it."""

from dataclasses import dataclass

from sandbox.slack.arranging import Arranging
from sandbox.slack.conversing import Conversing
from sandbox.slack.interactions import Interactions
from sandbox.slack.looking import Looking
from sandbox.slack.methods.call import Backstage
from sandbox.slack.modals import Modals
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.web_api import WebApi
from sandbox.slack.world import World


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that a door of the workspace needs."""

    backstage: Backstage
    api: WebApi
    sockets: SocketMode
    interactions: Interactions
    conversing: Conversing
    modals: Modals
    looking: Looking
    arranging: Arranging

    @property
    def world(self) -> World:
        """The state of the workspace."""
        return self.backstage.world
