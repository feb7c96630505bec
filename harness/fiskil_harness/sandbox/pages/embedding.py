"""Policy for pages that embed the consent page, and reports of browsers that refused to embed it.

Without ``redirect_uri`` and ``cancel_uri`` the page cannot know the app's origin, so any page may embed it. A list of
sources would not do: even ``*`` excludes pages from files. Otherwise only pages of the origins of these URIs may.

Source: page.embedding
"""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

import msgspec
from msgspec import Struct

from fiskil_harness.core.model import AuthSession
from fiskil_harness.core.net.origins import WEB, host_and_port, web_origin
from fiskil_harness.errors import UsageError

LOOPBACK = tuple(
    f"{scheme}://{host}:*" for host in ("127.0.0.1", "localhost", "*.localhost") for scheme in ("http", "https")
)
"""Sources of the origins of an app on this machine."""
ANY = "*"
REPORTS = "/frame-refused"
"""The path to which a browser reports that it refused to embed the page."""

_SCHEME = re.compile(r"[a-z][a-z0-9+-]*")
_NETLOC = re.compile(r"[a-z0-9.:\[\]-]+")


def frame_policy(session: AuthSession | None, embed_from: Iterable[str]) -> str:
    """Return the directives for embedding a screen of *session*; "" if any page may embed it.

    Args:
        embed_from: Sources of further origins, from ``source_of``.
    """
    uris = (session.redirect_uri, session.cancel_uri) if session else ()
    places = [parts for parts in map(urlsplit, uris) if parts.scheme in WEB]
    further = tuple(embed_from)
    if not places or ANY in further:
        return ""
    sources = dict.fromkeys((*filter(None, map(_source, places)), *further)) or ("'none'",)
    return f"; frame-ancestors {' '.join(sources)}; report-uri {REPORTS}"


def source_of(origin: str) -> str:
    """Return the source for *origin*, such as ``https://shop.test:8443``, a scheme such as ``file:``, or ``*``.

    Raises:
        UsageError: *origin* is none of these.
    """
    scheme, colon, rest = origin.partition(":")
    is_scheme = bool(colon) and rest in {"", "//"} and bool(_SCHEME.fullmatch(scheme)) and scheme not in WEB
    if origin == ANY or is_scheme:
        return origin.removesuffix("//")
    try:
        return _source(urlsplit(web_origin(origin)))
    except UsageError as error:
        raise UsageError(f"{error} Write file: for pages from files, or * for any page.") from None


def _source(parts: SplitResult) -> str:
    """Return the source for the origin of a URL; "" if the URL has no usable host.

    A source cannot contain an IPv6 address, so such an origin becomes every host at its port.
    """
    host, port = host_and_port(parts)
    if not host:
        return ""
    return f"{parts.scheme}://{'*' if ':' in host else host}{port}"


class _Violation(Struct, frozen=True, rename="kebab"):
    effective_directive: str = ""
    violated_directive: str = ""


class _Report(Struct, frozen=True, rename="kebab"):
    csp_report: _Violation = _Violation()


def refused_origin(body: bytes, referrer: str) -> str | None:
    """Return the origin of the page that a browser refused, from its report; "" if the browser does not send it.

    The result is None if the report is about something else. A page from a file has no origin.

    Args:
        body: The body of the report, which names the policy.
        referrer: The report's ``Referer``, which is the origin of the embedding page.
    """
    try:
        violation = msgspec.json.decode(body, type=_Report).csp_report
    except msgspec.DecodeError:
        return None
    if not (violation.effective_directive or violation.violated_directive).startswith("frame-ancestors"):
        return None
    try:
        parts = urlsplit(referrer)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in WEB and _NETLOC.fullmatch(parts.netloc) else ""
