"""The acceptor in front of the API: a plain client observes each connection fault, and nothing remains of it."""

import re
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from fiskil_harness import faults
from fiskil_harness.core.clock import stopwatch, wait_until
from fiskil_harness.core.net.server import LOOPBACK, Loop, free_port, listening_socket
from fiskil_harness.errors import ConfigError, FaultUnbitten
from fiskil_harness.faults.connection_fault import ConnectionFault, PortState
from fiskil_harness.faults.proxy import CONNECTION, Rule
from fiskil_harness.faults.proxy.connections.port import Port
from fiskil_harness.faults.rules import Rules, Waiting
from fiskil_harness.journal import Bite, Journal
from fiskil_harness.server.local_fiskil import LocalFiskil

REQUEST = b"GET /v1/institutions HTTP/1.1\r\nHost: api\r\n\r\n"
LAST_REQUEST = b"GET /v1/institutions HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n"
PATIENCE_S = 30
"""For what surely comes, however busy the machine is."""


@pytest.fixture(params=["uvloop", "asyncio"])
def fiskil(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalFiskil]:
    """Yield a LocalFiskil on each of the two event loops."""
    hidden = {"asyncio": "uvloop", "uvloop": "no_such_module"}
    monkeypatch.setitem(sys.modules, hidden[request.param], None)
    with LocalFiskil(workdir=tmp_path, seed=7) as local:
        yield local


@pytest.fixture
def journal(fiskil: LocalFiskil) -> Journal:
    """Return a journal that records from now on."""
    journal = Journal()
    fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _: False)
    return journal


def port_of(fiskil: LocalFiskil) -> int:
    return int(fiskil.api_url.rpartition(":")[2])


def connect(fiskil: LocalFiskil, *, timeout_s: float = PATIENCE_S) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port_of(fiskil)), timeout=timeout_s)


def response_on(sock: socket.socket, request: bytes = REQUEST) -> bytes:
    """Return the response up to the end of its JSON, or what arrives before the connection is_ended."""
    sock.sendall(request)
    received = piece = sock.recv(65_536)
    while piece and not received.endswith(b"}"):
        piece = sock.recv(65_536)
        received += piece
    return received


def is_served(fiskil: LocalFiskil) -> bool:
    """Return True if a new connection is accepted and served."""
    try:
        with connect(fiskil) as sock:
            return response_on(sock).startswith(b"HTTP/1.1 ")
    except OSError:
        return False


def is_refused(fiskil: LocalFiskil) -> bool:
    """Return True if a connect is refused."""
    try:
        connect(fiskil).close()
    except ConnectionRefusedError:
        return True
    return False


def is_ended(sock: socket.socket) -> bool:
    """Return True if the other side closes or resets the connection."""
    try:
        return sock.recv(10) == b""
    except ConnectionResetError:
        return True


def has_bitten(fiskil: LocalFiskil) -> bool:
    """Return True if the fault has bitten, which may take the server a moment."""
    (waiting,) = fiskil.proxy.rules.waiting()
    return bool(wait_until(lambda: waiting.left == 0, cap_s=PATIENCE_S))


def comparable(response: bytes) -> bytes:
    """Return a response without the ids that are generated for each, and without the time of day."""
    return re.sub(rb"[0-9a-f-]{36}|(?<=\d )\d\d:\d\d:\d\d(?= GMT)", b"...", response)


