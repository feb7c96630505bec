"""A fault that responds before the whole request has arrived."""

from collections.abc import Sequence
from typing import ClassVar

from fiskil_harness.faults.acts import has_end
from fiskil_harness.faults.fault import Act, End, ErrorInstead, ErrorStatus, MatchedExchange, Reply


class EarlyResponse(ErrorInstead, frozen=True, kw_only=True, tag="early_response"):
    """A response with ``status`` is sent after the request's head, before its body is read; then the connection closes.

    A client that is still sending may get a broken pipe and never read the response. A rule for one end user recognises that
    user only in the path and the query, because the body is not known yet.

    Args:
        status: The error status, from 400 to 599; no success, because the API does nothing.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-EARLY-RESPONSE",)
    is_early: ClassVar[bool] = True

    status: ErrorStatus = 413

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return the error that the endpoint documents."""
        return exchange.refusal(self.status, "Refused", "the request was not read")

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """Return the response, then FIN."""
        return acts if has_end(acts) else [*acts, End.CLOSE]
