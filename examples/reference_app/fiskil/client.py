"""API calls with a token: renewed once after a 401, retried only while that is safe, never past a deadline.

Requests that create something use new connections, because a stale connection would leave their outcome unknown.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import TypeVar

import httpx

from reference_app import alerts, logs
from reference_app.fiskil import responses, retry, token, transport
from reference_app.fiskil.errors import FiskilError, Refused, TimedOut, Unavailable
from reference_app.fiskil.limits import Deadline
from reference_app.fiskil.transport import Request
from reference_app.settings import Settings

T = TypeVar("T")


class Client:
    """The HTTP client for the Fiskil API."""

    def __init__(self, settings: Settings) -> None:
        self.base_url = settings.base_url
        self._settings = settings
        trust = trusted_certificates(settings)
        reused = httpx.Limits(max_connections=50, max_keepalive_connections=10, keepalive_expiry=2.0)
        once = httpx.Limits(max_connections=50, max_keepalive_connections=0)
        self._reading = httpx.AsyncClient(verify=trust, trust_env=False, limits=reused)
        self._creating = httpx.AsyncClient(verify=trust, trust_env=False, limits=once)
        self._tokens = token.Tokens(self._fetch_token)
        self._closed_until: dict[str, float] = {}

    async def call(self, request: Request, read: Callable[[object], T], *, deadline: Deadline) -> T:
        """Make a call and parse its response with *read*.

        Raises:
            FiskilError: The call failed permanently, or for longer than the deadline allows.
        """
        bearer = await self._tokens.current(deadline)
        try:
            return await self._repeat(request, read, bearer=bearer, deadline=deadline)
        except Refused:
            if not renews_on_401():
                raise
        fresh = await self._tokens.renewed(stale=bearer, deadline=deadline)
        try:
            return await self._repeat(request, read, bearer=fresh, deadline=deadline)
        except Refused as error:
            logs.warn("token_refused", endpoint=request.endpoint, error_id=error.error_id, reason=error.reason)
            alerts.send("token_refused", reason=error.reason, error_id=error.error_id)
            raise

    async def aclose(self) -> None:
        """Close all connections."""
        await self._reading.aclose()
        await self._creating.aclose()

    async def _repeat(self, request: Request, read: Callable[[object], T], *, bearer: str | None, deadline: Deadline) -> T:
        async def attempt() -> T:
            await self._wait_until_open(request.endpoint, deadline)
            http = self._reading if request.is_repeatable else self._creating
            timeout_s = min(self._settings.call_timeout_s, deadline.left_s())
            if timeout_s <= 0:
                raise TimedOut("no time left", was_sent=False)
            try:
                return read(await transport.exchange(http, request, token=bearer, timeout_s=timeout_s))
            except FiskilError as error:
                self._remember(request.endpoint, error)
                raise

        return await retry.until_done(
            attempt,
            is_repeatable=request.is_repeatable,
            attempts=self._settings.api_attempts,
            deadline=deadline,
        )

    async def _fetch_token(self, deadline: Deadline) -> responses.Token:
        request = Request(
            endpoint="POST /v1/token",
            url=f"{self.base_url}/v1/token",
            body={"client_id": self._settings.client_id, "client_secret": self._settings.client_secret},
        )
        return await self._repeat(request, responses.token, bearer=None, deadline=deadline)

    def _remember(self, endpoint: str, error: FiskilError) -> None:
        """Apply a Retry-After to every caller of the endpoint, not only to the one that received it."""
        if error.retry_after_s:
            self._closed_until[endpoint] = time.monotonic() + error.retry_after_s

    async def _wait_until_open(self, endpoint: str, deadline: Deadline) -> None:
        wait_s = self._closed_until.get(endpoint, 0.0) - time.monotonic()
        if wait_s <= 0:
            return
        if wait_s >= deadline.left_s():
            raise Unavailable("Fiskil requested a longer wait", retry_after_s=wait_s, was_sent=False)
        await asyncio.sleep(wait_s + retry.TIMER_SLACK_S)


def renews_on_401() -> bool:
    """Return whether a refused token is renewed, once."""
    return True


def trusted_certificates(settings: Settings) -> ssl.SSLContext | bool:
    """Return the certificates to trust: those in the configured file, or the public ones. Never accept all."""
    return ssl.create_default_context(cafile=settings.ca_file) if settings.ca_file else True
