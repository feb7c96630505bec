"""Origins that a user states: only scheme, host and port are accepted."""

import pytest

from fiskil_harness.core.net.origins import web_origin
from fiskil_harness.errors import UsageError


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://auth.fiskil.com", "https://auth.fiskil.com"),
        ("https://auth.fiskil.com/", "https://auth.fiskil.com"),
        ("HTTPS://Auth.Fiskil.com:443", "https://auth.fiskil.com:443"),
        ("http://my_app:8000", "http://my_app:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://ü.example", "https://xn--tda.example"),
    ],
)
def test_an_origin_has_no_slash_at_its_end(text: str, origin: str) -> None:
    """Scheme and host are in lower case, and a host in another alphabet is encoded."""
    assert web_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "auth.fiskil.com",
        "auth.fiskil.com:443",
        "ftp://auth.fiskil.com",
        "https://",
        "https://me@auth.fiskil.com",
        "https://auth.fiskil.com/consent",
        "https://auth.fiskil.com?a=b",
        "https://auth.fiskil.com:x",
        "https://auth fiskil",
        "https://[::1",
        "https://a;b",
        f"https://{'a' * 70}.example",
    ],
)
def test_other_text_is_refused(text: str) -> None:
    """The message names the text and an example."""
    with pytest.raises(UsageError, match=r"is not an origin. Write scheme, host and port, such as http://app.test:8000"):
        web_origin(text)
