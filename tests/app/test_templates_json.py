"""Valid and invalid JSON in an app's responses."""

import pytest

from fiskil_harness.app.templates import read_json
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import HookError


def test_a_lone_surrogate_is_json() -> None:
    """JSON allows a lone surrogate, so it is read as a replacement character."""
    reply = HttpReply(status=200, body=rb'{"state": {"name": "\ud83d", "\ud83d": ["whole \ud83d\ude00"]}}')

    assert read_json(reply, "app.observe.effects") == {"state": {"name": "�", "�": ["whole 😀"]}}


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'{"pending": Infinity}', b"\xff"])
def test_invalid_json_is_refused(body: bytes) -> None:
    """The error contains the beginning of the body."""
    with pytest.raises(HookError, match="a body that is not JSON"):
        read_json(HttpReply(status=200, body=body), "app.observe.effects")
