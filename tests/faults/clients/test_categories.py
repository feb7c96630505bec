"""Words for what a client hands over: what the API said, what was sent instead, neither, or a part."""

import pytest

from tests.faults.clients.categories import category
from tests.faults.clients.requests_made import Heard

SAID = b'{"amount": "10.00", "count": 10, "name": "caf\xc3\xa9"}'
VALUE = SAID.decode()


def answered(body: bytes, value: str | None, status: int = 200) -> Heard:
    """An answer as a client hands it over."""
    return Heard(status=status, body=body.decode("latin-1"), value=value)


CASES = [
    (answered(SAID, VALUE), SAID, "ok"),
    (answered(SAID, VALUE.replace("10,", "1e1,")), SAID, "ok"),
    (answered(b"{}", "{}"), b"{}", "changed"),
    (answered(b'{"count": 9007199254740993}', '{"count": 9007199254740992}'), b'{"count": 9007199254740993}', "distorted"),
    (answered(SAID, VALUE.replace("é", "Ã©")), SAID, "distorted"),
    (answered(SAID[:9], None), SAID[:9], "cut-unnoticed"),
    (answered(SAID, None), SAID, "json-error"),
    (answered(b"<html>", None), b"<html>", "json-error"),
    (answered(b"", None), b"", "no-body"),
    (answered(b"", None, status=503), b"", "status-503"),
    (answered(SAID, VALUE, status=307), SAID, "status-307"),
    (Heard(trouble="reset", status=200), SAID, "reset"),
]


@pytest.mark.parametrize(("heard", "sent", "word"), CASES)
def test_an_answer_has_its_word(heard: Heard, sent: bytes, word: str) -> None:
    """By what its caller can know, and by what the API had said."""
    assert category(heard, SAID, sent) == word


def test_without_a_truth_nothing_is_known_to_be_as_the_api_said() -> None:
    """An end user that was created has another id each time; what was sent is all there is to compare with."""
    assert category(answered(b"{}", "{}"), None, b"{}") == "as-sent"
