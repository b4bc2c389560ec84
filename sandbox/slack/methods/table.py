"""All methods by name."""

from sandbox.slack.methods import chat, conversations, directory, files, reactions, views
from sandbox.slack.methods.call import Method

METHODS: dict[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **directory.METHODS,
    **files.METHODS,
    **reactions.METHODS,
    **views.METHODS,
}
