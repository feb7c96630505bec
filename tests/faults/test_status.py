"""Faults that are answers: each status in each of its forms, as a value and as a plain client receives it."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import real_now
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import PlainFault
from tests.faults.caller import Caller, asked_for, said

ROUTE = "banking.transactions"


def met(caller: Caller, fault: PlainFault, *, route: str = ROUTE) -> httpx.Response:
    """The answer that a client gets where the fault bites."""
    with caller.fiskil.broken(route, fault):
        return caller.get(route)


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (406, "UnsupportedVersion"),
        (408, "RequestTimeout"),
        (409, "Conflict"),
        (410, "Gone"),
        (413, "RequestTooLarge"),
        (415, "UnsupportedMediaType"),
        (422, "InvalidPage"),
        (425, "TooEarly"),
        (429, "TooManyRequests"),
        (500, "InternalError"),
        (502, "BadGateway"),
        (503, "Unavailable"),
        (504, "GatewayTimeout"),
    ],
)
def test_every_status_has_its_own_name(caller: Caller, status: int, name: str) -> None:
    """The error is told in the endpoint's documented shape."""
    answer = met(caller, faults.Status(status=status))

    assert answer.status_code == status
    assert answer.json() == {"id": answer.json()["id"], "name": name, "message": "try again later"}


@pytest.mark.parametrize(
    ("told", "media_type", "begin"),
    [
        ("nothing", None, b""),
        ("html", "text/html", b"<html>\r\n<head><title>502</title>"),
        ("text", "text/plain", b"upstream connect error"),
    ],
)
def test_a_gateway_speaks_no_json(
    caller: Caller, told: faults.status.ErrorForm, media_type: str | None, begin: bytes
) -> None:
    """What stands before the API says nothing of its version."""
    answer = met(caller, faults.ErrorBody(status=502, form=told))

    assert (answer.status_code, answer.headers.get("content-type")) == (502, media_type)
    assert answer.content.startswith(begin)
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "x-fiskil-version" not in answer.headers


def test_an_error_in_the_words_of_the_standards(caller: Caller) -> None:
    """A list of errors with URNs, in the place of name and message."""
    (error,) = met(caller, faults.ErrorBody(status=503, form="cdr")).json()["errors"]

    assert (error["code"].partition("cds-all:")[0], error["title"]) == ("urn:au-cds:error:", "Unavailable")


def test_flags_are_as_asked(caller: Caller) -> None:
    """A core endpoint tells a timeout that nobody should wait for."""
    answer = met(caller, faults.ErrorFlags(status=504, is_timeout=True), route="token")

    flags = {name: answer.json()[name] for name in ("temporary", "timeout", "fault")}
    assert flags == {"temporary": False, "timeout": True, "fault": False}


def test_flags_are_left_out_where_errors_have_none(caller: Caller) -> None:
    """A data endpoint's error stays id, name and message."""
    answer = met(caller, faults.ErrorFlags(status=503, is_temporary=True))

    assert set(answer.json()) == {"id", "name", "message"}


@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("seconds", "2"),
        ("past_date", "Wed, 21 Oct 2015 07:28:00 GMT"),
        ("absent", None),
        ("empty", ""),
        ("zero", "0"),
        ("negative", "-30"),
        ("fraction", "0.5"),
        ("huge", "99999999999999999999"),
        ("garbage", "soon"),
    ],
)
def test_a_wait_is_told_in_each_form(caller: Caller, form: faults.status.Wait, value: str | None) -> None:
    """Whatever form Fiskil itself uses."""
    answer = met(caller, faults.RetryAfter(form=form))

    assert (answer.status_code, answer.headers.get("retry-after")) == (429, value)


def test_a_date_to_wait_for_is_never_too_early(caller: Caller) -> None:
    """Dates have whole seconds, so it is at least the wait ahead of the server's own date."""
    begun = real_now()

    answer = met(caller, faults.RetryAfter(form="http_date", wait_s=3))

    ended, until = real_now(), parsedate_to_datetime(answer.headers["retry-after"])
    assert (until - begun).total_seconds() >= 3
    assert (until - ended).total_seconds() <= 5
    assert 3 <= (until - parsedate_to_datetime(answer.headers["date"])).total_seconds() <= 5


def test_a_skewed_server_is_wrong_about_both_dates(caller: Caller) -> None:
    """Who compares them with each other waits right, who compares with a clock of its own does not."""
    answer = met(caller, faults.RetryAfter(form="http_date", wait_s=3, date_skew_s=-7200))

    date, until = (parsedate_to_datetime(answer.headers[name]) for name in ("date", "retry-after"))
    assert 3 <= (until - date).total_seconds() <= 5
    assert -7260 <= (date - datetime.now(UTC)).total_seconds() <= -7198


@pytest.mark.parametrize(("given", "body"), [("empty", b""), ("null", b"null")])
def test_success_without_anything(caller: Caller, given: faults.status.Empty, body: bytes) -> None:
    """The status says that all is well."""
    answer = met(caller, faults.ErrorInside(rows=given))

    assert (answer.status_code, answer.content) == (200, body)


def test_an_error_inside_success(caller: Caller) -> None:
    """Only the body tells that nothing was done."""
    answer = met(caller, faults.ErrorInside())

    assert (answer.status_code, answer.json()["name"]) == (200, "InternalError")


def test_pending_until_polled_often_enough(caller: Caller) -> None:
    """Two polls find nothing, the third the rows."""
    with caller.fiskil.broken(ROUTE, faults.Pending(retry_after_s=1), times=2):
        answers = [caller.get(ROUTE), caller.get(ROUTE), caller.get(ROUTE)]

    assert [answer.status_code for answer in answers] == [202, 202, 200]
    assert answers[0].headers["retry-after"] == "1"
    assert len(answers[2].json()["transactions"]) == 25


def test_the_api_never_hears_of_what_is_refused(caller: Caller) -> None:
    """Nobody was registered."""
    with caller.fiskil.broken("end_users.create", faults.ErrorInside()):
        caller.http.post("/v1/end-users", json={"email": "a@example.com"})

    assert caller.rows("end_users.list", email="a@example.com") == []


def test_each_answer_is_a_value() -> None:
    """What comes is the same whoever asks, and nothing happens in asking."""
    fault = faults.RetryAfter(status=503, form="negative")

    first, second = fault.response_instead(asked_for()), fault.response_instead(asked_for())

    assert first is not None
    assert first == second
    assert (first.status, first.header(b"retry-after"), said(first)["name"]) == (503, b"-30", "Unavailable")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (faults.ErrorBody(status=200), "status must be a whole number, from 400 to 599, got 200"),
        (faults.ErrorBody(form="htm"), "no told 'htm'. Did you mean 'html'"),  # type: ignore[arg-type]
        (faults.ErrorFlags(status=204), "status"),
        (faults.RetryAfter(form="date"), "Did you mean 'http_date'"),  # type: ignore[arg-type]
        (faults.RetryAfter(wait_s=-1), "wait_s"),
        (faults.RetryAfter(date_skew_s=10**9), "date_skew_s"),
        (faults.ErrorInside(rows="nul"), "Did you mean 'null'"),  # type: ignore[arg-type]
        (faults.Pending(retry_after_s=-1), "retry_after_s"),
    ],
    ids=repr,
)
def test_answers_that_are_none_are_refused(fault: PlainFault, words: str) -> None:
    """Before a socket opens, with the nearest word."""
    with pytest.raises(ConfigError, match=words):
        fault.check()
