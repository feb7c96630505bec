"""Status faults: each status in each of its forms, as a value and as a plain client receives it."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import real_now
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults import Fault
from tests.faults.caller import Caller, exchange_on, json_of

ROUTE = "banking.transactions"


def bitten_response(caller: Caller, fault: Fault, *, route: str = ROUTE) -> httpx.Response:
    """Return the response that a client gets when the fault bites."""
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
    """The error has the endpoint's documented form."""
    response = bitten_response(caller, faults.Status(status=status))

    assert response.status_code == status
    assert response.json() == {"id": response.json()["id"], "name": name, "message": "try again later"}


@pytest.mark.parametrize(
    ("form", "media_type", "begin"),
    [
        ("nothing", None, b""),
        ("html", "text/html", b"<html>\r\n<head><title>502</title>"),
        ("text", "text/plain", b"upstream connect error"),
    ],
)
def test_a_gateway_responds_without_json(
    caller: Caller, form: faults.status.ErrorForm, media_type: str | None, begin: bytes
) -> None:
    """A gateway in front of the API does not state its version."""
    response = bitten_response(caller, faults.ErrorBody(status=502, form=form))

    assert (response.status_code, response.headers.get("content-type")) == (502, media_type)
    assert response.content.startswith(begin)
    assert int(response.headers["content-length"]) == len(response.content)
    assert "x-fiskil-version" not in response.headers


def test_an_error_in_the_form_of_the_standards(caller: Caller) -> None:
    """The error is a list of errors with URNs, instead of name and message."""
    (error,) = bitten_response(caller, faults.ErrorBody(status=503, form="cdr")).json()["errors"]

    assert (error["code"].partition("cds-all:")[0], error["title"]) == ("urn:au-cds:error:", "Unavailable")


def test_flags_are_as_requested(caller: Caller) -> None:
    """A core endpoint reports a timeout that is not temporary."""
    response = bitten_response(caller, faults.ErrorFlags(status=504, is_timeout=True), route="token")

    flags = {name: response.json()[name] for name in ("temporary", "timeout", "fault")}
    assert flags == {"temporary": False, "timeout": True, "fault": False}


def test_flags_are_left_out_where_errors_have_none(caller: Caller) -> None:
    """A data endpoint's error stays id, name and message."""
    response = bitten_response(caller, faults.ErrorFlags(status=503, is_temporary=True))

    assert set(response.json()) == {"id", "name", "message"}


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
def test_a_delay_is_stated_in_each_form(caller: Caller, form: faults.status.Wait, value: str | None) -> None:
    """The form does not depend on Fiskil's own."""
    response = bitten_response(caller, faults.RetryAfter(form=form))

    assert (response.status_code, response.headers.get("retry-after")) == (429, value)


def test_a_retry_date_is_never_too_early(caller: Caller) -> None:
    """Dates have whole seconds, so the date is at least the delay ahead of the server's own."""
    begun = real_now()

    response = bitten_response(caller, faults.RetryAfter(form="http_date", wait_s=3))

    ended, until = real_now(), parsedate_to_datetime(response.headers["retry-after"])
    assert (until - begun).total_seconds() >= 3
    assert (until - ended).total_seconds() <= 5
    assert 3 <= (until - parsedate_to_datetime(response.headers["date"])).total_seconds() <= 5


def test_a_skewed_server_is_wrong_about_both_dates(caller: Caller) -> None:
    """A client that compares both dates waits correctly; one that uses another clock does not."""
    response = bitten_response(caller, faults.RetryAfter(form="http_date", wait_s=3, date_skew_s=-7200))

    date, until = (parsedate_to_datetime(response.headers[name]) for name in ("date", "retry-after"))
    assert 3 <= (until - date).total_seconds() <= 5
    assert -7260 <= (date - datetime.now(UTC)).total_seconds() <= -7198


@pytest.mark.parametrize(("rows", "body"), [("empty", b""), ("null", b"null")])
def test_a_success_without_a_body(caller: Caller, rows: faults.status.Empty, body: bytes) -> None:
    """The status is a success, and the body is empty or null."""
    response = bitten_response(caller, faults.ErrorInside(rows=rows))

    assert (response.status_code, response.content) == (200, body)


def test_an_error_inside_success(caller: Caller) -> None:
    """Only the body shows that nothing was done."""
    response = bitten_response(caller, faults.ErrorInside())

    assert (response.status_code, response.json()["name"]) == (200, "InternalError")


def test_pending_until_polled_often_enough(caller: Caller) -> None:
    """Two polls get no rows, the third gets them."""
    with caller.fiskil.broken(ROUTE, faults.Pending(retry_after_s=1), times=2):
        responses = [caller.get(ROUTE), caller.get(ROUTE), caller.get(ROUTE)]

    assert [response.status_code for response in responses] == [202, 202, 200]
    assert responses[0].headers["retry-after"] == "1"
    assert len(responses[2].json()["transactions"]) == 25


def test_the_api_receives_no_refused_request(caller: Caller) -> None:
    """No end user was registered."""
    with caller.fiskil.broken("end_users.create", faults.ErrorInside()):
        caller.http.post("/v1/end-users", json={"email": "a@example.com"})

    assert caller.rows("end_users.list", email="a@example.com") == []


def test_each_response_is_a_value() -> None:
    """The response is the same for every exchange, and calling the fault has no effect."""
    fault = faults.RetryAfter(status=503, form="negative")

    first, second = fault.response_instead(exchange_on()), fault.response_instead(exchange_on())

    assert first is not None
    assert first == second
    assert (first.status, first.header(b"retry-after"), json_of(first)["name"]) == (503, b"-30", "Unavailable")


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (faults.ErrorBody(status=200), "status must be a whole number, from 400 to 599, got 200"),
        (faults.ErrorBody(form="htm"), "form 'htm' is unknown. Did you mean 'html'"),  # type: ignore[arg-type]
        (faults.ErrorFlags(status=204), "status"),
        (faults.RetryAfter(form="date"), "Did you mean 'http_date'"),  # type: ignore[arg-type]
        (faults.RetryAfter(wait_s=-1), "wait_s"),
        (faults.RetryAfter(date_skew_s=10**9), "date_skew_s"),
        (faults.ErrorInside(rows="nul"), "Did you mean 'null'"),  # type: ignore[arg-type]
        (faults.Pending(retry_after_s=-1), "retry_after_s"),
    ],
    ids=repr,
)
def test_invalid_arguments_are_refused(fault: Fault, message: str) -> None:
    """Invalid arguments are refused before a socket is opened, with the nearest word."""
    with pytest.raises(ConfigError, match=message):
        fault.check()
