"""Redirect faults: to the same URL, to another host, or from https to http. The API receives no request."""

from typing import Annotated, ClassVar, Literal

from fiskil_harness.faults.fault import QUOTED, ErrorInstead, MatchedExchange, Reply

RedirectStatus = Annotated[Literal[301, 302, 303, 307, 308], QUOTED]


class Redirect(ErrorInstead, frozen=True, kw_only=True):
    """Base class of redirect faults: the client is redirected, and the API receives no request.

    Args:
        status: The status of the redirect: 301, 302, 303, 307 or 308.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    status: RedirectStatus = 307


class RedirectLoop(Redirect, frozen=True, kw_only=True, tag="redirect_loop"):
    """The response redirects to the requested URL itself, as long as the fault bites."""

    ids: ClassVar[tuple[str, ...]] = ("H-REDIRECT-LOOP",)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return a redirect to the requested URL."""
        return _redirect(self.status, exchange.api_url, exchange)


class RedirectCrossOrigin(Redirect, frozen=True, kw_only=True, tag="redirect_cross_origin"):
    """The response redirects to another origin, which must not receive the token."""

    ids: ClassVar[tuple[str, ...]] = ("H-REDIRECT-CROSS-ORIGIN",)
    needs_world: ClassVar[bool] = True

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return a redirect to the same path and query at a canary server."""
        return _redirect(self.status, exchange.foreign_url(), exchange)


class RedirectDowngrade(Redirect, frozen=True, kw_only=True, tag="redirect_downgrade"):
    """The response redirects from https to http, where the token could be read in transit."""

    ids: ClassVar[tuple[str, ...]] = ("H-REDIRECT-HTTP-DOWNGRADE",)
    needs_world: ClassVar[bool] = True

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return a redirect to the same path and query at a canary server over http; None if the API has no TLS."""
        if not exchange.api_url.startswith("https://"):
            return None
        return _redirect(self.status, exchange.foreign_url(), exchange)


def _redirect(status: int, origin: str, exchange: MatchedExchange) -> Reply:
    query = b"?" + exchange.query if exchange.query else b""
    location = origin.rstrip("/").encode() + exchange.path.encode("latin-1") + query
    return Reply(status=status, headers=((b"location", location), (b"content-length", b"0")), body=b"")
