"""Addresses of pages: whether two are one page, or one origin."""

from urllib.parse import unquote, urlsplit


def is_same_address(left: str, right: str) -> bool:
    """Whether two absolute addresses are one page: whatever their query, fragment, or slash at the end."""
    if not left or not right:
        return False
    one, other = urlsplit(left), urlsplit(right)
    return (one.scheme, one.netloc.lower(), _path(one.path)) == (other.scheme, other.netloc.lower(), _path(other.path))


def is_local(page_url: str, address: str) -> bool:
    """Whether an address is at the origin of a page."""
    return urlsplit(page_url)[:2] == urlsplit(address)[:2]


def _path(path: str) -> str:
    return unquote(path).rstrip("/") or "/"
