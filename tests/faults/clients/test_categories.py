"""Categories of results: the API's response, what was sent instead, neither, or a part."""

import pytest

from tests.faults.clients.categories import category
from tests.faults.clients.requests_made import ClientResult

API_BODY = b'{"amount": "10.00", "count": 10, "name": "caf\xc3\xa9"}'
VALUE = API_BODY.decode()


def result_of(body: bytes, value: str | None, status: int = 200) -> ClientResult:
    """Return a result of a client."""
    return ClientResult(status=status, body=body.decode("latin-1"), value=value)


CASES = [
    (result_of(API_BODY, VALUE), API_BODY, "ok"),
    (result_of(API_BODY, VALUE.replace("10,", "1e1,")), API_BODY, "ok"),
    (result_of(b"{}", "{}"), b"{}", "changed"),
    (result_of(b'{"count": 9007199254740993}', '{"count": 9007199254740992}'), b'{"count": 9007199254740993}', "distorted"),
    (result_of(API_BODY, VALUE.replace("é", "Ã©")), API_BODY, "distorted"),
    (result_of(API_BODY[:9], None), API_BODY[:9], "cut-unnoticed"),
    (result_of(API_BODY, None), API_BODY, "json-error"),
    (result_of(b"<html>", None), b"<html>", "json-error"),
    (result_of(b"", None), b"", "no-body"),
    (result_of(b"", None, status=503), b"", "status-503"),
    (result_of(API_BODY, VALUE, status=307), API_BODY, "status-307"),
    (ClientResult(error="reset", status=200), API_BODY, "reset"),
]


@pytest.mark.parametrize(("result", "sent", "word"), CASES)
def test_a_result_has_its_category(result: ClientResult, sent: bytes, word: str) -> None:
    """The category depends on what the caller knows and on the API's response."""
    assert category(result, API_BODY, sent) == word


def test_without_an_expected_body_a_result_is_as_sent() -> None:
    """A created end user has another id each time, so the result can only be compared with what was sent."""
    assert category(result_of(b"{}", "{}"), None, b"{}") == "as-sent"
