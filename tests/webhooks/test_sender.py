"""The sender of deliveries: loopback only, no redirect followed, every attempt recorded."""

from collections.abc import Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fiskil_harness.core.net.server import Loop
from fiskil_harness.errors import UnsafeTarget, UsageError
from fiskil_harness.journal import Delivery, HookCall, Journal
from fiskil_harness.webhooks import Sender, Target
from fiskil_harness.webhooks.connection_script import ReadResponse, Send
from fiskil_harness.webhooks.fiskil_signature import HEADER
from fiskil_harness.webhooks.sender import Outgoing, refuse_unsafe_host, written
from fiskil_harness.webhooks.signature_schemes import JSON


@pytest.fixture
def loop() -> Iterator[Loop]:
    """A loop that ends with the test."""
    with Loop() as loop:
        yield loop


@pytest.fixture(scope="module")
def threaded() -> Iterator[HTTPServer]:
    """One server for the module, because stopping one takes half a second."""
    with HTTPServer(host="127.0.0.1", port=0, threaded=True) as server:
        yield server


@pytest.fixture
def receiver(threaded: HTTPServer) -> HTTPServer:
    """A server that expects nothing yet."""
    threaded.clear()
    return threaded


def outgoing(body: bytes = b"{}", **note: object) -> Outgoing:
    delivery = Delivery(event="e0", participant="", message_id="1", attempt=1, body=body, **note)  # type: ignore[arg-type]
    return Outgoing(delivery=delivery, headers=(*JSON, (HEADER, "c2ln")))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://127.0.0.1:8000/hook", Target(host="127.0.0.1", port=8000, path="/hook")),
        ("http://localhost/hook?a=1", Target(host="localhost", port=80, path="/hook?a=1")),
        ("https://127.0.0.1", Target(host="127.0.0.1", port=443, path="/", is_tls=True)),
        ("http://127.8.9.10:1/", Target(host="127.8.9.10", port=1, path="/")),
    ],
)
def test_loopback_addresses_are_accepted(url: str, target: Target) -> None:
    """Any loopback address is accepted, with or without port and path."""
    assert Target.of(url) == target


@pytest.mark.parametrize(
    "url", ["https://example.com/hook", "http://192.0.2.1/hook", "http://0.0.0.0:80/", "http://no-such.invalid/"]
)
def test_other_hosts_are_refused(url: str) -> None:
    """Nothing is sent to another host unless it is allowed by name."""
    with pytest.raises(UnsafeTarget, match=r"is not loopback, and the harness sends only to loopback\."):
        Target.of(url)


def test_a_host_can_be_allowed_by_name() -> None:
    """The error names the key that allows a host."""
    assert Target.of("http://staging.internal:8080/x", allow_hosts=("staging.internal",)).host == "staging.internal"
    with pytest.raises(UnsafeTarget, match=r"set app\.url in a config and name the host under \[sandbox\] allow_hosts\."):
        refuse_unsafe_host("staging.internal", ("other.internal",))


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "127.0.0.1:8000", "http://", "http://127.0.0.1:99999/", "http://[::1/"])
def test_an_invalid_url_is_refused(url: str) -> None:
    """The error contains the invalid URL."""
    with pytest.raises(UsageError) as caught:
        Target.of(url)

    assert repr(url) in str(caught.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://user:geheim@127.0.0.1:1/x", "Leave out everything before the '@'."),
        ("user:geheim@127.0.0.1:1", "Leave out everything before the '@'."),
        ("http://user:g/geheim@127.0.0.1/x", "is invalid."),
        ("http://[::1]:8000/x", "names the IPv6 address '::1'"),
    ],
)
def test_an_unusable_url_is_refused_without_its_password(url: str, words: str) -> None:
    """A URL with a password is refused, and the error does not repeat the password."""
    with pytest.raises(UsageError) as caught:
        Target.of(url)

    assert words in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_delivery_is_sent_and_recorded(loop: Loop, receiver: HTTPServer) -> None:
    """The receiver gets the exact bytes and the signature header; the journal gets status and outcome."""
    expected = receiver.expect_oneshot_request(
        "/hook", method="POST", data=b'{"a": 1}', headers={"X-Fiskil-Signature": "c2ln"}
    )
    expected.respond_with_data("")
    journal = Journal()
    sender = Sender(loop, Target.of(receiver.url_for("/hook")))

    delivery = sender.deliver(outgoing(b'{"a": 1}'), journal)

    receiver.check()
    assert (delivery.status, delivery.outcome, delivery.group) == (200, "ack", 0)
    assert journal.all(Delivery) == [delivery]


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, "ack"), (299, "ack"), (302, "refuse"), (409, "refuse"), (503, "refuse")]
)
def test_any_2xx_acknowledges(loop: Loop, receiver: HTTPServer, status: int, outcome: str) -> None:
    """Every other status is a refusal, including a redirect."""
    receiver.expect_request("/").respond_with_data("", status=status, headers={"Location": "http://127.0.0.1:1/"})

    delivery = Sender(loop, Target.of(receiver.url_for("/"))).deliver(outgoing(), Journal())

    assert (delivery.status, delivery.outcome) == (status, outcome)


