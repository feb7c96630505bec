"""The door in front of the API: what a plain client sees of each fault of connections, and that nothing stays of it."""

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
    """A local Fiskil on each of the two event loops."""
    hidden = {"asyncio": "uvloop", "uvloop": "no_such_module"}
    monkeypatch.setitem(sys.modules, hidden[request.param], None)
    with LocalFiskil(workdir=tmp_path, seed=7) as local:
        yield local


@pytest.fixture
def journal(fiskil: LocalFiskil) -> Journal:
    """A journal that has begun."""
    journal = Journal()
    fiskil.link.begin(journal, is_stray=lambda _: False)
    return journal


def port_of(fiskil: LocalFiskil) -> int:
    return int(fiskil.api_url.rpartition(":")[2])


def connect(fiskil: LocalFiskil, *, timeout_s: float = PATIENCE_S) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port_of(fiskil)), timeout=timeout_s)


def answer_on(sock: socket.socket, request: bytes = REQUEST) -> bytes:
    """The answer, up to the end of its JSON, or what comes of it before the connection ends."""
    sock.sendall(request)
    told = piece = sock.recv(65_536)
    while piece and not told.endswith(b"}"):
        piece = sock.recv(65_536)
        told += piece
    return told


def is_served(fiskil: LocalFiskil) -> bool:
    """Whether a new connection is taken and answered."""
    try:
        with connect(fiskil) as sock:
            return answer_on(sock).startswith(b"HTTP/1.1 ")
    except OSError:
        return False


def is_refused(fiskil: LocalFiskil) -> bool:
    """Whether a connect is refused."""
    try:
        connect(fiskil).close()
    except ConnectionRefusedError:
        return True
    return False


def ends(sock: socket.socket) -> bool:
    """Whether the other side closes or resets the connection."""
    try:
        return sock.recv(10) == b""
    except ConnectionResetError:
        return True


def has_bitten(fiskil: LocalFiskil) -> bool:
    """Whether the fault that waits has bitten, which may take the server a moment."""
    (waiting,) = fiskil.link.rules.waiting()
    return bool(wait_until(lambda: waiting.left == 0, cap_s=PATIENCE_S))


def without_ids(answer: bytes) -> bytes:
    """An answer without what is minted for each."""
    return re.sub(rb"[0-9a-f-]{36}", b"id", answer)


def open_sockets() -> set[str]:
    """The sockets that this process has."""
    links = [str(path.readlink()) for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return {link for link in links if link.startswith("socket:")}


def test_refuse_refuses_and_is_seen(fiskil: LocalFiskil, journal: Journal) -> None:
    """The connect fails at once, the journal tells of it, and afterwards the port is open again."""
    with fiskil.broken(CONNECTION, faults.Refuse()), pytest.raises(ConnectionRefusedError):
        connect(fiskil)

    assert is_served(fiskil)
    assert [(bite.fault, bite.route) for bite in journal.all(Bite)] == [("Refuse()", "connection")]


def test_refuse_closes_what_was_kept(fiskil: LocalFiskil) -> None:
    """An idle connection ends, so that the next request has to connect."""
    with connect(fiskil) as kept:
        assert answer_on(kept)
        with fiskil.broken(CONNECTION, faults.Refuse()):
            assert ends(kept)
            assert is_refused(fiskil)


def test_refuse_without_a_connect_has_not_bitten(fiskil: LocalFiskil) -> None:
    """Connections that were open before and end meanwhile are none that was refused."""
    kept = connect(fiskil)
    assert answer_on(kept)

    with pytest.raises(FaultUnbitten, match=r"Refuse\(\) on 'connection' bit 0 of 1 times"):  # noqa: SIM117
        with fiskil.broken(CONNECTION, faults.Refuse()):
            kept.close()


def test_each_refusal_is_counted(fiskil: LocalFiskil, journal: Journal) -> None:
    """Two connects, two bites."""
    with fiskil.broken(CONNECTION, faults.Refuse(), times=2):
        assert [is_refused(fiskil), is_refused(fiskil)] == [True, True]

    assert len(journal.all(Bite)) == 2


def test_a_refusal_is_not_lost_in_a_crowd(fiskil: LocalFiskil, journal: Journal) -> None:
    """Also where nobody looks while thousands of other connections on the machine come to their ends."""
    looks_again = threading.Event()
    with fiskil.broken(CONNECTION, faults.Refuse()), listening_socket(0) as other:
        fiskil.loop.asyncio.call_soon_threadsafe(looks_again.wait, PATIENCE_S)
        for _ in range(1_000):
            socket.create_connection((LOOPBACK, other.getsockname()[1])).close()
            other.accept()[0].close()
        assert is_refused(fiskil)
        looks_again.set()

    assert len(journal.all(Bite)) == 1


def test_a_port_that_refuses_stays_ours(fiskil: LocalFiskil) -> None:
    """Nobody else gets it meanwhile."""
    with fiskil.broken(CONNECTION, faults.Refuse()):
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port_of(fiskil)))
        assert is_refused(fiskil)

    assert is_served(fiskil)


