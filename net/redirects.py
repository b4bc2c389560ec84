"""Where a redirect leads: a pure step from one request to the next. Whether that address is allowed is checked when it is sent."""

from dataclasses import replace

import httpx

from net.headers import for_another_origin, without_body
from steps.errors import Forbidden, Permanent
from steps.ports import HttpRequest

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEP_METHOD = frozenset({307, 308})
_SAFE = frozenset({"GET", "HEAD"})


def origin_of(url: httpx.URL) -> str:
    """Scheme, host and port: what an error message may show, as user, path and query can hold secrets."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def redirected(request: HttpRequest, url: httpx.URL, status: int, location: str | None) -> HttpRequest | None:
    """The request that follows, None when the answer is no redirect.

    Method and body as Go's client treats them (and so KubeVela): 307 and 308 keep both, the others become a GET without body.
    Another origin gets no credentials; from https to http is refused.
    """
    if status not in _REDIRECTS or not location:
        return None
    try:
        target = url.join(location).copy_with(fragment=None)
        target = target.copy_with(userinfo=b"") if target.userinfo else target
    except (httpx.InvalidURL, UnicodeError) as e:
        raise Permanent(f"{origin_of(url)} redirects ({status}) to something that is not a URL") from e
    if url.scheme == "https" and target.scheme == "http":
        raise Forbidden(
            f"{origin_of(url)} redirects ({status}) to {origin_of(target)}, from encrypted to plain; ask for the final URL instead"
        )
    headers = dict(request.headers)
    if origin_of(target) != origin_of(url):
        headers = for_another_origin(headers)
    if status in _KEEP_METHOD:
        return replace(request, url=str(target), headers=headers)
    method = request.method if request.method in _SAFE else "GET"
    return replace(request, method=method, url=str(target), headers=without_body(headers), body=b"")