def open_sockets() -> set[str]:
    """Return the sockets of this process."""
    links = [str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return {link for link in links if link.startswith("socket:")}


def test_refuse_refuses_and_is_recorded(fiskil: LocalFiskil, journal: Journal) -> None:
    """The connect fails at once, the journal records it, and afterwards the port is open again."""
    with fiskil.broken(CONNECTION, faults.Refuse()), pytest.raises(ConnectionRefusedError):
        connect(fiskil)

    assert is_served(fiskil)
    assert [(bite.fault, bite.route) for bite in journal.all(Bite)] == [("Refuse()", "connection")]


def test_refuse_closes_kept_connections(fiskil: LocalFiskil) -> None:
    """An idle connection is_ended, so that the next request has to connect."""
    with connect(fiskil) as kept_sock:
        assert response_on(kept_sock)
        with fiskil.broken(CONNECTION, faults.Refuse()):
            assert is_ended(kept_sock)
            assert is_refused(fiskil)


def test_refuse_without_a_connect_has_not_bitten(fiskil: LocalFiskil) -> None:
    """Connections that were open before and end meanwhile do not count as refused."""
    kept_sock = connect(fiskil)
    assert response_on(kept_sock)

    with pytest.raises(FaultUnbitten, match=r"Refuse\(\) on 'connection' bit 0 of 1 times"):  # noqa: SIM117
        with fiskil.broken(CONNECTION, faults.Refuse()):
            kept_sock.close()


def test_each_refusal_is_counted(fiskil: LocalFiskil, journal: Journal) -> None:
    """Two connects are two bites."""
    with fiskil.broken(CONNECTION, faults.Refuse(), times=2):
        assert [is_refused(fiskil), is_refused(fiskil)] == [True, True]

    assert len(journal.all(Bite)) == 2


def test_a_refusal_is_counted_among_many_ending_sockets(fiskil: LocalFiskil, journal: Journal) -> None:
    """A refusal is counted although thousands of other connections end before the kernel's reports are read."""
    looks_again = threading.Event()
    with fiskil.broken(CONNECTION, faults.Refuse()), listening_socket(0) as other:
        fiskil.loop.asyncio.call_soon_threadsafe(looks_again.wait, PATIENCE_S)
        for _ in range(1_000):
            socket.create_connection((LOOPBACK, other.getsockname()[1])).close()
            other.accept()[0].close()
        assert is_refused(fiskil)
        looks_again.set()

    assert len(journal.all(Bite)) == 1


def test_a_port_that_refuses_stays_reserved(fiskil: LocalFiskil) -> None:
    """No other socket can bind the port meanwhile."""
    with fiskil.broken(CONNECTION, faults.Refuse()):
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port_of(fiskil)))
        assert is_refused(fiskil)

    assert is_served(fiskil)


def test_a_system_that_cannot_shut_a_listener_closes_it() -> None:
    """The port refuses on such a system too, and listens again afterwards."""

    class Stubborn(socket.socket):
        """A socket as on systems other than Linux."""

        def shutdown(self, how: int) -> None:
            raise OSError("not connected")

    with Loop() as loop, listening_socket(free_port()) as listener:
        sock = Stubborn(listener.family, listener.type, listener.proto, fileno=listener.detach())
        port = Port(sock, loop=loop.asyncio, on_unanswered=lambda: None)
        loop.run(set_port_state(port, PortState.REFUSES))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port.number), timeout=PATIENCE_S)
        loop.run(set_port_state(port, None))
        socket.create_connection(("127.0.0.1", port.number), timeout=PATIENCE_S).close()
        port.close()


async def set_port_state(port: Port, state: PortState | None) -> None:
    port.set_state(state)


def test_an_unreported_refusal_gives_its_reason() -> None:
    """If the system does not report refused connects, the fault has not bitten, and this is the reason."""
    waiting = Waiting(Rule(route=CONNECTION, fault=faults.Refuse()))
    waiting.is_unseen = True

    assert waiting.left == 1
    assert waiting.problem == "this system does not report which connects it refused"


def test_a_wrong_address_refuses(fiskil: LocalFiskil) -> None:
    """A connect to an address where nothing listens is refused."""
    with fiskil.broken(CONNECTION, faults.WrongAddress()):
        assert is_refused(fiskil)

    assert is_served(fiskil)


def test_blackhole_drops_a_connect(fiskil: LocalFiskil, journal: Journal) -> None:
    """The connect takes as long as the client's timeout; the kernel's counter shows that it was dropped."""
    with fiskil.broken(CONNECTION, faults.Blackhole()), pytest.raises(TimeoutError):
        connect(fiskil, timeout_s=0.2)

    assert is_served(fiskil)
    assert {bite.fault for bite in journal.all(Bite)} == {"Blackhole()"}


def test_blackhole_without_a_connect_has_not_bitten(fiskil: LocalFiskil) -> None:
    """Without a connect nothing is dropped."""
    with pytest.raises(FaultUnbitten), fiskil.broken(CONNECTION, faults.Blackhole()):
        pass


def test_connects_dropped_earlier_do_not_count(fiskil: LocalFiskil) -> None:
    """Each fault counts from its own beginning, although the kernel's counter continues."""
    with fiskil.broken(CONNECTION, faults.Blackhole()), pytest.raises(TimeoutError):
        connect(fiskil, timeout_s=0.2)

    with pytest.raises(FaultUnbitten), fiskil.broken(CONNECTION, faults.Blackhole()):
        pass