def test_a_system_that_cannot_shut_a_listener_closes_it() -> None:
    """The port refuses all the same, and listens again."""

    class Stubborn(socket.socket):
        """As on systems other than Linux."""

        def shutdown(self, how: int) -> None:
            raise OSError("not connected")

    with Loop() as loop, listening_socket(free_port()) as given:
        sock = Stubborn(given.family, given.type, given.proto, fileno=given.detach())
        port = Port(sock, loop=loop.asyncio, on_unanswered=lambda: None)
        loop.run(standing(port, PortState.REFUSES))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port.number), timeout=PATIENCE_S)
        loop.run(standing(port, None))
        socket.create_connection(("127.0.0.1", port.number), timeout=PATIENCE_S).close()
        port.close()


async def standing(port: Port, wanted: PortState | None) -> None:
    port.set_state(wanted)


def test_a_refusal_that_nobody_can_see_is_said() -> None:
    """Where the system does not tell, the fault has not bitten, and the reason is that."""
    waiting = Waiting(Rule(route=CONNECTION, fault=faults.Refuse()))
    waiting.is_unseen = True

    assert waiting.left == 1
    assert waiting.problem == "this system does not report which connects it refused"


def test_a_wrong_address_refuses(fiskil: LocalFiskil) -> None:
    """What a name leads to where nobody listens."""
    with fiskil.broken(CONNECTION, faults.WrongAddress()):
        assert is_refused(fiskil)

    assert is_served(fiskil)


def test_blackhole_answers_no_connect(fiskil: LocalFiskil, journal: Journal) -> None:
    """The connect takes as long as the client has patience; the kernel's count shows that it was dropped."""
    with fiskil.broken(CONNECTION, faults.Blackhole()), pytest.raises(TimeoutError):
        connect(fiskil, timeout_s=0.2)

    assert is_served(fiskil)
    assert {bite.fault for bite in journal.all(Bite)} == {"Blackhole()"}


def test_blackhole_without_a_connect_has_not_bitten(fiskil: LocalFiskil) -> None:
    """Nobody came, nothing was dropped."""
    with pytest.raises(FaultUnbitten), fiskil.broken(CONNECTION, faults.Blackhole()):
        pass


def test_what_an_earlier_blackhole_dropped_does_not_count(fiskil: LocalFiskil) -> None:
    """The kernel counts on, and each fault from its own beginning."""
    with fiskil.broken(CONNECTION, faults.Blackhole()), pytest.raises(TimeoutError):
        connect(fiskil, timeout_s=0.2)

    with pytest.raises(FaultUnbitten), fiskil.broken(CONNECTION, faults.Blackhole()):
        pass


