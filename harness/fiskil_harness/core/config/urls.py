"""Addresses that look right and cannot be used; a password that stands in one is never repeated."""

import re

_CREDENTIALS = re.compile(r"([^/?#]*//)?[^/?#]*@")


def why_unusable(url: str, host: str = "") -> str:
    """What is wrong with *url*, whose host may be known by now, as the rest of a sentence; nothing where it is fine."""
    if _CREDENTIALS.match(url):
        return "carries a user name or a password, and the harness sends neither. Leave out everything before the '@'."
    if ":" in host:
        return (
            f"names the IPv6 address {host!r}, which deliveries from the loopback addresses of IPv4 cannot reach: "
            "let the app listen on 127.0.0.1, and name that."
        )
    return ""


def redacted_url(url: str) -> str:
    """*url* as a complaint may repeat it: not at all when an '@' says that a password may stand in it."""
    return "one with an '@' in it" if "@" in url else repr(url)
