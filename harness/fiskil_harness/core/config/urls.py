"""Checks of URLs; a password in a URL is never repeated."""

import re

_CREDENTIALS = re.compile(r"([^/?#]*//)?[^/?#]*@")


def why_unusable(url: str, host: str = "") -> str:
    """Return what is wrong with *url* as the rest of a sentence; "" if it is valid. *host* may be known already."""
    if _CREDENTIALS.match(url):
        return "carries a user name or a password, and the harness sends neither. Leave out everything before the '@'."
    if ":" in host:
        return (
            f"names the IPv6 address {host!r}, which deliveries from the loopback addresses of IPv4 cannot reach: "
            "let the app listen on 127.0.0.1, and name that."
        )
    return ""


def redacted_url(url: str) -> str:
    """Return *url* for an error message, or a placeholder if an '@' shows that it may contain a password."""
    return "one with an '@' in it" if "@" in url else repr(url)
