"""Files and uploads under way. Contents stay in memory; what is shared where is said by the messages that carry them."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]
LARGEST = 20 * 2**20  # bytes of one file
STORAGE = 100 * 2**20  # bytes of all files; the workspace is a play, not an archive
PREVIEW = 600  # characters of a text file that a message shows
_PICTURES = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "gif": "gif", "webp": "webp", "svg": "svg+xml"}
_TYPES = {"pdf": "application/pdf", "zip": "application/zip", "gz": "application/gzip", "html": "text/html"} | {
    suffix: f"image/{kind}" for suffix, kind in _PICTURES.items()
}
_TEXTS = {"log", "txt", "md", "yaml", "yml", "json", "csv", "diff", "patch", "py", "sh", "toml"}


@dataclass(frozen=True, slots=True)
class File:
    """A stored file."""

    id: str
    name: str
    title: str
    user: str
    created: int
    content: bytes
    team: str
    alt: str = ""
    channels: tuple[str, ...] = ()

    @property
    def filetype(self) -> str:
        """The word for its kind that Slack derives from the name."""
        return PurePosixPath(self.name).suffix.lstrip(".").lower() or "text"

    @property
    def is_text(self) -> bool:
        """Whether a preview of its text makes sense."""
        return self.filetype in _TEXTS or self.mimetype.startswith("text/")

    @property
    def mimetype(self) -> str:
        """The media type, by name."""
        if self.filetype in _TEXTS:
            return "text/plain"
        return _TYPES.get(self.filetype, "application/octet-stream")

    def json(self, url: str) -> Json:
        """The file object; `url` is the workspace's own."""
        place = f"{url}/files/{self.id}/{quote(self.name, safe='', errors='replace')}"
        shown: Json = {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title,
            "mimetype": self.mimetype,
            "filetype": self.filetype,
            "pretty_type": self.filetype.upper(),
            "user": self.user,
            "user_team": self.team,
            "editable": self.is_text,
            "size": len(self.content),
            "mode": "snippet" if self.is_text else "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": bool(self.channels),
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": place,
            "url_private_download": f"{place}?download=1",
            "permalink": place,
            "has_rich_preview": False,
            "file_access": "visible",
        }
        if self.alt:
            shown["alt_txt"] = self.alt
        if self.is_text:
            text = self.content.decode("utf-8", "replace")
            shown |= {
                "preview": text[:PREVIEW],
                "preview_is_truncated": len(text) > PREVIEW,
                "lines": text.count("\n") + 1,
                "lines_more": max(0, text.count("\n") - text[:PREVIEW].count("\n")),
            }
        return shown


@dataclass(frozen=True, slots=True)
class Upload:
    """A place that files.getUploadURLExternal has given; `content` is None until the bytes are there."""

    id: str
    ticket: str
    filename: str
    length: int
    alt: str = ""
    content: bytes | None = None