@pytest.mark.slow
def test_a_patient_client_connects_after_a_blackhole(fiskil: LocalFiskil) -> None:
    """The kernel of a patient client retries the connect, which succeeds."""
    with socket.socket() as patient:
        patient.setblocking(False)
        with fiskil.broken(CONNECTION, faults.Blackhole()):
            patient.connect_ex(("127.0.0.1", port_of(fiskil)))
        patient.settimeout(PATIENCE_S)

        assert wait_until(lambda: patient.connect_ex(("127.0.0.1", port_of(fiskil))) == 0 or None, cap_s=PATIENCE_S)
        assert response_on(patient)


def test_down_resets_every_connection(fiskil: LocalFiskil) -> None:
    """The matched connection and all open ones are reset, and connects are refused."""
    with fiskil.broken(CONNECTION, faults.Down(for_ms=60_000), skip=1), connect(fiskil) as kept_sock:
        assert response_on(kept_sock)
        with connect(fiskil) as matched, pytest.raises(ConnectionResetError):
            response_on(matched)
        with pytest.raises(ConnectionResetError):
            kept_sock.recv(10)
        assert is_refused(fiskil)


def test_an_outage_ends_by_itself(fiskil: LocalFiskil) -> None:
    """The API returns by itself, and not before its time."""
    with fiskil.broken(CONNECTION, faults.Down(for_ms=300)):
        elapsed = stopwatch()
        assert not is_served(fiskil)
        assert wait_until(lambda: is_served(fiskil), cap_s=PATIENCE_S)
        assert elapsed() > 0.29


def test_a_lifted_outage_is_over(fiskil: LocalFiskil) -> None:
    """An outage of a minute is_ended with its rule."""
    with fiskil.broken(CONNECTION, faults.Down(for_ms=60_000)):
        assert not is_served(fiskil)
        assert is_refused(fiskil)

    assert is_served(fiskil)


def test_flap_goes_down_repeatedly(fiskil: LocalFiskil) -> None:
    """The API goes down and up repeatedly; there are more outages than are checked, because a busy machine may miss one."""
    with fiskil.broken(CONNECTION, faults.Flap(down_ms=200, up_ms=200, cycles=20)):
        assert not is_served(fiskil)
        states = [
            wait_until(lambda: is_refused(fiskil), cap_s=PATIENCE_S),
            wait_until(lambda: is_served(fiskil), cap_s=PATIENCE_S),
            wait_until(lambda: is_refused(fiskil), cap_s=PATIENCE_S),
            wait_until(lambda: is_served(fiskil), cap_s=PATIENCE_S),
        ]

    assert states == [True, True, True, True]


def test_max_connections_queues_the_next_connection(fiskil: LocalFiskil, journal: Journal) -> None:
    """The next connection is accepted, and served when another closes."""
    with fiskil.broken(CONNECTION, faults.MaxConnections(connections=1)):
        first, second = connect(fiskil), connect(fiskil, timeout_s=0.2)
        assert response_on(first)
        assert has_bitten(fiskil)
        with pytest.raises(TimeoutError):
            response_on(second)
        first.close()
        second.settimeout(PATIENCE_S)
        assert second.makefile("rb").read(8) == b"HTTP/1.1"
        second.close()

    assert [bite.fault for bite in journal.all(Bite)] == ["MaxConnections(connections=1)"]


def test_max_connections_spares_connections_below_the_limit(fiskil: LocalFiskil) -> None:
    """Two connections fit a limit of two, and nothing has bitten."""
    waiting = fiskil.proxy.rules.set(Rule(route=CONNECTION, fault=faults.MaxConnections(connections=2)))

    with connect(fiskil) as first, connect(fiskil) as second:
        assert response_on(first)
        assert response_on(second)

    assert waiting.left == 1


def test_lifting_max_connections_serves_the_queue(fiskil: LocalFiskil) -> None:
    """A queued connection is served although no other has closed."""
    with connect(fiskil) as first, connect(fiskil) as second:
        assert response_on(first)
        assert response_on(second)
        with fiskil.broken(CONNECTION, faults.MaxConnections(connections=1)):
            third = connect(fiskil)
            assert has_bitten(fiskil)
        assert response_on(third)
        third.close()


