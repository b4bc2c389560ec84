"""Image references: their parts, and the name that was probably meant."""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-{1,10})[a-z0-9]+){0,30}"
_REFERENCE = re.compile(
    rf"(?:(?P<registry>localhost(?::\d+)?|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+){{1,10}}(?::\d+)?|[A-Za-z0-9-]+:\d+)/)?"
    rf"(?P<repository>{_COMPONENT}(?:/{_COMPONENT}){{0,10}})"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?P<digest>[a-z0-9]+:[0-9a-f]{32,128}))?"
)
LONGEST: Final = 512

# Official images that people type by hand; only for a did-you-mean.
POPULAR: Final = (
    "alpine",
    "busybox",
    "centos",
    "debian",
    "elasticsearch",
    "golang",
    "grafana",
    "haproxy",
    "httpd",
    "influxdb",
    "kong",
    "mariadb",
    "memcached",
    "mongo",
    "mysql",
    "nginx",
    "node",
    "openjdk",
    "php",
    "postgres",
    "python",
    "rabbitmq",
    "redis",
    "registry",
    "ruby",
    "tomcat",
    "traefik",
    "ubuntu",
    "vault",
    "wordpress",
)


@dataclass(frozen=True, slots=True)
class Image:
    """An image reference in its parts; empty where it names none."""

    repository: str
    registry: str = ""
    tag: str = ""
    digest: str = ""

    @property
    def host(self) -> str:
        """The registry that is asked; Docker Hub where none is named."""
        return self.registry or "docker.io"


def parse_image(reference: str) -> Image | None:
    """The parts of an image reference; None for one that no container runtime accepts."""
    if len(reference) > LONGEST or not (match := _REFERENCE.fullmatch(reference)):
        return None
    return Image(match["repository"], match["registry"] or "", match["tag"] or "", match["digest"] or "")


def likely_meant(image: Image) -> str:
    """The popular image whose name is a typo away, empty when there is none."""
    name = image.repository.removeprefix("library/")
    if image.registry not in {"", "docker.io"} or "/" in name or name in POPULAR:
        return ""
    return next(iter(get_close_matches(name, POPULAR, n=1, cutoff=0.75)), "")


def host(reference: str) -> str:
    """The registry host that a reference asks, as well as it can be read."""
    image = parse_image(reference)
    return image.host if image else reference.partition("/")[0]
