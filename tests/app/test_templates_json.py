"""What counts as JSON in an app's answers."""

import pytest

from fiskil_harness.app.templates import read_json
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import HookError


def test_half_a_character_is_json() -> None:
    """The grammar allows it, so it is read, as a mark that can be written down."""
    reply = HttpReply(status=200, body=rb'{"state": {"name": "\ud83d", "\ud83d": ["whole \ud83d\ude00"]}}')

    assert read_json(reply, "app.observe.effects") == {"state": {"name": "�", "�": ["whole 😀"]}}


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'{"pending": Infinity}', b"\xff"])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    """With its beginning."""
    with pytest.raises(HookError, match="something that is no JSON"):
        read_json(HttpReply(status=200, body=body), "app.observe.effects")