def test_slow_close_delays_the_end(fiskil: LocalFiskil) -> None:
    """The end of the connection is late by the delay."""
    with fiskil.broken(CONNECTION, faults.SlowClose(delay_ms=300)), connect(fiskil) as sock:
        elapsed = stopwatch()
        assert response_on(sock, LAST_REQUEST).startswith(b"HTTP/1.1 ")
        assert sock.recv(10) == b""
        assert elapsed() > 0.29


def test_slow_close_delays_no_byte(fiskil: LocalFiskil) -> None:
    """All bytes arrive although the end is a minute away; lifting the fault is_ended the connection."""
    with fiskil.broken(CONNECTION, faults.SlowClose(delay_ms=60_000)):
        sock = connect(fiskil)
        assert response_on(sock, LAST_REQUEST).endswith(b"}")
        assert has_bitten(fiskil)
    assert sock.recv(10) == b""
    sock.close()


def test_an_unknown_outcome_is_no_bite(fiskil: LocalFiskil) -> None:
    """A connection that the fault has taken, without an outcome so far, still counts as missing."""
    waiting = fiskil.proxy.rules.set(Rule(route=CONNECTION, fault=faults.SlowClose(delay_ms=50)))

    with connect(fiskil) as sock:
        assert response_on(sock)
        owed = waiting.left
        assert response_on(sock, LAST_REQUEST)

        assert owed == 1
        assert has_bitten(fiskil)


def test_slow_close_spares_a_client_that_closes_first(fiskil: LocalFiskil) -> None:
    """If the client closes first, no end was delayed."""
    with pytest.raises(FaultUnbitten), fiskil.broken(CONNECTION, faults.SlowClose()), connect(fiskil) as sock:
        assert response_on(sock)


def test_stale_keepalive_ends_as_the_next_request_arrives(fiskil: LocalFiskil) -> None:
    """The first request is served, the second gets a FIN."""
    with fiskil.broken(CONNECTION, faults.StaleKeepalive()), connect(fiskil) as sock:
        assert response_on(sock)
        assert response_on(sock) == b""

    assert is_served(fiskil)


def test_stale_keepalive_may_reset(fiskil: LocalFiskil) -> None:
    """The second request gets a RST."""
    with fiskil.broken(CONNECTION, faults.StaleKeepalive(by="rst")), connect(fiskil) as sock:
        assert response_on(sock)
        with pytest.raises(ConnectionResetError):
            response_on(sock)


def test_stale_keepalive_may_end_while_idle(fiskil: LocalFiskil) -> None:
    """After 50 ms without a request the connection is_ended."""
    with fiskil.broken(CONNECTION, faults.StaleKeepalive(idle_ms=50)), connect(fiskil) as sock:
        assert response_on(sock)
        assert sock.recv(10) == b""


def test_lifting_stale_keepalive_keeps_the_connection(fiskil: LocalFiskil) -> None:
    """A connection that the fault had taken serves further requests."""
    waiting = fiskil.proxy.rules.set(Rule(route=CONNECTION, fault=faults.StaleKeepalive()))

    with connect(fiskil) as kept_sock:
        assert response_on(kept_sock)
        fiskil.proxy.rules.lift(waiting)
        assert response_on(kept_sock)

    assert waiting.left == 1


def test_reset_on_accept_sends_no_byte(fiskil: LocalFiskil) -> None:
    """The connect succeeds, and no response arrives."""
    with fiskil.broken(CONNECTION, faults.ResetOnAccept()), connect(fiskil) as sock, pytest.raises(ConnectionResetError):
        response_on(sock)

    assert is_served(fiskil)


def test_silent_connection_discards_and_closes(fiskil: LocalFiskil) -> None:
    """There is no response, and the connection is ended after 100 ms of silence."""
    with fiskil.broken(CONNECTION, faults.SilentConnection(silence_ms=100)), connect(fiskil) as sock:
        elapsed = stopwatch()
        assert response_on(sock) == b""
        assert elapsed() >= 0.1


def test_silent_connection_spares_a_silent_client(fiskil: LocalFiskil) -> None:
    """A client that sends nothing has lost nothing."""
    with (
        pytest.raises(FaultUnbitten),
        fiskil.broken(CONNECTION, faults.SilentConnection(silence_ms=50)),
        connect(fiskil) as sock,
    ):
        assert sock.recv(10) == b""


def test_lifting_silent_connection_closes_it(fiskil: LocalFiskil) -> None:
    """Lifting the fault closes the connection, as in Toxiproxy."""
    with connect(fiskil) as early:
        assert response_on(early)
        with fiskil.broken(CONNECTION, faults.SilentConnection()):
            sock = connect(fiskil)
            sock.sendall(REQUEST)
            assert has_bitten(fiskil)
        assert is_ended(sock)
        sock.close()


