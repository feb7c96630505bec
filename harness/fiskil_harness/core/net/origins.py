"""Origins that a user states: the scheme, host and port of a URL."""

import re
from urllib.parse import SplitResult, urlsplit

from fiskil_harness.errors import UsageError

WEB = {"http", "https"}
API_HOST, AUTH_HOST = "api.fiskil.com", "auth.fiskil.com"
"""Fiskil's hosts, as which a local Fiskil can pose to clients whose addresses are fixed."""

_HOST = re.compile(r"[a-z0-9._-]+")
_ADDRESS = re.compile(r"[0-9a-f:.]+")


def web_origin(text: str) -> str:
    """Return the origin *text*, such as ``https://shop.test:8443``, without a slash at its end.

    Raises:
        UsageError: *text* is not the origin of a website.
    """
    try:
        parts = urlsplit(text)
    except ValueError:
        raise _not_an_origin(text) from None
    host, port = host_and_port(parts)
    has_more = parts.path not in {"", "/"} or bool(parts.query or parts.fragment) or "@" in parts.netloc
    if parts.scheme not in WEB or not host or has_more:
        raise _not_an_origin(text)
    return f"{parts.scheme}://[{host}]{port}" if ":" in host else f"{parts.scheme}://{host}{port}"


def host_and_port(parts: SplitResult) -> tuple[str, str]:
    """Return the host of a URL in ASCII, and its port with a colon, or ""; two empty texts if one of them is unusable."""
    try:
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return "", ""
    is_usable = (_ADDRESS if ":" in host else _HOST).fullmatch(host)
    return (host, port) if is_usable else ("", "")


def _not_an_origin(text: str) -> UsageError:
    return UsageError(f"{text!r} is not an origin. Write scheme, host and port, such as http://app.test:8000.")