@pytest.mark.slow
def test_who_waits_at_a_blackhole_gets_through_after_it(fiskil: LocalFiskil) -> None:
    """The kernel of a patient client asks again, and is answered."""
    with socket.socket() as patient:
        patient.setblocking(False)
        with fiskil.broken(CONNECTION, faults.Blackhole()):
            patient.connect_ex(("127.0.0.1", port_of(fiskil)))
        patient.settimeout(PATIENCE_S)

        assert wait_until(lambda: patient.connect_ex(("127.0.0.1", port_of(fiskil))) == 0 or None, cap_s=PATIENCE_S)
        assert answer_on(patient)


def test_down_takes_everything_along(fiskil: LocalFiskil) -> None:
    """The connection that it meets and those that were open are reset, and connects are refused."""
    with fiskil.broken(CONNECTION, faults.Down(for_ms=60_000), skip=1), connect(fiskil) as kept:
        assert answer_on(kept)
        with connect(fiskil) as met, pytest.raises(ConnectionResetError):
            answer_on(met)
        with pytest.raises(ConnectionResetError):
            kept.recv(10)
        assert is_refused(fiskil)


def test_what_is_down_comes_back(fiskil: LocalFiskil) -> None:
    """By itself, and not before its time."""
    with fiskil.broken(CONNECTION, faults.Down(for_ms=300)):
        elapsed = stopwatch()
        assert not is_served(fiskil)
        assert wait_until(lambda: is_served(fiskil), cap_s=PATIENCE_S)
        assert elapsed() > 0.29


def test_a_lifted_outage_is_over(fiskil: LocalFiskil) -> None:
    """A minute's outage ends with its rule."""
    with fiskil.broken(CONNECTION, faults.Down(for_ms=60_000)):
        assert not is_served(fiskil)
        assert is_refused(fiskil)

    assert is_served(fiskil)


def test_flap_goes_and_comes(fiskil: LocalFiskil) -> None:
    """Down, up, down, up: with more outages than are looked for, since one may pass while a busy machine looks away."""
    with fiskil.broken(CONNECTION, faults.Flap(down_ms=200, up_ms=200, cycles=20)):
        assert not is_served(fiskil)
        seen = [
            wait_until(lambda: is_refused(fiskil), cap_s=PATIENCE_S),
            wait_until(lambda: is_served(fiskil), cap_s=PATIENCE_S),
            wait_until(lambda: is_refused(fiskil), cap_s=PATIENCE_S),
            wait_until(lambda: is_served(fiskil), cap_s=PATIENCE_S),
        ]

    assert seen == [True, True, True, True]


def test_max_connections_lets_the_next_one_wait(fiskil: LocalFiskil, journal: Journal) -> None:
    """It is taken, and answered when another leaves."""
    with fiskil.broken(CONNECTION, faults.MaxConnections(connections=1)):
        first, second = connect(fiskil), connect(fiskil, timeout_s=0.2)
        assert answer_on(first)
        assert has_bitten(fiskil)
        with pytest.raises(TimeoutError):
            answer_on(second)
        first.close()
        second.settimeout(PATIENCE_S)
        assert second.recv(8) == b"HTTP/1.1"
        second.close()

    assert [bite.fault for bite in journal.all(Bite)] == ["MaxConnections(connections=1)"]


def test_max_connections_spares_those_below_it(fiskil: LocalFiskil) -> None:
    """Two fit where two may be open, and nothing has bitten."""
    waiting = fiskil.link.rules.set(Rule(route=CONNECTION, fault=faults.MaxConnections(connections=2)))

    with connect(fiskil) as first, connect(fiskil) as second:
        assert answer_on(first)
        assert answer_on(second)

    assert waiting.left == 1


def test_lifting_max_connections_lets_all_in(fiskil: LocalFiskil) -> None:
    """Who has waited is answered though nobody left."""
    with connect(fiskil) as first, connect(fiskil) as second:
        assert answer_on(first)
        assert answer_on(second)
        with fiskil.broken(CONNECTION, faults.MaxConnections(connections=1)):
            third = connect(fiskil)
            assert has_bitten(fiskil)
        assert answer_on(third)
        third.close()


