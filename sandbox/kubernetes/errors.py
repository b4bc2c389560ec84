"""The one error of the API: a metav1.Status that is not a success.

    ApiError          raised anywhere below the HTTP layer, answered there as its `Status`

The functions build the Statuses a real API server answers, with its wording (k8s.io/apimachinery/pkg/api/errors).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from sandbox.kubernetes.trees import Json

UNPROCESSABLE = 422  # HTTPStatus renamed its member in 3.13; the number did not change


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason inside `details.causes`: a field path, a reason such as `FieldValueRequired`, words."""

    field: str
    reason: str
    message: str

    def body(self) -> Json:
        """As the wire has it."""
        return {"reason": self.reason, "message": self.message, "field": self.field}


class ApiError(Exception):
    """A request that the API answers with a failure `Status`."""

    def __init__(self, code: int, reason: str, message: str, details: Json | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details

    def status(self) -> Json:
        """The metav1.Status that goes over the wire."""
        body: Json = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
        }
        if self.details is not None:
            body["details"] = self.details
        body["code"] = self.code
        return body


def _qualified(plural: str, group: str) -> str:
    return f"{plural}.{group}" if group else plural


def _details(name: str, group: str, kind: str, **more: Any) -> Json:
    return {key: value for key, value in {"name": name, "group": group, "kind": kind, **more}.items() if value}


def not_found(plural: str, group: str, name: str) -> ApiError:
    """404 for an object."""
    words = f'{_qualified(plural, group)} "{name}" not found'
    return ApiError(HTTPStatus.NOT_FOUND, "NotFound", words, _details(name, group, plural))


def unknown_resource() -> ApiError:
    """404 for a path that no kind serves."""
    return ApiError(HTTPStatus.NOT_FOUND, "NotFound", "the server could not find the requested resource", {})


def already_exists(plural: str, group: str, name: str) -> ApiError:
    """409 for a create of what is there."""
    words = f'{_qualified(plural, group)} "{name}" already exists'
    return ApiError(HTTPStatus.CONFLICT, "AlreadyExists", words, _details(name, group, plural))


def conflict(plural: str, group: str, name: str, why: str) -> ApiError:
    """409 for a write based on an old version or a wrong uid."""
    words = f'Operation cannot be fulfilled on {_qualified(plural, group)} "{name}": {why}'
    return ApiError(HTTPStatus.CONFLICT, "Conflict", words, _details(name, group, plural))


def modified(plural: str, group: str, name: str) -> ApiError:
    """409 for an update whose resourceVersion is not the live one."""
    why = "the object has been modified; please apply your changes to the latest version and try again"
    return conflict(plural, group, name, why)


def manager_conflict(conflicts: Sequence[tuple[str, str]]) -> ApiError:
    """409 for an apply of fields that others own: pairs of who (as the message names them) and the field's path."""
    causes = [Cause(field, "FieldManagerConflict", f"conflict with {who}").body() for who, field in conflicts]
    if len(conflicts) == 1:
        words = f"Apply failed with 1 conflict: conflict with {conflicts[0][0]}: {conflicts[0][1]}"
    else:
        lines = []
        for who in sorted({who for who, _ in conflicts}):
            lines += [f"conflicts with {who}:", *(f"- {field}" for other, field in conflicts if other == who)]
        words = f"Apply failed with {len(conflicts)} conflicts: " + "\n".join(lines)
    return ApiError(HTTPStatus.CONFLICT, "Conflict", words, {"causes": causes})


def invalid(kind: str, group: str, name: str, causes: Sequence[Cause]) -> ApiError:
    """422 with every field that is wrong."""
    problems = [f"{cause.field}: {cause.message}" for cause in causes]
    listing = problems[0] if len(problems) == 1 else f"[{', '.join(problems)}]"
    qualified = f"{kind}.{group}" if group else kind
    words = f'{qualified} "{name}" is invalid: {listing}'
    details = _details(name, group, kind, causes=[cause.body() for cause in causes])
    return ApiError(UNPROCESSABLE, "Invalid", words, details)


def bad_request(message: str) -> ApiError:
    """400 with words of our own."""
    return ApiError(HTTPStatus.BAD_REQUEST, "BadRequest", message)


def forbidden(plural: str, group: str, name: str, why: str) -> ApiError:
    """403, which the cluster answers for quotas, terminating namespaces and missing service accounts."""
    words = f'{_qualified(plural, group)} "{name}" is forbidden: {why}'
    return ApiError(HTTPStatus.FORBIDDEN, "Forbidden", words, _details(name, group, plural))


def method_not_allowed() -> ApiError:
    """405 for a verb the resource does not have."""
    words = "the server does not allow this method on the requested resource"
    return ApiError(HTTPStatus.METHOD_NOT_ALLOWED, "MethodNotAllowed", words, {})


def unsupported_media(sent: str, supported: Sequence[str]) -> ApiError:
    """415 for a body in a format this server does not read, protobuf above all."""
    words = f"the body of the request was in an unknown format - accepted media types include: {', '.join(supported)} (sent: {sent!r})"
    return ApiError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", words)


def gone(asked: int, oldest: int) -> ApiError:
    """410 for a version the ring buffer no longer has: list again."""
    return ApiError(HTTPStatus.GONE, "Expired", f"too old resource version: {asked} ({oldest})")