def test_kept_connections_close_when_a_fault_is_set(fiskil: LocalFiskil) -> None:
    """An idle connection is closed when the fault is set, so that the next request meets the fault."""
    with connect(fiskil) as kept_sock:
        assert response_on(kept_sock)
        with fiskil.broken(CONNECTION, faults.ResetOnAccept()):
            assert is_ended(kept_sock)
            assert not is_served(fiskil)


def test_connections_are_counted(fiskil: LocalFiskil) -> None:
    """The second and the fourth connection are reset, whatever happens on the others."""
    rule = Rule(route=CONNECTION, fault=faults.ResetOnAccept(), nth=(2, 4)).check()

    waiting = fiskil.proxy.rules.set(rule)
    states = [is_served(fiskil) for _ in range(5)]

    assert states == [True, False, True, False, True]
    assert waiting.left == 0


def test_a_connection_is_taken_by_connection_faults_only() -> None:
    """A fault on every route waits for an exchange, and a fault of the port takes no connection."""
    rules = Rules()
    rules.set(Rule(route="*", fault=faults.ResetPeer()))
    rules.set(Rule(route=CONNECTION, fault=faults.Refuse()))

    assert rules.take_connection() is None
    assert [waiting.bitten for waiting in rules.waiting()] == [0, 0]


@pytest.mark.parametrize(
    "fault", [faults.ResetOnAccept(), faults.SilentConnection(), faults.StaleKeepalive(), faults.SlowClose(), faults.Down()]
)
def test_a_fault_without_chance_changes_no_byte(fiskil: LocalFiskil, fault: ConnectionFault) -> None:
    """With p=0 a client receives the same bytes as without any rule."""
    with connect(fiskil) as before:
        expected = comparable(response_on(before))
    fiskil.proxy.rules.set(Rule(route=CONNECTION, fault=fault, times=0, p=0.0).check())

    with connect(fiskil) as after:
        assert comparable(response_on(after)) == expected


def test_faults_of_tls_need_tls(fiskil: LocalFiskil) -> None:
    """A TLS fault without TLS is refused when it is set, with the remedy."""
    with pytest.raises(ConfigError) as raised, fiskil.broken(CONNECTION, faults.ExpiredCertificate()):
        pass

    assert str(raised.value) == (
        "ExpiredCertificate needs an API with TLS, and this one has none. "
        "Use serve --tls, tls = true under [sandbox], or LocalFiskil(is_tls=True)."
    )


@pytest.mark.parametrize(
    "fault",
    [
        faults.Down(for_ms=0),
        faults.Down(for_ms=60_001),
        faults.Flap(cycles=1),
        faults.Flap(down_ms=30_000, cycles=3),
        faults.MaxConnections(connections=0),
        faults.SlowClose(delay_ms=0),
        faults.StaleKeepalive(idle_ms=-1),
        faults.SilentConnection(silence_ms=-1),
        faults.TlsTruncation(after_bytes=0),
    ],
)
def test_a_fault_that_breaks_nothing_is_refused(fault: ConnectionFault) -> None:
    """An argument under which nothing would break, or for too long, is refused."""
    with pytest.raises(ConfigError):
        fault.check()


def test_closing_leaves_no_socket(tmp_path: Path) -> None:
    """No socket stays open when the API stops while faults hold connections: swallowed, queued, served or refused."""
    before = open_sockets()
    with LocalFiskil(workdir=tmp_path) as fiskil:
        fiskil.proxy.rules.set(Rule(route=CONNECTION, fault=faults.SilentConnection()))
        clients = [connect(fiskil)]
        fiskil.proxy.rules.set(Rule(route=CONNECTION, fault=faults.StaleKeepalive()))
        clients.append(connect(fiskil))
        assert response_on(clients[1])
        fiskil.proxy.rules.set(Rule(route=CONNECTION, fault=faults.MaxConnections(connections=1)))
        clients.append(connect(fiskil))
        fiskil.proxy.rules.set(Rule(route=CONNECTION, fault=faults.Refuse()))
        assert is_refused(fiskil)

    assert [is_ended(client) for client in clients] == [True] * 3
    assert [client.close() for client in clients] == [None] * 3
    assert open_sockets() - before == set()