@pytest.mark.parametrize("status", [429, 503])
def test_a_delivery_that_is_too_early_is_repeated(loop: Loop, receiver: HTTPServer, status: int) -> None:
    """A receiver may limit its rate, and Fiskil would not repeat a delivery within a second."""
    receiver.expect_ordered_request("/hook").respond_with_data(status=status, headers={"Retry-After": "0"})
    receiver.expect_ordered_request("/hook").respond_with_data(status=204)
    journal = Journal()

    delivery = Sender(loop, Target.of(receiver.url_for("/hook"))).deliver(outgoing(), journal)

    assert (delivery.status, delivery.kind) == (204, "genuine")
    assert [(delivery.status, delivery.kind) for delivery in journal.all(Delivery)] == [(status, "early"), (204, "genuine")]


@pytest.mark.parametrize("headers", [{}, {"Retry-After": ""}])
def test_a_503_without_retry_after_counts(loop: Loop, receiver: HTTPServer, headers: dict[str, str]) -> None:
    """A 503 without a valid Retry-After is an ordinary refusal."""
    receiver.expect_request("/hook").respond_with_data(status=503, headers=headers)
    journal = Journal()

    Sender(loop, Target.of(receiver.url_for("/hook"))).deliver(outgoing(), journal)

    assert [(delivery.status, delivery.kind) for delivery in journal.all(Delivery)] == [(503, "genuine")]


def test_a_503_after_an_ordered_failure_counts(loop: Loop, receiver: HTTPServer) -> None:
    """A 503 after an ordered failure is a refusal, not a rate limit."""
    receiver.expect_request("/hook").respond_with_data(status=503, headers={"Retry-After": "0"})
    journal = Journal()
    journal.write(HookCall(hook="fail", participant="", status=200))

    Sender(loop, Target.of(receiver.url_for("/hook"))).deliver(outgoing(), journal)

    assert [delivery.kind for delivery in journal.all(Delivery)] == ["genuine"]


def test_a_receiver_that_always_returns_429_is_not_waited_for_again(loop: Loop, receiver: HTTPServer) -> None:
    """After three early attempts its refusals count at once."""
    receiver.expect_request("/hook").respond_with_data(status=429, headers={"Retry-After": "0"})
    sender, journal = Sender(loop, Target.of(receiver.url_for("/hook"))), Journal()

    sender.deliver(outgoing(), journal)
    sender.deliver(outgoing(), journal)

    assert [delivery.kind for delivery in journal.all(Delivery)] == ["early", "early", "early", "genuine", "genuine"]


def test_no_response_is_indeterminate(loop: Loop, receiver: HTTPServer) -> None:
    """Without a status it is unknown what the receiver did."""
    receiver.expect_request("/").respond_with_data("")

    delivery = Sender(loop, Target.of(receiver.url_for("/"))).deliver(outgoing(), Journal(), keeps_response=False)

    assert (delivery.status, delivery.outcome, delivery.problem) == (
        None,
        "indeterminate",
        "hung up before reading the response",
    )


