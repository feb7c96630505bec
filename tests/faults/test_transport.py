"""Faults of the connection: as values to the byte, and what a socket and a plain client see of them."""

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
from tests.faults.observed import BODY, HEAD, PATH, acts, hear, told

NEVER_HEARD = [
    (faults.Timeout(stream="upstream"), (End.STALL,)),
    (faults.Timeout(timeout_ms=100, stream="upstream"), (Pause(0.1), End.CLOSE)),
    (faults.ResetBefore(), (End.RESET,)),
    (faults.ResetBefore(delay_ms=50), (Pause(0.05), End.RESET)),
    (faults.EmptyResponse(), (End.CLOSE,)),
]


@pytest.mark.parametrize(("fault", "ahead"), NEVER_HEARD, ids=repr)
def test_upstream_the_api_never_hears(fault: faults.AnyFault, ahead: tuple[faults.End, ...]) -> None:
    """The connection ends before, and an answer would be left alone."""
    assert fault.before_request(told()) == ahead
    assert fault.shape(acts(), told()) == acts()


@pytest.mark.parametrize(("fault", "shaped"), NEVER_HEARD, ids=repr)
def test_downstream_the_work_is_done(fault: faults.AnyFault, shaped: tuple[faults.End, ...]) -> None:
    """The same end instead of the answer."""
    downstream = msgspec.structs.replace(fault, stream="downstream")

    assert downstream.before_request(told()) == ()
    assert downstream.shape(acts(), told()) == shaped


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
def test_an_answer_is_cut_at_its_byte(fault: faults.AnyFault, shaped: list[object]) -> None:
    """So many bytes, then the end."""
    assert fault.shape(acts(), told()) == shaped


BEYOND = [
    faults.ResetPeer(after_bytes=26),
    faults.LimitBytes(after_bytes=26),
    faults.LimitResponse(after_bytes=len(HEAD) + 26),
    faults.StallHead(after_bytes=len(HEAD)),
    faults.Stall(after_bytes=26),
]


@pytest.mark.parametrize("fault", BEYOND, ids=repr)
def test_a_cut_behind_the_last_byte_is_no_bite(fault: faults.AnyFault) -> None:
    """Equal acts."""
    assert fault.shape(acts(), told()) == acts()


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_empty_response_closes_without_a_byte(fiskil: LocalFiskil, stream: str) -> None:
    """FIN is all that comes."""
    heard = hear(fiskil, faults.EmptyResponse(stream=stream))

    assert (heard.data, heard.end) == (b"", "closed")


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_reset_before_resets_without_a_byte(fiskil: LocalFiskil, stream: str) -> None:
    """RST is all that comes."""
    heard = hear(fiskil, faults.ResetBefore(stream=stream))

    assert (heard.data, heard.end) == (b"", "reset")


@pytest.mark.slow
def test_a_delayed_reset_comes_later(fiskil: LocalFiskil) -> None:
    """By as much as was said."""
    assert hear(fiskil, faults.ResetBefore(delay_ms=150)).ended_s >= 0.15
    assert hear(fiskil, faults.ResetPeer(after_bytes=5, delay_ms=150)).ended_s >= 0.15


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
@pytest.mark.slow
def test_timeout_closes_after_its_silence(fiskil: LocalFiskil, stream: str) -> None:
    """Nothing came, for that long."""
    heard = hear(fiskil, faults.Timeout(timeout_ms=200, stream=stream))

    assert (heard.data, heard.end) == (b"", "closed")
    assert heard.ended_s >= 0.2


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
@pytest.mark.slow
def test_timeout_of_nothing_stays_silent(fiskil: LocalFiskil, stream: str) -> None:
    """Until the client has had enough."""
    heard = hear(fiskil, faults.Timeout(stream=stream), patience_s=1)

    assert (heard.data, heard.end) == (b"", "silent")


DONE = [
    (faults.Timeout(timeout_ms=1), 1),
    (faults.Timeout(timeout_ms=1, stream="upstream"), 0),
    (faults.ResetBefore(stream="downstream"), 1),
    (faults.ResetBefore(), 0),
    (faults.EmptyResponse(stream="downstream"), 1),
    (faults.EmptyResponse(), 0),
]


