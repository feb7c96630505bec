"""Compare URLs of pages: same page, same origin."""

from urllib.parse import unquote, urlsplit


def is_same_address(left: str, right: str) -> bool:
    """Return True if two absolute URLs are those of the same page; query, fragment and trailing slash are ignored."""
    if not left or not right:
        return False
    return _page(left) == _page(right)


def is_local(page_url: str, address: str) -> bool:
    """Return True if the URL *address* has the same origin as *page_url*."""
    return urlsplit(page_url)[:2] == urlsplit(address)[:2]


def _page(address: str) -> tuple[str, str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower(), unquote(parts.path).rstrip("/") or "/"