def test_a_burst_is_one_group(loop: Loop, receiver: HTTPServer) -> None:
    """Deliveries sent together have one group number, in the given order, and the next burst has another."""
    receiver.expect_request("/").respond_with_data("")
    journal = Journal()
    sender = Sender(loop, Target.of(receiver.url_for("/")))

    first = sender.burst([outgoing(b"1"), outgoing(b"2")], journal)
    second = sender.burst([outgoing(b"3"), outgoing(b"4")], journal)

    assert [delivery.body for delivery in journal.all(Delivery)] == [b"1", b"2", b"3", b"4"]
    assert {delivery.group for delivery in first} != {delivery.group for delivery in second}
    assert 0 not in {delivery.group for delivery in first + second}


def test_header_bytes_above_127_are_sent_unchanged(loop: Loop, receiver: HTTPServer) -> None:
    """Malformed headers arrive byte for byte."""
    headers: list[str] = []

    def record(request: Request) -> Response:
        headers.append(request.headers["X-Odd"])
        return Response(status=204)

    receiver.expect_request("/").respond_with_handler(record)
    odd = Outgoing(delivery=outgoing().delivery, headers=(("X-Odd", "\x80\xff"),))

    Sender(loop, Target.of(receiver.url_for("/"))).deliver(odd, Journal())

    assert headers == ["\x80\xff"]


def test_an_ordinary_delivery_is_made_beside_a_slow_client(loop: Loop, receiver: HTTPServer) -> None:
    """Only the ordinary delivery is recorded."""
    receiver.expect_request("/", data=b"{}").respond_with_data("")
    journal = Journal()

    delivery = Sender(loop, Target.of(receiver.url_for("/"))).deliver_beside_slow_client(outgoing(), journal)

    assert delivery.status == 200
    assert journal.all(Delivery) == [delivery]


def test_long_bodies_are_kept_in_part(loop: Loop, receiver: HTTPServer) -> None:
    """The journal keeps the start, length and digest of a body above 64 KiB; the receiver gets all of it."""
    receiver.expect_oneshot_request("/", data=b"x" * 70_000).respond_with_data("")

    delivery = Sender(loop, Target.of(receiver.url_for("/"))).deliver(outgoing(b"x" * 70_000), Journal())

    receiver.check()
    assert b"70000 bytes, sha256" in delivery.body
    assert len(delivery.body) < 5000


def test_many_deliveries_share_a_few_connections(loop: Loop, receiver: HTTPServer) -> None:
    """Each delivery is recorded with its own response, in any order, and not as a burst."""
    receiver.expect_request("/").respond_with_handler(lambda request: Response(status=int(request.get_data())))
    journal = Journal()

    count = Sender(loop, Target.of(receiver.url_for("/"))).send_many(
        (outgoing(b"%d" % status) for status in (200, 204, 401, 503)), journal, lanes=2
    )

    deliveries = sorted(journal.all(Delivery), key=lambda delivery: delivery.body)
    assert count == 4
    assert [(delivery.body, delivery.status, delivery.outcome, delivery.group) for delivery in deliveries] == [
        (b"200", 200, "ack", 0),
        (b"204", 204, "ack", 0),
        (b"401", 401, "refuse", 0),
        (b"503", 503, "refuse", 0),
    ]


def test_a_script_is_recorded_only_on_request(loop: Loop, receiver: HTTPServer) -> None:
    """A script's result is recorded only by ``note``."""
    receiver.expect_oneshot_request("/", method="PUT").respond_with_data("", status=405)
    journal, sender = Journal(), Sender(loop, Target.of(receiver.url_for("/")))
    request = written(sender.target, body=b"{}", headers=(*JSON, (HEADER, "c2ln")), method="PUT")

    talk = sender.run_script((Send(request), ReadResponse()))
    assert not journal.all(Delivery)
    delivery = sender.note(outgoing(), talk.reply, journal, journal.stamp())

    assert (delivery.status, delivery.outcome, journal.all(Delivery)) == (405, "refuse", [delivery])
