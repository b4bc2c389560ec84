"""One door for secrets: what leaves the run for people, prompts, logs or evidence passes through `redact`.

Pure and total: any JSON value in, the same shape out, with secret values replaced by `MASK`. It knows Kubernetes objects (Secret data,
`last-applied-configuration`, `managedFields`, `env`), names that announce a secret (`DB_PASSWORD`, `--api-key`), and the shapes of common
tokens inside text. It is a net under the first rule, that secret values are referenced and not copied; sealing them belongs to `state`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

MASK: Final = "[redacted]"
SHORTEST_KNOWN: Final = 4
LONGEST_KEY: Final = 120

_DROPPED_METADATA = frozenset({"managedFields"})
_DROPPED_ANNOTATIONS = frozenset({"kubectl.kubernetes.io/last-applied-configuration"})

_WORDS = (
    r"(?:pass(?:word|wd|phrase)|pwd|secret|token|api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|signing[_-]?key|credentials?)"
)
_SENSITIVE_NAME = re.compile(rf"{_WORDS}\d*$|(?:^|[_-])(?:pass|auth|jwt|dsn)$", re.IGNORECASE)
# A reference to a secret, or a switch about one, is not a secret: these names end in a sensitive word and hold neither.
_HARMLESS_NAMES = frozenset({"automountserviceaccounttoken", "secret", "imagepullsecret", "serviceaccounttoken"})
_FLAG = re.compile(rf"--?[A-Za-z0-9_-]*{_WORDS}$", re.IGNORECASE)

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A block that was cut in the middle is still a key: everything to the end goes.
    (re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL), MASK),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?"), MASK),
    (re.compile(r"\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b"), MASK),
    (re.compile(r"\bsk-[A-Za-z0-9_-]{12,}"), MASK),
    (re.compile(r"\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}"), MASK),
    (re.compile(r"\bxox[a-z](?:\.[a-z]+)?-[A-Za-z0-9-]{8,}|\bxapp-[A-Za-z0-9-]{8,}"), MASK),
    (re.compile(r"\bgh[oprsu]_[A-Za-z0-9]{16,}|\bgithub_pat_[A-Za-z0-9_]{16,}|\bglpat-[A-Za-z0-9_-]{12,}"), MASK),
    (re.compile(r"\bAIza[0-9A-Za-z_-]{30,}|\bnpm_[A-Za-z0-9]{30,}|\bhvs\.[A-Za-z0-9_-]{20,}"), MASK),
    (re.compile(r"https://hooks\.slack\.com/services/[A-Za-z0-9/_-]+"), f"https://hooks.slack.com/services/{MASK}"),
    (re.compile(r"\b(Bearer|Basic)\s+(?=[A-Za-z0-9._~+/=-]*[A-Z0-9._~+/=-])[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"(\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://)[^\s/@\"'<>?#]{1,300}@"), rf"\1{MASK}@"),
)
_PASSWORD = re.compile(
    r"""((?:pass(?:word|wd|phrase)|pwd)\d?["']?\s{0,3}[=:]\s{0,3})("[^"\n]*"|'[^'\n]*'|[^\s"',;&)}\]]+)""", re.IGNORECASE
)
_ASSIGNMENT = re.compile(rf"""({_WORDS}["']?\s{{0,3}}([=:])\s{{0,3}})("[^"\n]*"|'[^'\n]*'|[^\s"',;&)}}\]]+)""", re.IGNORECASE)
# One look before the dozen patterns: each of them needs one of these. Most messages have none, and every message passes here.
_TELLTALE = re.compile(
    r"PRIVATE KEY|eyJ|A(?:KIA|SIA|ROA|IDA)|sk-|[srp]k_|xox|xapp-|gh[oprsu]_|github_pat_|glpat-|AIza|npm_|hvs\.|://|bearer|basic"
    r"|pass|pwd|secret|token|key|credential",
    re.IGNORECASE,
)
_PLAIN_WORDS = frozenset({"true", "false", "null", "none", "nil", MASK, MASK.rstrip("]")})


def redact(value: Any, known: Iterable[str] = ()) -> Any:
    """The value without secrets; `known` are secret values to remove wherever they appear, in addition to what is recognised."""
    return _value(value, tuple(sorted((item for item in known if len(item) >= SHORTEST_KNOWN), key=len, reverse=True)))


def sensitive(name: str) -> bool:
    """Whether a variable, key or flag of this name announces a secret value (`DB_PASSWORD`, `apiKey`, `--token`)."""
    return name.lower() not in _HARMLESS_NAMES and _SENSITIVE_NAME.search(name) is not None


def _value(value: Any, known: tuple[str, ...]) -> Any:
    match value:
        case str():
            return _text(value, known)
        case Mapping():
            return _mapping(value, known)
        case list() | tuple():
            return type(value)(_items(value, known)) if type(value) in {list, tuple} else list(_items(value, known))
        case _:
            return value


def _mapping(value: Mapping[Any, Any], known: tuple[str, ...]) -> dict[Any, Any]:
    secret_object = value.get("kind") == "Secret" and ("data" in value or "stringData" in value)
    named_secret = isinstance(value.get("name"), str) and sensitive(value["name"])
    result: dict[Any, Any] = {}
    for key, item in value.items():
        if key in _DROPPED_METADATA:
            continue
        if secret_object and key in {"data", "stringData"}:
            result[key] = dict.fromkeys(item, MASK) if isinstance(item, Mapping) else MASK
        elif key == "annotations" and isinstance(item, Mapping):
            result[key] = _mapping({name: text for name, text in item.items() if name not in _DROPPED_ANNOTATIONS}, known)
        elif named_secret and key == "value" and isinstance(item, str) and item:
            result[key] = MASK
        elif isinstance(key, str) and sensitive(key):
            result[key] = _under_sensitive_name(item, known)
        else:
            result[key] = _value(item, known)
    return result


def _under_sensitive_name(item: Any, known: tuple[str, ...]) -> Any:
    """`token: x` is a value; `token: {value: x}` holds one; `token: {secretRef: …}` only points at one."""
    if isinstance(item, str):
        return MASK if item else item
    if isinstance(item, Mapping) and isinstance(item.get("value"), str):
        return {**_mapping(item, known), "value": MASK}
    return _value(item, known)


def _items(value: list[Any] | tuple[Any, ...], known: tuple[str, ...]) -> Iterable[Any]:
    """Items of a list; in an argument list, what follows `--password` is the password."""
    previous = ""
    for item in value:
        if isinstance(item, str) and _FLAG.match(previous) and not item.startswith("-"):
            yield MASK
        else:
            yield _value(item, known)
        previous = item if isinstance(item, str) else ""


def _text(text: str, known: tuple[str, ...]) -> str:
    for secret in known:
        text = text.replace(secret, MASK)
    if _TELLTALE.search(text) is None:
        return text
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    text = _PASSWORD.sub(_mask_password, text)
    return _ASSIGNMENT.sub(_mask_assignment, text)


def _mask_password(match: re.Match[str]) -> str:
    return match[0] if match[2].strip("\"'").lower() in _PLAIN_WORDS else match[1] + MASK


def _mask_assignment(match: re.Match[str]) -> str:
    """Prose such as `failed to fetch anonymous token: unexpected status` stays readable: a lower-case word after `: ` is no value."""
    written, sign, value = match[1], match[2], match[3]
    bare = value.strip("\"'")
    if bare.lower() in _PLAIN_WORDS or value.startswith(MASK):
        return match[0]
    prose = sign == ":" and written.endswith(" ") and value == bare and value.isalpha() and value.islower()
    return match[0] if prose and not _is_key(match.string, match.start()) else written + MASK


def _is_key(text: str, position: int) -> bool:
    """Whether nothing but the beginning of the same word stands before this on its line, as in `client_secret: x`."""
    line = text.rfind("\n", 0, position) + 1
    before = text[line:position].strip(" -\"'") if position - line <= LONGEST_KEY else " "
    return not any(character.isspace() for character in before)
