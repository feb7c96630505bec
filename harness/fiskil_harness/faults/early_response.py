"""A fault that does not wait: the answer comes before the request has come."""

from collections.abc import Sequence
from typing import ClassVar

from fiskil_harness.faults.acts import has_end
from fiskil_harness.faults.fault import Act, End, MatchedExchange, PlainFault, Reply, refuse_outside


class EarlyResponse(PlainFault, frozen=True, kw_only=True, tag="early_response"):
    """``status`` is answered as soon as the head of the request has come, its body unread, and the connection closes.

    A client that is still sending may see a broken pipe and never look at the answer. Which end user a request is about is
    known so early only from its path and query.
    """

    ids: ClassVar[tuple[str, ...]] = ("H-EARLY-RESPONSE",)
    ends: ClassVar[bool] = True
    is_early: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    status: int = 413

    def check(self) -> None:
        """Refuse what is no error, for the API has done nothing."""
        refuse_outside(self, "status", 400, 599)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """The error that the endpoint documents."""
        return exchange.refusal(self.status, "Refused", "the request was not read")

    def shape(self, acts: Sequence[Act], exchange: MatchedExchange) -> Sequence[Act]:
        """The answer, then FIN."""
        return acts if has_end(acts) else [*acts, End.CLOSE]


FAULTS: tuple[type[PlainFault], ...] = (EarlyResponse,)