def test_slow_close_keeps_the_end_back(fiskil: LocalFiskil) -> None:
    """For so long."""
    with fiskil.broken(CONNECTION, faults.SlowClose(delay_ms=300)), connect(fiskil) as sock:
        elapsed = stopwatch()
        assert answer_on(sock, LAST_REQUEST).startswith(b"HTTP/1.1 ")
        assert sock.recv(10) == b""
        assert elapsed() > 0.29


def test_slow_close_keeps_no_answer_back(fiskil: LocalFiskil) -> None:
    """All bytes come though the end is a minute away; where the fault is lifted, the end comes as well."""
    with fiskil.broken(CONNECTION, faults.SlowClose(delay_ms=60_000)):
        held = connect(fiskil)
        assert answer_on(held, LAST_REQUEST).endswith(b"}")
        assert has_bitten(fiskil)
    assert held.recv(10) == b""
    held.close()


def test_what_has_not_shown_is_no_bite_yet(fiskil: LocalFiskil) -> None:
    """A connection that the fault has taken and that has met nothing so far is still owed."""
    waiting = fiskil.link.rules.set(Rule(route=CONNECTION, fault=faults.SlowClose(delay_ms=50)))

    with connect(fiskil) as sock:
        assert answer_on(sock)
        owed = waiting.left
        assert answer_on(sock, LAST_REQUEST)

        assert owed == 1
        assert has_bitten(fiskil)


def test_slow_close_spares_a_client_that_closes_first(fiskil: LocalFiskil) -> None:
    """No end of ours was held back."""
    with pytest.raises(FaultUnbitten), fiskil.broken(CONNECTION, faults.SlowClose()), connect(fiskil) as sock:
        assert answer_on(sock)


def test_stale_keepalive_ends_as_the_next_request_arrives(fiskil: LocalFiskil) -> None:
    """The first is answered, the second meets a FIN."""
    with fiskil.broken(CONNECTION, faults.StaleKeepalive()), connect(fiskil) as sock:
        assert answer_on(sock)
        assert answer_on(sock) == b""

    assert is_served(fiskil)


def test_stale_keepalive_may_reset(fiskil: LocalFiskil) -> None:
    """The second request meets a RST."""
    with fiskil.broken(CONNECTION, faults.StaleKeepalive(by="rst")), connect(fiskil) as sock:
        assert answer_on(sock)
        with pytest.raises(ConnectionResetError):
            answer_on(sock)


def test_stale_keepalive_may_end_while_idle(fiskil: LocalFiskil) -> None:
    """Nobody asks for 50 ms, and the connection ends."""
    with fiskil.broken(CONNECTION, faults.StaleKeepalive(idle_ms=50)), connect(fiskil) as sock:
        assert answer_on(sock)
        assert sock.recv(10) == b""


def test_a_lifted_stale_keepalive_stays_alive(fiskil: LocalFiskil) -> None:
    """A connection that it had taken serves on."""
    waiting = fiskil.link.rules.set(Rule(route=CONNECTION, fault=faults.StaleKeepalive()))

    with connect(fiskil) as kept:
        assert answer_on(kept)
        fiskil.link.rules.lift(waiting)
        assert answer_on(kept)

    assert waiting.left == 1


def test_reset_on_accept_comes_before_a_byte_of_ours(fiskil: LocalFiskil) -> None:
    """The connect succeeds, and no answer comes."""
    with fiskil.broken(CONNECTION, faults.ResetOnAccept()), connect(fiskil) as sock, pytest.raises(ConnectionResetError):
        answer_on(sock)

    assert is_served(fiskil)


def test_timeout_swallows_and_closes(fiskil: LocalFiskil) -> None:
    """No answer, and an end after 100 ms of silence."""
    with fiskil.broken(CONNECTION, faults.SilentConnection(silence_ms=100)), connect(fiskil) as sock:
        elapsed = stopwatch()
        assert answer_on(sock) == b""
        assert elapsed() >= 0.09


