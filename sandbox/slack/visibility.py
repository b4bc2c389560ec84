"""Who sees what: channels, messages and changes, through the eyes of one person."""

from sandbox.slack.channels import Channel
from sandbox.slack.errors import RefusedError
from sandbox.slack.feed import Change
from sandbox.slack.people import Person
from sandbox.slack.world import World


def sees(person: Person, channel: Channel) -> bool:
    """Members see a channel; a public one is seen by everybody who is not a guest."""
    return person.id in channel.members or (channel.kind == "public" and not person.guest)


def someone(world: World, wanted: str) -> Person:
    """The person of an id or a name; RefusedError when there is none or it is the bot."""
    person = world.person(wanted)
    if person is None or person.is_bot:
        names = ", ".join(item.name for item in world.people.values() if not item.is_bot)
        raise RefusedError("no_such_person", f"nobody here is called {wanted!r}; there are {names}")
    return person


def somewhere(world: World, person: Person, wanted: str) -> Channel:
    """The channel of an id or a name that a person sees, or `dm` for the direct message with the bot; RefusedError otherwise."""
    channel = world.dm(person.id) if wanted == "dm" else world.channel(wanted)
    if channel is None or not sees(person, channel):
        names = ", ".join(item.shown for item in world.channels.values() if sees(person, item))
        raise RefusedError("no_such_channel", f"{person.name} sees no channel {wanted!r}, only {names}")
    return channel


def change_visible(world: World, change: Change, person: Person | None, *, log: bool) -> bool:
    """Whether a change belongs in the feed of a person; nobody in particular sees everything."""
    if change.kind == "log":
        return log
    if person is None:
        return True
    if change.to is not None:
        return change.to == person.id
    if change.kind == "member.left" and change.data["user"] == person.id:
        return True  # or nobody would learn that they are out
    channel = world.channels.get(change.channel or "")
    return channel is None or sees(person, channel)
