"""Faults of one exchange's connection: as values to the byte, and as a socket and a plain client receive them."""

from pathlib import Path

import httpx
import msgspec
import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import wait_until
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults import End, Pause, Piece
from fiskil_harness.journal import Exchange, Journal
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.faults.observed import BODY, HEAD, PATH, acts, make_exchange, receive
from tests.plain_http import plain_client

NEVER_HEARD = [
    (faults.Timeout(stream="upstream"), (End.STALL,)),
    (faults.Timeout(timeout_ms=100, stream="upstream"), (Pause(0.1), End.CLOSE)),
    (faults.ResetBefore(), (End.RESET,)),
    (faults.ResetBefore(delay_ms=50), (Pause(0.05), End.RESET)),
    (faults.EmptyResponse(), (End.CLOSE,)),
]


@pytest.mark.parametrize(("fault", "ahead"), NEVER_HEARD, ids=repr)
def test_upstream_the_api_receives_no_request(fault: faults.AnyFault, ahead: tuple[faults.End, ...]) -> None:
    """The connection ends before, and a response would stay unchanged."""
    assert fault.before_request(make_exchange()) == ahead
    assert fault.shape(acts(), make_exchange()) == acts()


@pytest.mark.parametrize(("fault", "shaped"), NEVER_HEARD, ids=repr)
def test_downstream_the_work_is_done(fault: faults.AnyFault, shaped: tuple[faults.End, ...]) -> None:
    """The same end replaces the response."""
    downstream = msgspec.structs.replace(fault, stream="downstream")

    assert downstream.before_request(make_exchange()) == ()
    assert downstream.shape(acts(), make_exchange()) == shaped


CUT = [
    (faults.ResetPeer(after_bytes=0), [Piece(HEAD), End.RESET]),
    (faults.ResetPeer(after_bytes=3, delay_ms=20), [Piece(HEAD), Piece(BODY[:3], is_body=True), Pause(0.02), End.RESET]),
    (faults.LimitBytes(after_bytes=3), [Piece(HEAD), Piece(BODY[:3], is_body=True), End.CLOSE]),
    (faults.LimitResponse(after_bytes=1), [Piece(HEAD[:1]), End.CLOSE]),
    (faults.LimitResponse(after_bytes=len(HEAD)), [Piece(HEAD), End.CLOSE]),
    (faults.LimitResponse(after_bytes=len(HEAD) + 2), [Piece(HEAD), Piece(BODY[:2], is_body=True), End.CLOSE]),
    (faults.StallHead(after_bytes=9), [Piece(HEAD[:9]), End.STALL]),
    (faults.Stall(after_bytes=3), [Piece(HEAD), Piece(BODY[:3], is_body=True), End.STALL]),
]


@pytest.mark.parametrize(("fault", "shaped"), CUT, ids=repr)
def test_a_response_is_cut_at_its_byte(fault: faults.AnyFault, shaped: list[object]) -> None:
    """Exactly these bytes arrive, then the end."""
    assert fault.shape(acts(), make_exchange()) == shaped


BEYOND = [
    faults.ResetPeer(after_bytes=26),
    faults.LimitBytes(after_bytes=26),
    faults.LimitResponse(after_bytes=len(HEAD) + 26),
    faults.StallHead(after_bytes=len(HEAD)),
    faults.Stall(after_bytes=26),
]


@pytest.mark.parametrize("fault", BEYOND, ids=repr)
def test_a_cut_behind_the_last_byte_is_no_bite(fault: faults.AnyFault) -> None:
    """The acts are equal."""
    assert fault.shape(acts(), make_exchange()) == acts()


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_empty_response_closes_without_a_byte(fiskil: LocalFiskil, stream: str) -> None:
    """Only FIN arrives."""
    received = receive(fiskil, faults.EmptyResponse(stream=stream))

    assert (received.data, received.end) == (b"", "closed")


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_reset_before_resets_without_a_byte(fiskil: LocalFiskil, stream: str) -> None:
    """Only RST arrives."""
    received = receive(fiskil, faults.ResetBefore(stream=stream))

    assert (received.data, received.end) == (b"", "reset")


@pytest.mark.slow
def test_a_delayed_reset_is_late(fiskil: LocalFiskil) -> None:
    """The reset is late by the delay."""
    assert receive(fiskil, faults.ResetBefore(delay_ms=150)).ended_s >= 0.15
    assert receive(fiskil, faults.ResetPeer(after_bytes=5, delay_ms=150)).ended_s >= 0.15


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
@pytest.mark.slow
def test_timeout_closes_after_its_silence(fiskil: LocalFiskil, stream: str) -> None:
    """No byte arrives for that long."""
    received = receive(fiskil, faults.Timeout(timeout_ms=200, stream=stream))

    assert (received.data, received.end) == (b"", "closed")
    assert received.ended_s >= 0.2


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
@pytest.mark.slow
def test_timeout_of_zero_stays_silent(fiskil: LocalFiskil, stream: str) -> None:
    """The connection is silent until the client gives up."""
    received = receive(fiskil, faults.Timeout(stream=stream), patience_s=1)

    assert (received.data, received.end) == (b"", "silent")


DONE = [
    (faults.Timeout(timeout_ms=1), 1),
    (faults.Timeout(timeout_ms=1, stream="upstream"), 0),
    (faults.ResetBefore(stream="downstream"), 1),
    (faults.ResetBefore(), 0),
    (faults.EmptyResponse(stream="downstream"), 1),
    (faults.EmptyResponse(), 0),
]


