"""The one door for deliveries: loopback only, nothing followed, every attempt written down."""

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
    with Loop() as one:
        yield one


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
    written = Delivery(event="e0", participant="", message_id="1", attempt=1, body=body, **note)  # type: ignore[arg-type]
    return Outgoing(note=written, headers=(*JSON, (HEADER, "c2ln")))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://127.0.0.1:8000/hook", Target(host="127.0.0.1", port=8000, path="/hook")),
        ("http://localhost/hook?a=1", Target(host="localhost", port=80, path="/hook?a=1")),
        ("https://127.0.0.1", Target(host="127.0.0.1", port=443, path="/", is_tls=True)),
        ("http://127.8.9.10:1/", Target(host="127.8.9.10", port=1, path="/")),
    ],
)
def test_loopback_addresses_are_read(url: str, target: Target) -> None:
    """Any loopback address will do, with or without port and path."""
    assert Target.of(url) == target


@pytest.mark.parametrize(
    "url", ["https://example.com/hook", "http://192.0.2.1/hook", "http://0.0.0.0:80/", "http://no-such.invalid/"]
)
def test_other_machines_are_refused(url: str) -> None:
    """Nothing leaves this machine unless its host is allowed by name."""
    with pytest.raises(UnsafeTarget, match=r"is not loopback, and the harness sends only there\."):
        Target.of(url)


