"""The proxy as a relay to the hosted API: every exchange is in the journal, and faults bite as in the sandbox.

The relay listens on loopback and sends every request to one upstream origin, whatever host the request states. Credentials
pass through and are kept in the journal only; ``secrets`` returns them, so that they can be removed from all output.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.net.server import Listener, Loop, client_context
from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.proxy.entries import end_user_of
from fiskil_harness.faults.proxy.exchange import version_of
from fiskil_harness.faults.proxy.page_counter import Pages
from fiskil_harness.faults.proxy.reverse.downstream import RelayClient
from fiskil_harness.faults.proxy.reverse.fast_path import plain
from fiskil_harness.faults.proxy.reverse.faults import RelayBites
from fiskil_harness.faults.proxy.reverse.read_only_guard import TOKEN_TARGET, Guard
from fiskil_harness.faults.proxy.reverse.request import Relayed
from fiskil_harness.faults.proxy.reverse.secrets import secrets_in
from fiskil_harness.faults.proxy.reverse.upstream import Upstream
from fiskil_harness.faults.proxy.reverse.url_rewriting import Origin, Rewriting
from fiskil_harness.faults.rules import CONNECTION, Facts, Rule, Rules, Taken, Waiting
from fiskil_harness.journal import Journal, Refused
from fiskil_harness.sandbox.api.routes import route_of

LONGEST_CONNECT_S = 10.0


class RelayRules(Rules):
    """The rules in front of the hosted API, where no fault can change a sandbox."""

    def set(self, rule: Rule) -> Waiting:
        """Set a rule, and return it with its counters.

        Raises:
            ConfigError: The rule acts on the sandbox, acts on connections, or depends on an event.
        """
        if rule.fault.needs_world:
            raise ConfigError(
                f"{rule.name} acts on the sandbox, but this relay leads to the hosted API. "
                "Use a fault that acts on the exchange, or run against the sandbox."
            )
        if rule.route == CONNECTION:
            raise ConfigError(
                f"{rule.name} acts on connections, but a relay can only break exchanges. "
                "Use a fault that acts on the exchange, or run against the sandbox."
            )
        if rule.from_event or rule.until_event:
            raise ConfigError(
                "A relay does not receive the hosted API's events, so no event can start or end a fault. "
                "Use 'calls' with numbers, or run against the sandbox."
            )
        return super().set(rule)


class Relay:
    """A relay between an app and the hosted API; ``url`` replaces the API's URL in the app's configuration."""

    def __init__(
        self,
        loop: Loop,
        *,
        upstream: str,
        ca_file: Path | None = None,
        port: int = 0,
        certificate: tuple[Path, Path] | None = None,
        route_of: Callable[[str, str], str] = route_of,
        guard: Guard | None = None,
    ) -> None:
        """Start to listen; *upstream* receives nothing before a client sends a request.

        Args:
            loop: The loop that serves the relay.
            upstream: The origin to which every request is sent, such as ``https://api.fiskil.com``.
            ca_file: A file of certificate authorities to trust for *upstream* (default: those of the system).
            port: The port to listen on; 0 for any.
            certificate: The files of certificate chain and key with which the relay itself serves TLS; None for plain HTTP.
            route_of: Returns the name of a route from method and path as received.
            guard: Decides which requests pass (default: all).

        Raises:
            UsageError: *upstream* is not an origin, or the port is in use.
        """
        self._origin = Origin(upstream)
        self.upstream_url, self.upstream_host = self._origin.url, self._origin.host.encode()
        self._tls = client_context(ca_file) if self._origin.is_tls else None
        self._loop = loop
        self.guard = guard
        self._route_of = lru_cache(maxsize=1024)(route_of)
        self._elapsed_s = stopwatch()
        self.rules = RelayRules(clock_s=self._elapsed_s)
        self.journal: Journal | None = None
        self.is_of_earlier_scenario: Callable[[str], bool] = lambda _end_user_id: False
        self.clients: set[RelayClient] = set()
        self.bites = RelayBites(self.rules)
        self._pages = Pages()
        self.open_requests = 0
        self._last_s = self._last_nameless_s = 0.0
        self._number = 0
        self._listener = Listener(loop, self.protocol, port=port, certificate=certificate)
        self.port, self.url = self._listener.port, self._listener.url
        self._rewriting = Rewriting(self._origin, self.url, keeps_home=guard is not None)

    def protocol(self) -> RelayClient:
        """Return the protocol for one accepted connection."""
        return RelayClient(self)

    def begin(self, journal: Journal, *, is_of_earlier_scenario: Callable[[str], bool] = lambda _end_user_id: False) -> None:
        """Record into *journal* from now on; calls for which *is_of_earlier_scenario* returns True are marked."""
        self._number = 0
        self.is_of_earlier_scenario = is_of_earlier_scenario
        self.journal = journal

    def end(self) -> None:
        """Stop recording, lift every fault, and reset the connections that one still holds."""
        self.journal = None
        self.rules.clear()
        if self.clients:
            self._loop.asyncio.call_soon_threadsafe(self.bites.cut)

    def close(self) -> None:
        """Stop listening and drop every connection; calling it twice is allowed."""
        self._listener.close()
        if self.clients:
            self._loop.run(self._drop(), timeout_s=30)

    async def _drop(self) -> None:
        for client in tuple(self.clients):
            client.transport.abort()

    def secrets(self) -> Iterable[tuple[str, str]]:
        """Return the tokens and secrets that have passed, by kind, for a redactor."""
        return secrets_in(self.journal) if self.journal is not None else ()

    @property
    def is_waiting_for_bodies(self) -> bool:
        """True if a request is sent on only when it is complete, because a guard or a fault must read all of it first."""
        return self.guard is not None or self.rules.are_waiting

    def idle_s(self) -> float:
        """Return the real seconds since the app's latest request ended; 0 while one is open."""
        return 0.0 if self.open_requests else self._elapsed_s() - self._last_s

    def idle_without_end_user_s(self) -> float:
        """Return the real seconds since the latest request that was about no end user."""
        return self._elapsed_s() - self._last_nameless_s

    # -- for its connections

    def begin_exchange(self, relayed: Relayed) -> list[Taken]:
        """Set number, route and end user of an exchange that is about to be sent, and return the rules that take it."""
        self._number += 1
        self.open_requests += 1
        request, journal = relayed.request, self.journal
        relayed.number, relayed.journal = self._number, journal
        relayed.route = self._route_of(request.method, request.raw_path)
        relayed.end_user_id = end_user_of(request)
        relayed.is_of_earlier_scenario = self.is_of_earlier_scenario(relayed.end_user_id)
        if not relayed.end_user_id:
            self._last_nameless_s = self._elapsed_s()
        if journal is not None:
            relayed.begun_s, relayed.step = journal.elapsed_s(), journal.step
        if self.guard is not None:
            self._guard(relayed, self.guard)
        if relayed.refused is not None:
            return []
        if not self.rules.are_waiting or relayed.is_of_earlier_scenario or not relayed.is_complete:
            return []
        relayed.facts = Facts(
            route=relayed.route,
            method=request.method,
            end_user_id=relayed.end_user_id,
            version=version_of(request.headers),
            page=self._pages.page_of(relayed.route, relayed.end_user_id, request.query),
            connection=request.client[1] if request.client else 0,
            clock_s=self._elapsed_s(),
            names=lambda identifier: identifier in request.raw_path or identifier.encode() in request.query + request.body,
        )
        return self.rules.take(relayed.facts)

    def _guard(self, relayed: Relayed, guard: Guard) -> None:
        """Let the guard check an exchange, and record a refusal; faults never act on refused exchanges."""
        request, journal = relayed.request, relayed.journal
        objection = guard.objection_to(request, relayed.named or relayed.target, is_complete=relayed.is_complete)
        if objection is None:
            relayed.refused = guard.unauthorised(request)
            return
        relayed.refused, relayed.keeps = objection.reply, False
        if journal is not None:
            journal.write(
                Refused(
                    **journal.stamp(),
                    method=request.method,
                    route=relayed.route,
                    kind=objection.kind,
                    why=objection.why,
                    request_number=relayed.number,
                )
            )

    def remember_token(
        self, relayed: Relayed, status: int | None, headers: Sequence[tuple[bytes, bytes]] | bytes, body: bytes
    ) -> None:
        """Let the guard remember the token in a response, before the client can use it."""
        if self.guard is not None and relayed.refused is None and relayed.target == TOKEN_TARGET:
            body_text = body if isinstance(headers, bytes) else plain(list(headers), body)[0]
            self.guard.remember_token(relayed.request, relayed.target, status, body_text)

    def end_exchange(self) -> None:
        """Note that an exchange is over."""
        self.open_requests -= 1
        self._last_s = self._elapsed_s()

    async def connect(self, client: RelayClient) -> tuple[Upstream | None, str]:
        """Return a connection to the hosted API, or None and the reason as a sentence fragment."""
        name = self._origin.hostname if self._tls is not None else None
        opening = asyncio.get_running_loop().create_connection(
            lambda: Upstream(client, self._rewriting),
            self._origin.hostname,
            self._origin.port,
            ssl=self._tls,
            server_hostname=name,
        )
        try:
            _, upstream = await asyncio.wait_for(opening, LONGEST_CONNECT_S)
        except TimeoutError:
            return None, f"no connection within {LONGEST_CONNECT_S:g} s"
        except ssl.SSLCertVerificationError as error:
            return None, f"its certificate is invalid: {error.verify_message.rstrip('.')}"
        except ssl.SSLError as error:
            return None, f"TLS failed: {error.reason or 'handshake'}"
        except OSError as error:
            return None, f"no connection: {error.strerror or error}"
        return upstream, ""
