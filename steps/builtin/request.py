"""The `request` step type: one HTTP call to a JSON service.

Where it may go is the operator's rule, kept by the port `Http`; so is which fault is worth another try.
"""

import json
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr

from steps.context import StepContext
from steps.errors import Permanent
from steps.model.outcome import Failed, Outcome, Succeeded
from steps.ports import HttpRequest, HttpResponse
from steps.registry import Parameters, step_type

_ERROR = 400
_EXCERPT = 200


class HeaderFromSecret(Parameters):
    """A header whose value is in a Secret of the run's namespace."""

    header: str = Field(description="Name of the header.")
    secret: str = Field(description="Name of the Secret.")
    key: str = Field(description="Key in the Secret.")


class Request(Parameters):
    """What to ask, and how."""

    url: str = Field(min_length=1, description="Where to, http or https; addresses inside the cluster only where the operator allows them.")
    method: Literal["GET", "POST", "PUT", "DELETE", "PATCH"] = Field("GET", description="The HTTP method.")
    body: dict[str, Any] | None = Field(None, description="Sent as JSON.")
    header: dict[str, SecretStr] | None = Field(None, description="Headers by name; their values are kept out of sight.")
    headers_from_secret: list[HeaderFromSecret] | None = Field(None, description="Headers whose values are in Secrets.")


# Not repeatable: a POST that was caught in the middle may have been carried out, and only a person can find out.
@step_type("request", repeatable=False)
async def request(ctx: StepContext, params: Request) -> Outcome:
    """Send an HTTP request and read its JSON answer; a status of 400 or more fails the step.

    `outputs` may read `response` (the parsed body, null when it is empty) and `req.$returns.{body,statusCode,header}`, also without
    the `$returns`. Header names are written as Go does (`Content-Type`), each with a list of values; `Set-Cookie` is left out.
    """
    place = masked(params.url)
    ctx.progress(f"{params.method} {place}")
    answer = await ctx.http.send(HttpRequest(params.method, params.url, await _headers(ctx, params), _body(params)))
    values = _values(answer)
    if answer.status >= _ERROR:
        words = f": {_excerpt(answer.body)}" if answer.body.strip() else ""
        return Failed(f"request to {place} failed: {answer.status}{words}", values={"response": _parsed_or_none(answer.body), **values})
    if not answer.body.strip():
        return Succeeded({"response": None, **values})
    try:
        response = _parsed(answer.body)
    except ValueError as e:
        kind = answer.headers.get("content-type", "no content type")
        raise Permanent(f"{place} answered {answer.status} with {kind}, not with JSON: {_excerpt(answer.body)}", values=values) from e
    return Succeeded({"response": response, **values})


def masked(url: str) -> str:
    """The URL as people may see it: without user and password, and with the values of its query hidden."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises when what stands there is no number, but perhaps half a password
    except ValueError:
        return "the URL"
    pairs = (f"{pair.partition('=')[0]}=***" if "=" in pair else "***" for pair in parts.query.split("&"))
    query = "&".join(pairs) if parts.query else ""
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, query, ""))


def _body(params: Request) -> bytes:
    if params.body is None:
        return b""
    try:
        return json.dumps(params.body, allow_nan=False).encode("ascii")
    except ValueError as e:
        raise Permanent("parameter 'body' has a number that JSON cannot carry (.nan or .inf); leave it out or write it as text") from e


async def _headers(ctx: StepContext, params: Request) -> dict[str, str]:
    headers = {"content-type": "application/json"}
    for name, value in (params.header or {}).items():
        headers[name.lower()] = value.get_secret_value()
    for item in params.headers_from_secret or ():
        # Secrets made with `echo` end in a newline, which no header may have.
        headers[item.header.lower()] = (await ctx.secret(item.secret, item.key)).rstrip("\r\n")
    return headers


def _values(answer: HttpResponse) -> dict[str, Any]:
    returns = {
        "body": answer.body,
        "statusCode": answer.status,
        "header": {"-".join(word.capitalize() for word in name.split("-")): [value] for name, value in answer.headers.items()},
    }
    return {"req": {**returns, "$returns": returns}}


def _parsed(body: str) -> Any:
    try:
        parsed = json.loads(body, parse_constant=_refuse_constant)
        if "\\ud" in body.lower():
            # Half of a surrogate pair fits into a Python string but into no file; like Go, put U+FFFD there.
            whole = json.dumps(parsed, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            parsed = json.loads(whole)
    except RecursionError as e:
        raise ValueError("nested too deeply") from e
    return parsed


def _parsed_or_none(body: str) -> Any:
    try:
        return _parsed(body)
    except ValueError:
        return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _excerpt(body: str) -> str:
    words = " ".join(body[: 4 * _EXCERPT].split())
    return repr(words if len(words) <= _EXCERPT else f"{words[:_EXCERPT]}…")
