"""Faults that redirect: in a circle, to a stranger, or from https to http. The API does nothing."""

from typing import ClassVar, Literal

from fiskil_harness.faults.acts import refuse_other
from fiskil_harness.faults.fault import MatchedExchange, PlainFault, Reply

RedirectStatus = Literal[301, 302, 303, 307, 308]
STATUSES = (301, 302, 303, 307, 308)


class Redirect(PlainFault, frozen=True, kw_only=True):
    """The API never hears of the request, and the client is sent elsewhere."""

    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    status: RedirectStatus = 307

    def check(self) -> None:
        """Refuse a status that redirects nobody."""
        refuse_other(self, "status", STATUSES)


class RedirectLoop(Redirect, frozen=True, kw_only=True, tag="redirect_loop"):
    """The request is sent to where it was made: in a circle for as long as the fault bites."""

    ids: ClassVar[tuple[str, ...]] = ("H-REDIRECT-LOOP",)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """The very URL that was asked."""
        return _redirect(self.status, exchange.api_url, exchange)


class RedirectCrossOrigin(Redirect, frozen=True, kw_only=True, tag="redirect_cross_origin"):
    """The request is sent to an origin that nobody has a reason to call; a token must not go there."""

    ids: ClassVar[tuple[str, ...]] = ("H-REDIRECT-CROSS-ORIGIN",)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """The same path and query at a stranger's."""
        return _redirect(self.status, exchange.foreign_url(), exchange)


class RedirectDowngrade(Redirect, frozen=True, kw_only=True, tag="redirect_downgrade"):
    """The request is sent from https to http, where everybody on the way can read the token."""

    ids: ClassVar[tuple[str, ...]] = ("H-REDIRECT-HTTP-DOWNGRADE",)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """The same path and query over http, at an address that remembers who came; None where the API has no TLS."""
        if not exchange.api_url.startswith("https://"):
            return None
        return _redirect(self.status, exchange.foreign_url(), exchange)


def _redirect(status: int, origin: str, exchange: MatchedExchange) -> Reply:
    query = b"?" + exchange.query if exchange.query else b""
    location = origin.rstrip("/").encode() + exchange.path.encode("latin-1") + query
    return Reply(status=status, headers=((b"location", location), (b"content-length", b"0")), body=b"")


FAULTS: tuple[type[PlainFault], ...] = (RedirectLoop, RedirectCrossOrigin, RedirectDowngrade)