@pytest.mark.parametrize(("fault", "created"), DONE, ids=repr)
def test_silence_does_not_show_if_the_work_was_done(fiskil: LocalFiskil, fault: faults.AnyFault, created: int) -> None:
    """A client that retries blindly creates another end user if the response was lost, but not if the request was."""
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    with plain_client(base_url=fiskil.api_url) as client:
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        with fiskil.broken("end_users.create", fault), pytest.raises(httpx.TransportError):
            client.post("/v1/end-users", json={"email": "a@example.com"})
        end_users = client.get("/v1/end-users?email=a%40example.com").json()["end_users"]

    assert len(end_users) == created


@pytest.mark.parametrize("after_bytes", [1, 17, 149, 151, 600])
def test_limit_response_counts_every_byte(fiskil: LocalFiskil, after_bytes: int) -> None:
    """Exactly these bytes of head and body arrive."""
    plain = receive(fiskil)

    received = receive(fiskil, faults.LimitResponse(after_bytes=after_bytes))

    assert (received.data, received.end) == (plain.data[:after_bytes], "closed")


def test_limit_data_counts_the_body(fiskil: LocalFiskil) -> None:
    """The whole head and exactly these bytes of the body arrive."""
    plain = receive(fiskil)

    received = receive(fiskil, faults.LimitBytes(after_bytes=33))

    assert (received.data, received.end) == (plain.head + plain.body[:33], "closed")


@pytest.mark.slow
def test_stalls_leave_the_connection_open(fiskil: LocalFiskil) -> None:
    """Exactly these bytes of the head or the body arrive, then silence."""
    plain = receive(fiskil)

    in_head = receive(fiskil, faults.StallHead(after_bytes=30), patience_s=1)
    in_body = receive(fiskil, faults.Stall(after_bytes=30), patience_s=1)

    assert (in_head.data, in_head.end) == (plain.data[:30], "silent")
    assert (in_body.data, in_body.end) == (plain.head + plain.body[:30], "silent")


def test_the_journal_records_lost_responses(fiskil: LocalFiskil) -> None:
    """A swallowed response has no status, a cut one has its own."""
    journal = Journal()
    fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _end_user_id: False)
    receive(fiskil, faults.EmptyResponse(stream="downstream"))
    receive(fiskil, faults.LimitBytes(after_bytes=3))

    wait_until(lambda: not fiskil.proxy.open_requests, cap_s=30)
    assert [(call.status, call.response_body) for call in journal.all(Exchange)] == [(None, b""), (200, b'[{"')]


def test_a_cut_behind_the_whole_response_never_bites(fiskil: LocalFiskil) -> None:
    """The error states that the fault never bit."""
    with pytest.raises(FaultUnbitten, match="1 response gave it nothing to spoil"):
        receive(fiskil, faults.LimitResponse(after_bytes=10**6))


OVER_TLS = [
    (faults.EmptyResponse(), 0),
    (faults.ResetBefore(), 0),
    (faults.LimitResponse(after_bytes=77), 77),
]


@pytest.mark.parametrize(("fault", "size"), OVER_TLS, ids=repr)
@pytest.mark.slow
def test_over_tls_the_bytes_inside_are_the_same(tmp_path: Path, fault: faults.AnyFault, size: int) -> None:
    """The same bytes arrive, then an end; Python's ssl reports a reset like any other end, so the kind is not checked."""
    with LocalFiskil(workdir=tmp_path, seed=7, is_tls=True) as secure:
        plain = receive(secure)

        received = receive(secure, fault)

    assert received.data == plain.data[:size]
    assert received.end != "silent"


def test_a_plain_client_reports_each_end(fiskil: LocalFiskil) -> None:
    """A reset is a read error, an end without a response a protocol error, silence a timeout."""
    with plain_client(base_url=fiskil.api_url) as client:
        with fiskil.broken("institutions.list", faults.ResetBefore()), pytest.raises(httpx.ReadError):
            client.get(PATH)
        with fiskil.broken("institutions.list", faults.EmptyResponse()), pytest.raises(httpx.RemoteProtocolError):
            client.get(PATH)
        with fiskil.broken("institutions.list", faults.StallHead()):
            (waiting,) = fiskil.proxy.rules.waiting()
            with pytest.raises(httpx.ReadTimeout):
                client.get(PATH, timeout=0.3)
            assert wait_until(lambda: waiting.bitten, cap_s=30)


SENSELESS = [
    (faults.Timeout(stream="sideways"), "stream must be 'upstream' or 'downstream', got 'sideways'"),
    (faults.ResetBefore(stream=""), "stream"),
    (faults.EmptyResponse(stream="both"), "stream"),
    (faults.Timeout(timeout_ms=60_001), "timeout_ms must be a whole number, from 0 to 60000, got 60001"),
    (faults.ResetBefore(delay_ms=-1), "delay_ms"),
    (faults.ResetPeer(delay_ms=60_001), "delay_ms"),
    (faults.LimitResponse(after_bytes=0), "after_bytes must be a whole number, at least 1, got 0"),
    (faults.StallHead(after_bytes=0), "after_bytes"),
]


@pytest.mark.parametrize(
    ("fault", "message"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, msgspec.Struct) else ""
)
def test_an_impossible_end_is_refused(fault: faults.AnyFault, message: str) -> None:
    """Impossible arguments are refused before any request."""
    with pytest.raises(ConfigError, match=message):
        fault.check()