@pytest.mark.parametrize(("fault", "created"), DONE, ids=repr)
def test_silence_does_not_tell_whether_the_work_was_done(fiskil: LocalFiskil, fault: faults.AnyFault, created: int) -> None:
    """A client that asks again blindly creates another end user where the answer was lost, and not where the request was."""
    pair = {"client_id": fiskil.credentials.client_id, "client_secret": fiskil.credentials.client_secret}
    with httpx.Client(base_url=fiskil.api_url, timeout=30, trust_env=False) as client:
        client.headers["authorization"] = "Bearer " + client.post("/v1/token", json=pair).json()["token"]
        with fiskil.broken("end_users.create", fault), pytest.raises(httpx.TransportError):
            client.post("/v1/end-users", json={"email": "a@example.com"})
        found = client.get("/v1/end-users?email=a%40example.com").json()["end_users"]

    assert len(found) == created


@pytest.mark.parametrize("after_bytes", [1, 17, 149, 151, 600])
def test_limit_answer_counts_every_byte(fiskil: LocalFiskil, after_bytes: int) -> None:
    """Of head and body, exactly so many."""
    plain = hear(fiskil)

    heard = hear(fiskil, faults.LimitResponse(after_bytes=after_bytes))

    assert (heard.data, heard.end) == (plain.data[:after_bytes], "closed")


def test_limit_data_counts_the_body(fiskil: LocalFiskil) -> None:
    """The whole head, and exactly so many bytes more."""
    plain = hear(fiskil)

    heard = hear(fiskil, faults.LimitBytes(after_bytes=33))

    assert (heard.data, heard.end) == (plain.head + plain.body[:33], "closed")


@pytest.mark.slow
def test_stalls_leave_the_connection_open(fiskil: LocalFiskil) -> None:
    """In the head or in the body: exactly so many bytes, then silence."""
    plain = hear(fiskil)

    in_head = hear(fiskil, faults.StallHead(after_bytes=30), patience_s=1)
    in_body = hear(fiskil, faults.Stall(after_bytes=30), patience_s=1)

    assert (in_head.data, in_head.end) == (plain.data[:30], "silent")
    assert (in_body.data, in_body.end) == (plain.head + plain.body[:30], "silent")


def test_the_journal_tells_what_was_not_answered(fiskil: LocalFiskil) -> None:
    """A swallowed answer has no status, a cut one has its own."""
    journal = Journal()
    fiskil.link.begin(journal, is_stray=lambda _end_user_id: False)
    hear(fiskil, faults.EmptyResponse(stream="downstream"))
    hear(fiskil, faults.LimitBytes(after_bytes=3))

    wait_until(lambda: not fiskil.link.open_requests, cap_s=30)
    assert [(call.status, call.response_body) for call in journal.all(Exchange)] == [(None, b""), (200, b'[{"')]


def test_a_cut_behind_the_whole_answer_is_told(fiskil: LocalFiskil) -> None:
    """As a fault that never bit."""
    with pytest.raises(FaultUnbitten, match="1 response gave it nothing to spoil"):
        hear(fiskil, faults.LimitResponse(after_bytes=10**6))


OVER_TLS = [
    (faults.EmptyResponse(), 0),
    (faults.ResetBefore(), 0),
    (faults.LimitResponse(after_bytes=77), 77),
]


@pytest.mark.parametrize(("fault", "size"), OVER_TLS, ids=repr)
@pytest.mark.slow
def test_over_tls_the_bytes_inside_are_the_same(tmp_path: Path, fault: faults.AnyFault, size: int) -> None:
    """So many of them and then an end; Python's ssl tells a reset as an end like any other, so which one is not asked."""
    with LocalFiskil(workdir=tmp_path, seed=7, is_tls=True) as secure:
        plain = hear(secure)

        heard = hear(secure, fault)

    assert heard.data == plain.data[:size]
    assert heard.end != "silent"


def test_a_plain_client_says_what_each_end_is(fiskil: LocalFiskil) -> None:
    """A reset is a read error, an end without an answer a broken protocol, a silence a timeout."""
    with httpx.Client(base_url=fiskil.api_url, timeout=30, trust_env=False) as client:
        with fiskil.broken("institutions.list", faults.ResetBefore()), pytest.raises(httpx.ReadError):
            client.get(PATH)
        with fiskil.broken("institutions.list", faults.EmptyResponse()), pytest.raises(httpx.RemoteProtocolError):
            client.get(PATH)
        with fiskil.broken("institutions.list", faults.StallHead()):
            (waiting,) = fiskil.link.rules.waiting()
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
    ("fault", "words"), SENSELESS, ids=lambda value: repr(value) if isinstance(value, msgspec.Struct) else ""
)
def test_an_end_that_cannot_be_is_refused(fault: faults.AnyFault, words: str) -> None:
    """Before anything is asked."""
    with pytest.raises(ConfigError, match=words):
        fault.check()