def test_timeout_spares_who_says_nothing(fiskil: LocalFiskil) -> None:
    """A client without a word has lost nothing."""
    with (
        pytest.raises(FaultUnbitten),
        fiskil.broken(CONNECTION, faults.SilentConnection(silence_ms=50)),
        connect(fiskil) as sock,
    ):
        assert sock.recv(10) == b""


def test_a_lifted_timeout_closes(fiskil: LocalFiskil) -> None:
    """As Toxiproxy's does."""
    with connect(fiskil) as early:
        assert answer_on(early)
        with fiskil.broken(CONNECTION, faults.SilentConnection()):
            held = connect(fiskil)
            held.sendall(REQUEST)
            assert has_bitten(fiskil)
        assert ends(held)
        held.close()


def test_kept_connections_do_not_pass_a_fault_by(fiskil: LocalFiskil) -> None:
    """An idle one is closed when the fault is set, so that the next request meets it."""
    with connect(fiskil) as kept:
        assert answer_on(kept)
        with fiskil.broken(CONNECTION, faults.ResetOnAccept()):
            assert ends(kept)
            assert not is_served(fiskil)


def test_connections_are_counted(fiskil: LocalFiskil) -> None:
    """The second and the fourth are reset, whatever happens on the others."""
    rule = Rule(route=CONNECTION, fault=faults.ResetOnAccept(), nth=(2, 4)).check()

    waiting = fiskil.link.rules.set(rule)
    seen = [is_served(fiskil) for _ in range(5)]

    assert seen == [True, False, True, False, True]
    assert waiting.left == 0


def test_a_connection_is_nothing_to_faults_of_exchanges_or_of_the_port() -> None:
    """One on every route waits for an exchange, and one that stands for no connection."""
    rules = Rules()
    rules.set(Rule(route="*", fault=faults.ResetPeer()))
    rules.set(Rule(route=CONNECTION, fault=faults.Refuse()))

    assert rules.take_connection() is None
    assert [waiting.bitten for waiting in rules.waiting()] == [0, 0]


@pytest.mark.parametrize(
    "fault", [faults.ResetOnAccept(), faults.SilentConnection(), faults.StaleKeepalive(), faults.SlowClose(), faults.Down()]
)
def test_a_fault_without_chance_changes_no_byte(fiskil: LocalFiskil, fault: ConnectionFault) -> None:
    """With p=0 a client sees what it sees without any rule."""
    with connect(fiskil) as before:
        wanted = without_ids(answer_on(before))
    fiskil.link.rules.set(Rule(route=CONNECTION, fault=fault, times=0, p=0.0).check())

    with connect(fiskil) as after:
        assert without_ids(answer_on(after)) == wanted


def test_faults_of_tls_need_tls(fiskil: LocalFiskil) -> None:
    """Said at the door, with what to do."""
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
def test_what_breaks_nothing_is_refused(fault: ConnectionFault) -> None:
    """A parameter under which nothing would break, or for too long."""
    with pytest.raises(ConfigError):
        fault.check()


def test_closing_leaves_no_socket(tmp_path: Path) -> None:
    """Whatever a fault holds when the API stops: swallowed, waiting, served, refused."""
    before = open_sockets()
    with LocalFiskil(workdir=tmp_path) as fiskil:
        fiskil.link.rules.set(Rule(route=CONNECTION, fault=faults.SilentConnection()))
        clients = [connect(fiskil)]
        fiskil.link.rules.set(Rule(route=CONNECTION, fault=faults.StaleKeepalive()))
        clients.append(connect(fiskil))
        assert answer_on(clients[1])
        fiskil.link.rules.set(Rule(route=CONNECTION, fault=faults.MaxConnections(connections=1)))
        clients.append(connect(fiskil))
        fiskil.link.rules.set(Rule(route=CONNECTION, fault=faults.Refuse()))
        assert is_refused(fiskil)

    assert [ends(client) for client in clients] == [True] * 3
    assert [client.close() for client in clients] == [None] * 3
    assert open_sockets() - before == set()