def test_a_host_can_be_allowed_by_name() -> None:
    """The complaint names the key that allows it."""
    assert Target.of("http://staging.internal:8080/x", allow_hosts=("staging.internal",)).host == "staging.internal"
    with pytest.raises(UnsafeTarget, match=r"as its app\.url, and by name under \[sandbox\] allow_hosts\."):
        refuse_unsafe_host("staging.internal", ("other.internal",))


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "127.0.0.1:8000", "http://", "http://127.0.0.1:99999/", "http://[::1/"])
def test_what_is_no_url_of_a_receiver_is_refused(url: str) -> None:
    """The complaint carries the value."""
    with pytest.raises(UsageError) as caught:
        Target.of(url)

    assert repr(url) in str(caught.value)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://user:geheim@127.0.0.1:1/x", "Leave out everything before the '@'."),
        ("user:geheim@127.0.0.1:1", "Leave out everything before the '@'."),
        ("http://user:g/geheim@127.0.0.1/x", "is none."),
        ("http://[::1]:8000/x", "names the IPv6 address '::1'"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_its_password(url: str, words: str) -> None:
    """Passwords are not sent, so they are not taken, and no complaint repeats one."""
    with pytest.raises(UsageError) as caught:
        Target.of(url)

    assert words in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_a_delivery_is_sent_and_written_down(loop: Loop, receiver: HTTPServer) -> None:
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
    """Everything else with a status is a refusal, a redirect too."""
    receiver.expect_request("/").respond_with_data("", status=status, headers={"Location": "http://127.0.0.1:1/"})

    delivery = Sender(loop, Target.of(receiver.url_for("/"))).deliver(outgoing(), Journal())

    assert (delivery.status, delivery.outcome) == (status, outcome)


@pytest.mark.parametrize("status", [429, 503])
def test_what_came_too_soon_is_made_again(loop: Loop, receiver: HTTPServer, status: int) -> None:
    """A limit of deliveries per second is lawful, and Fiskil would not come again within one."""
    receiver.expect_ordered_request("/hook").respond_with_data(status=status, headers={"Retry-After": "0"})
    receiver.expect_ordered_request("/hook").respond_with_data(status=204)
    journal = Journal()

    delivery = Sender(loop, Target.of(receiver.url_for("/hook"))).deliver(outgoing(), journal)

    assert (delivery.status, delivery.kind) == (204, "genuine")
    assert [(delivery.status, delivery.kind) for delivery in journal.all(Delivery)] == [(status, "early"), (204, "genuine")]


@pytest.mark.parametrize("headers", [{}, {"Retry-After": ""}])
def test_a_503_that_names_no_pause_counts(loop: Loop, receiver: HTTPServer, headers: dict[str, str]) -> None:
    """It is a refusal like any other."""
    receiver.expect_request("/hook").respond_with_data(status=503, headers=headers)
    journal = Journal()

    Sender(loop, Target.of(receiver.url_for("/hook"))).deliver(outgoing(), journal)

    assert [(delivery.status, delivery.kind) for delivery in journal.all(Delivery)] == [(503, "genuine")]


def test_a_503_that_was_ordered_counts(loop: Loop, receiver: HTTPServer) -> None:
    """An app that was told to fail says so, and means more than that it is busy."""
    receiver.expect_request("/hook").respond_with_data(status=503, headers={"Retry-After": "0"})
    journal = Journal()
    journal.write(HookCall(hook="fail", participant="", status=200))

    Sender(loop, Target.of(receiver.url_for("/hook"))).deliver(outgoing(), journal)

    assert [delivery.kind for delivery in journal.all(Delivery)] == ["genuine"]


def test_a_receiver_that_says_nothing_but_429_is_not_waited_for_again(loop: Loop, receiver: HTTPServer) -> None:
    """Its refusal counts, and the next one at once."""
    receiver.expect_request("/hook").respond_with_data(status=429, headers={"Retry-After": "0"})
    sender, journal = Sender(loop, Target.of(receiver.url_for("/hook"))), Journal()

    sender.deliver(outgoing(), journal)
    sender.deliver(outgoing(), journal)

    assert [delivery.kind for delivery in journal.all(Delivery)] == ["early", "early", "early", "genuine", "genuine"]


def test_no_answer_is_indeterminate(loop: Loop, receiver: HTTPServer) -> None:
    """Without a status nobody knows what the receiver did."""
    receiver.expect_request("/").respond_with_data("")

    delivery = Sender(loop, Target.of(receiver.url_for("/"))).deliver(outgoing(), Journal(), keeps_answer=False)

    assert (delivery.status, delivery.outcome, delivery.trouble) == (
        None,
        "indeterminate",
        "hung up before reading the answer",
    )


def test_a_burst_is_one_group(loop: Loop, receiver: HTTPServer) -> None:
    """What left together is marked, in the order given, and the next burst is another group."""
    receiver.expect_request("/").respond_with_data("")
    journal = Journal()
    sender = Sender(loop, Target.of(receiver.url_for("/")))

    first = sender.burst([outgoing(b"1"), outgoing(b"2")], journal)
    second = sender.burst([outgoing(b"3"), outgoing(b"4")], journal)

    assert [delivery.body for delivery in journal.all(Delivery)] == [b"1", b"2", b"3", b"4"]
    assert {delivery.group for delivery in first} != {delivery.group for delivery in second}
    assert 0 not in {delivery.group for delivery in first + second}


def test_header_bytes_above_127_are_sent_as_they_are(loop: Loop, receiver: HTTPServer) -> None:
    """Ugly headers arrive byte for byte."""
    seen: list[str] = []

    def remember(request: Request) -> Response:
        seen.append(request.headers["X-Odd"])
        return Response(status=204)

    receiver.expect_request("/").respond_with_handler(remember)
    odd = Outgoing(note=outgoing().note, headers=(("X-Odd", "\x80\xff"),))

    Sender(loop, Target.of(receiver.url_for("/"))).deliver(odd, Journal())

    assert seen == ["\x80\xff"]


def test_beside_a_slow_client_an_ordinary_delivery_is_made(loop: Loop, receiver: HTTPServer) -> None:
    """Only the ordinary one is written down."""
    receiver.expect_request("/", data=b"{}").respond_with_data("")
    journal = Journal()

    delivery = Sender(loop, Target.of(receiver.url_for("/"))).deliver_beside_slow_client(outgoing(), journal)

    assert delivery.status == 200
    assert journal.all(Delivery) == [delivery]


def test_long_bodies_are_kept_in_part(loop: Loop, receiver: HTTPServer) -> None:
    """The journal keeps head, length and digest of what is longer than 64 KiB; the receiver gets all of it."""
    receiver.expect_oneshot_request("/", data=b"x" * 70_000).respond_with_data("")

    delivery = Sender(loop, Target.of(receiver.url_for("/"))).deliver(outgoing(b"x" * 70_000), Journal())

    receiver.check()
    assert b"70000 bytes, sha256" in delivery.body
    assert len(delivery.body) < 5000


def test_many_deliveries_share_a_few_connections(loop: Loop, receiver: HTTPServer) -> None:
    """Each is made and written down with its own answer, in whatever order they end; they are no burst."""
    receiver.expect_request("/").respond_with_handler(lambda request: Response(status=int(request.get_data())))
    journal = Journal()

    count = Sender(loop, Target.of(receiver.url_for("/"))).pour(
        (outgoing(b"%d" % status) for status in (200, 204, 401, 503)), journal, lanes=2
    )

    made = sorted(journal.all(Delivery), key=lambda delivery: delivery.body)
    assert count == 4
    assert [(delivery.body, delivery.status, delivery.outcome, delivery.group) for delivery in made] == [
        (b"200", 200, "ack", 0),
        (b"204", 204, "ack", 0),
        (b"401", 401, "refuse", 0),
        (b"503", 503, "refuse", 0),
    ]


def test_a_script_is_performed_and_noted_only_when_asked(loop: Loop, receiver: HTTPServer) -> None:
    """Whoever wrote it knows what its answers mean."""
    receiver.expect_oneshot_request("/", method="PUT").respond_with_data("", status=405)
    journal, sender = Journal(), Sender(loop, Target.of(receiver.url_for("/")))
    request = written(sender.target, body=b"{}", headers=(*JSON, (HEADER, "c2ln")), method="PUT")

    talk = sender.talk((Send(request), ReadResponse()))
    assert not journal.all(Delivery)
    delivery = sender.note(outgoing(), talk.reply, journal, journal.stamp())

    assert (delivery.status, delivery.outcome, journal.all(Delivery)) == (405, "refuse", [delivery])
