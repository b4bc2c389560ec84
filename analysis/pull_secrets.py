"""The command that makes a pull secret from a Docker configuration file: no password on a command line, and none through the bot."""

from analysis.kubectl import kubectl


def pull_secret(namespace: str) -> str:
    """The command, for a namespace."""
    kind, file = "--type=kubernetes.io/dockerconfigjson", "--from-file=.dockerconfigjson=DOCKER_CONFIG_FILE"
    return kubectl(namespace, "create", "secret", "generic", "registry-access", kind, file)
