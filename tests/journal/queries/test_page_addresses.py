"""Addresses of pages: which URLs lead to the same page, and which to the same origin."""

import pytest

from fiskil_harness.journal.queries.page_addresses import is_local, is_same_address

PRIVACY = "https://app.example/legal/privacy"


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (PRIVACY, True),
        (f"{PRIVACY}/", True),
        (f"{PRIVACY}?lang=en#top", True),
        ("https://APP.example/legal/privac%79", True),
        ("https://app.example/legal", False),
        ("https://app.example/Legal/privacy", False),
        ("https://app.example//legal/privacy", False),
        ("http://app.example/legal/privacy", False),
        ("https://app.example:8443/legal/privacy", False),
        (f"{PRIVACY}X", False),
        ("", False),
    ],
)
def test_a_page_has_one_address(other: str, is_same: bool) -> None:
    """Query, fragment, trailing slash and encoding do not matter, and neither does the case of the host."""
    assert is_same_address(PRIVACY, other) is is_same
    assert is_same_address(other, PRIVACY) is is_same


def test_the_root_needs_no_slash() -> None:
    """Both addresses request the same page; no address is the same as another missing one."""
    assert is_same_address("https://app.example", "https://app.example/")
    assert not is_same_address("", "")
    assert not is_same_address("", "/")
    assert not is_same_address("/", "")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://app.example/terms", True),
        ("https://app.example", True),
        ("http://app.example/legal/privacy", False),
        ("https://app.example:8443/legal/privacy", False),
        ("https://law.example/legal/privacy", False),
        ("/legal/privacy", False),
    ],
)
def test_an_origin_is_scheme_host_and_port(address: str, expected: bool) -> None:
    """The path does not matter."""
    assert is_local(PRIVACY, address) is expected
