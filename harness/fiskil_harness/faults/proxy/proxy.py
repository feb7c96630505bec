"""The proxy in front of the API: an ASGI application that records each exchange and applies the faults that match.

An exchange without a matching fault passes unchanged; its bytes are only copied for the journal.
"""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

from fiskil_harness.core.clauses import Choose, Interpretations
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.net.uvicorn_protocol import HttpRequest, HttpResponse
from fiskil_harness.faults.fault import Reply, World
from fiskil_harness.faults.proxy.connection_log import ConnectionBite, ConnectionLeft
from fiskil_harness.faults.proxy.entries import created_end_user, end_user_of, exchange_of
from fiskil_harness.faults.proxy.exchange import Message, ProxiedCall, version_of
from fiskil_harness.faults.proxy.page_counter import Pages
from fiskil_harness.faults.rules import Facts, Rules, Taken
from fiskil_harness.journal import Bite, ConnectionAbandoned, Journal, shortened

BODY_READ_AHEAD = 1_048_577


class Proxy:
    """Wraps an ASGI application; ``journal`` receives the exchanges while a scenario runs."""

    def __init__(
        self,
        app: Any,
        *,
        route_of: Callable[[str, str], str],
        world: World | None,
        has_reported: Callable[[str], bool] = lambda _kind: False,
        clock_s: Callable[[], float] = lambda: 0.0,
        interpretation: Choose | None = None,
    ) -> None:
        """Wrap *app*, an ASGI application. It may also have a synchronous method ``respond`` for complete requests.

        Args:
            app: The API.
            route_of: Returns the name of a route from method and path.
            world: The sandbox as faults can change it; None with the hosted API.
            has_reported: Returns True if an event of this kind has been delivered since the last reset.
            clock_s: Sandbox time in seconds.
            interpretation: Returns the chosen interpretation of a clause (default: the best supported interpretation).
        """
        self.app = app
        self._respond = getattr(app, "respond", None)
        self._route_of = route_of
        self.world = world
        self._told, self._clock_s = has_reported, clock_s
        self.interpretation = interpretation or Interpretations().of
        self.rules = Rules(clock_s=clock_s)
        self._pages = Pages()
        self.journal: Journal | None = None
        self.is_of_earlier_scenario: Callable[[str], bool] = lambda _end_user_id: False
        self.open_requests = 0
        self.bitten: set[ProxiedCall] = set()
        self._elapsed_s = stopwatch()
        self._last_s = self._last_nameless_s = 0.0
        self._number = 0

    def begin(self, journal: Journal, *, is_of_earlier_scenario: Callable[[str], bool] = lambda _end_user_id: False) -> None:
        """Record into *journal* from now on; calls for which *is_of_earlier_scenario* returns True are marked."""
        self._number = 0
        self.is_of_earlier_scenario = is_of_earlier_scenario
        self.journal = journal

    def end(self) -> None:
        """Stop recording, lift every fault, and reset the connections that a fault still holds."""
        self.journal = None
        self.rules.clear()
        for call in tuple(self.bitten):
            call.loop.call_soon_threadsafe(call.cut)

    def note_kill(self) -> None:
        """Mark the calls that a fault still holds: the app is killed, so they show nothing about the fault."""
        for call in tuple(self.bitten):
            call.is_cut = True

    def note_connection(self, outcome: ConnectionBite | ConnectionLeft) -> None:
        """Record that a fault has bitten a connection, or that the client ended a connection that a fault held."""
        journal = self.journal
        if journal is None:
            return
        fault = outcome.rule.name
        if isinstance(outcome, ConnectionLeft):
            journal.write(ConnectionAbandoned(**journal.stamp(), fault=fault, connection=outcome.port))
            return
        journal.write(
            Bite(
                **journal.stamp(),
                fault=fault,
                route=outcome.rule.route,
                request_number=0,
                seed=outcome.rule.seed,
                connection=outcome.port,
                observed=outcome.observed,
            )
        )

    def idle_s(self) -> float:
        """Return the real seconds since the app's latest request ended; 0 while a request is open."""
        return 0.0 if self.open_requests else self._elapsed_s() - self._last_s

    @property
    def was_called(self) -> bool:
        """Return True if a request has arrived since the proxy was created."""
        return self.open_requests > 0 or self._last_s > 0.0

    def is_holding(self, route: str) -> bool:
        """Return True if a fault holds back a response on *route*, or a pattern, that the API has already returned."""
        return any(
            fnmatchcase(proxied_call.facts.route, route)
            and proxied_call.composition is not None
            and proxied_call.composition.reply
            for proxied_call in tuple(self.bitten)
        )

    def idle_without_end_user_s(self) -> float:
        """Return the real seconds since the latest request that concerned no end user."""
        return self._elapsed_s() - self._last_nameless_s

    def respond_at_once(self, request: HttpRequest) -> HttpResponse | None:
        """Return the response to a complete request; do nothing and return None if the app or a fault needs more time."""
        if self._respond is None or self.rules.are_waiting:
            return None
        journal = self.journal
        begun_s, step = (journal.elapsed_s(), journal.step) if journal is not None else (0.0, -1)
        self.open_requests += 1
        try:
            number = self._next_number()
            route, end_user_id, is_of_earlier_scenario = self._name(request)
            response: HttpResponse = self._respond(request)
        finally:
            self.open_requests -= 1
            self._last_s = self._elapsed_s()
        if journal is not None:
            about = (
                number,
                route,
                end_user_id or created_end_user(route, response.status, response.body),
                is_of_earlier_scenario,
            )
            response_parts = (response.status, response.headers, shortened(response.body))
            request.body = shortened(request.body)
            journal.write_deferred(exchange_of, (begun_s, journal.elapsed_s(), step), request, about, response_parts)
        return response

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, as an ASGI application."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self.open_requests += 1
        try:
            await self._exchange(scope, receive, send)
        finally:
            self.open_requests -= 1
            self._last_s = self._elapsed_s()

    async def _exchange(self, scope: Any, receive: Any, send: Any) -> None:
        journal, number = self.journal, self._next_number()
        taken = self._taken_early(scope)
        first, body, is_complete = ([], b"", False) if taken else await _read_ahead(receive)
        request = HttpRequest.of(scope, body)
        route, end_user_id, is_of_earlier_scenario = self._name(request)
        facts = self._facts(request, route, end_user_id)
        call = ProxiedCall(self, scope, _replay(first, receive), send, number=number, facts=facts, journal=journal)
        scope["call"] = call
        begun_s, step = (journal.elapsed_s(), journal.step) if journal is not None else (0.0, -1)
        refusal = None if taken else self.refusal_of(call, request, is_complete=is_complete)
        if refusal is None and is_complete and not is_of_earlier_scenario:
            taken = self.rules.take(facts)
        try:
            if refusal is not None:
                await call.give(refusal)
            elif not taken:
                await self.app(scope, call.receive, call.watched_send)
            else:
                await call.bitten_by(taken, request)
        finally:
            self._pages.note_link(route, end_user_id, facts.page, call.sent)
            if journal is not None:
                request.body, sent = shortened(body), bytes(call.sent)
                journal.write_deferred(
                    exchange_of,
                    (begun_s, journal.elapsed_s(), step),
                    request,
                    (number, route, end_user_id or created_end_user(route, call.status, sent), is_of_earlier_scenario),
                    (call.status, call.headers, shortened(sent)),
                    call.bites,
                    call.is_cut,
                )

    def refusal_of(self, call: ProxiedCall, request: HttpRequest, *, is_complete: bool) -> Reply | None:
        """Return the response to a request that must reach neither a fault nor the API; None for any other request.

        Args:
            call: The exchange.
            request: The request.
            is_complete: True if the body is complete.
        """
        return None

    def _taken_early(self, scope: Any) -> list[Taken]:
        """Return the rules that take a request before its body has arrived."""
        if not self.rules.are_early:
            return []
        request = HttpRequest.of(scope)
        route, end_user_id, is_of_earlier_scenario = self._name(request)
        return [] if is_of_earlier_scenario else self.rules.take(self._facts(request, route, end_user_id), is_early=True)

    def _facts(self, request: HttpRequest, route: str, end_user_id: str) -> Facts:
        return Facts(
            route=route,
            method=request.method,
            end_user_id=end_user_id,
            version=version_of(request.headers),
            page=self._pages.page_of(route, end_user_id, request.query),
            connection=request.client[1] if request.client else 0,
            clock_s=self._clock_s(),
            names=lambda identifier: identifier in request.raw_path or identifier.encode() in request.query + request.body,
            has_reported=self._told,
        )

    def _next_number(self) -> int:
        self._number += 1
        return self._number

    def _name(self, request: HttpRequest) -> tuple[str, str, bool]:
        """Return the route of a request, its end user, and True if the request belongs to an earlier scenario."""
        end_user_id = end_user_of(request)
        if not end_user_id:
            self._last_nameless_s = self._elapsed_s()
        return self._route_of(request.method, request.path), end_user_id, self.is_of_earlier_scenario(end_user_id)


async def _read_ahead(receive: Any) -> tuple[list[Message], bytes, bool]:
    """Return the ASGI messages and the body of a request, and True if the body is complete.

    Reading ends at a size that no documented request reaches.
    """
    messages: list[Message] = []
    body = bytearray()
    while True:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        if message["type"] != "http.request":
            return messages, bytes(body), False
        if not message.get("more_body") or len(body) > BODY_READ_AHEAD:
            return messages, bytes(body), not message.get("more_body")


def _replay(messages: list[Message], receive: Any) -> Any:
    left = list(messages)

    async def next_message() -> Message:
        if left:
            return left.pop(0)
        message: Message = await receive()
        return message

    return next_message
