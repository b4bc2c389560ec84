"""What an image reference says: whether it is one, whether it can be pulled, and what is known of the software inside. Pure."""

import hashlib
import re

_DOMAIN = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?"
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REFERENCE = re.compile(
    rf"(?P<path>{_PART}(?:/{_PART})*)(?::(?P<tag>[\w][\w.-]{{0,127}}))?"
    r"(?:@(?P<digest>[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,}))?"
)
_NO_REPOSITORY = re.compile(r"does-not-exist|missing")
_NO_TAG = re.compile(r"no-such-tag|does-not-exist|missing|invalid")
_NOT_ROOT = re.compile(r"unprivileged|nonroot|rootless|distroless|bitnami")

# Images that end at once when they are given nothing to do.
ONE_SHOT = frozenset({"busybox", "alpine", "ubuntu", "debian", "hello-world"})

# The ports on which well-known images listen without being told.
_FAMILIAR: dict[str, tuple[int, ...]] = {
    "nginx": (80,),
    "nginx-unprivileged": (8080,),
    "httpd": (80,),
    "caddy": (80, 443),
    "traefik": (80,),
    "redis": (6379,),
    "postgres": (5432,),
    "mysql": (3306,),
    "mariadb": (3306,),
    "mongo": (27017,),
    "rabbitmq": (5672,),
    "memcached": (11211,),
    "podinfo": (9898,),
}


def parse(image: str) -> str | None:
    """The repository of an image reference, without registry, tag and digest; None when it is no reference."""
    found = _split(image)
    return found[1] if found else None


def _split(image: str) -> tuple[str, str, str] | None:
    """Registry, repository and tag. The first part is a registry only when it looks like a host, as docker reads it."""
    first, slash, rest = image.partition("/")
    registry = first if slash and ("." in first or ":" in first or first == "localhost") else ""
    match = _REFERENCE.fullmatch(rest if registry else image)
    if match is None or (registry and not re.fullmatch(_DOMAIN, registry)):
        return None
    return registry, match["path"], match["tag"] or ("" if match["digest"] else "latest")


def base_name(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def normalized(image: str) -> str:
    """An image reference as containerd names it: `docker.io/library/nginx:latest`."""
    found = _split(image)
    if found is None:
        return image
    registry, path, tag = found
    where = registry or "docker.io"
    library = "library/" if where == "docker.io" and "/" not in path else ""
    digest = f"@{image.rpartition('@')[2]}" if "@" in image else ""
    return f"{where}/{library}{path}" + (f":{tag}" if tag and not digest else digest)


def image_id(image: str) -> str:
    """The digest that a pulled image has; the same image has always the same."""
    whole = normalized(image)
    repository = whole.partition("@")[0]
    if not repository.rpartition("/")[2].partition(":")[2]:
        return whole
    return f"{repository.rpartition(':')[0]}@sha256:{hashlib.sha256(whole.encode()).hexdigest()}"


def image_size(image: str) -> int:
    """The size in bytes that a pull reports; invented, and stable."""
    return 5_000_000 + int(hashlib.sha256(normalized(image).encode()).hexdigest()[:7], 16) % 150_000_000


def pull_problem(image: str) -> str | None:
    """Why a registry would not give an image, in containerd's words, or None."""
    found = _split(image)
    if found is None:
        return None
    registry, path, tag = found
    whole = normalized(image)
    rpc = f'rpc error: code = NotFound desc = failed to pull and unpack image "{whole}": failed to resolve reference "{whole}": '
    if registry.endswith(".invalid"):
        unknown = rpc.replace("NotFound", "Unknown")
        return (
            f'{unknown}failed to do request: Head "https://{registry}/v2/{path}/manifests/{tag}": dial tcp: lookup {registry}: no such host'
        )
    if base_name(path) == "invalid" or _NO_REPOSITORY.search(path):
        denied = rpc.replace("NotFound", "Unknown")
        return (
            f"{denied}pull access denied, repository does not exist or may require authorization: server message: "
            "insufficient_scope: authorization failed"
        )
    if _NO_TAG.search(tag):
        return f"{rpc}{whole}: not found"
    return None


def familiar_ports(image: str) -> tuple[int, ...]:
    """The ports on which a well-known image listens."""
    return _FAMILIAR.get(base_name(parse(image) or ""), ())


def runs_as_root(image: str) -> bool:
    """Whether an image starts as root, which is taken from its name."""
    return _NOT_ROOT.search(normalized(image)) is None
