"""Faults of authentication: tokens that die before their time."""

from typing import ClassVar

from harness.faults.base import Answer, PlainFault


class ExpireTokens(PlainFault, frozen=True, kw_only=True, tag="expire_tokens"):
    """Every access token dies just before this request reaches the API (A-EXPIRE-EARLY, A-EXPIRE-MIDWALK)."""

    spoils: ClassVar[tuple[str, ...]] = ()

    async def bite(self, answer: Answer) -> None:
        """Expire, then let the API answer as it does."""
        answer.expire_tokens()
        forwarded = await answer.forward()
        await answer.send(forwarded.status, forwarded.headers, forwarded.body)
