"""Faults of authentication: tokens that die before their time."""

from typing import ClassVar

from harness.faults.base import PlainFault, World


class ExpireTokens(PlainFault, frozen=True, kw_only=True, tag="expire_tokens"):
    """Every access token dies just before this request reaches the API."""

    ids: ClassVar[tuple[str, ...]] = ("A-EXPIRE-EARLY", "A-EXPIRE-MIDWALK")
    needs_world: ClassVar[bool] = True

    def upset(self, world: World) -> bool:
        """Expire, then let the API answer as it does."""
        world.expire_tokens()
        return True


FAULTS: tuple[type[PlainFault], ...] = (ExpireTokens,)
