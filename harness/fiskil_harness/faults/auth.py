"""Faults of authentication: tokens that die before their time, answers about tokens that are odd, refusals that last."""

from typing import Any, ClassVar, Literal, get_args

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import MatchedExchange, PlainFault, Reply, World, refuse_unknown
from fiskil_harness.faults.schema_places import decoded, encoded

TOKEN_ROUTE = "token"
LONGEST_LIFETIME_S = 10**12

Lifetime = Literal["missing", "zero", "negative", "huge", "text", "null"]
_ODD: dict[str, Any] = {"zero": 0, "negative": -1, "huge": LONGEST_LIFETIME_S, "text": "900", "null": None}


class ExpireTokens(PlainFault, frozen=True, kw_only=True, tag="expire_tokens"):
    """Every access token dies just before this request reaches the API."""

    ids: ClassVar[tuple[str, ...]] = ("A-EXPIRE-EARLY", "A-EXPIRE-MIDWALK", "A-STAMPEDE")
    needs_world: ClassVar[bool] = True

    def disturb_sandbox(self, world: World) -> bool:
        """Expire, then let the API answer as it does."""
        world.expire_tokens()
        return True


class UnauthorisedLate(PlainFault, frozen=True, kw_only=True, tag="unauthorised_late"):
    """The token dies between its check and the answer: the API did its work, and 401 is what the client hears."""

    ids: ClassVar[tuple[str, ...]] = ("A-EXPIRE-AT-BOUNDARY",)
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """401 for what went well; a refusal stays what it is, and so do answers about tokens."""
        is_work = 200 <= reply.status < 300 and exchange.route != TOKEN_ROUTE
        return _unauthorised(exchange) if is_work else reply


class Unauthorised(PlainFault, frozen=True, kw_only=True, tag="unauthorised"):
    """401 whatever the token, a fresh one too; the API does nothing."""

    ids: ClassVar[tuple[str, ...]] = ("A-401-LOOP",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """The refusal; tokens themselves are handed out."""
        return _unauthorised(exchange) if exchange.route != TOKEN_ROUTE else None


class Forbidden(PlainFault, frozen=True, kw_only=True, tag="forbidden"):
    """403: the key lacks a scope for it; the API does nothing."""

    ids: ClassVar[tuple[str, ...]] = ("A-403-SCOPE",)
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """The refusal; who asks for a token needs no scope."""
        if exchange.route == TOKEN_ROUTE:
            return None
        return exchange.refusal(403, "insufficient_scopes", "the token lacks the scope for this")


class KeyRefused(PlainFault, frozen=True, kw_only=True, tag="key_refused"):
    """The key pair is refused with ``status``: it is wrong (401), or was revoked (403). Tokens that live go on."""

    ids: ClassVar[tuple[str, ...]] = ("A-BAD-CREDS", "A-REVOKED-CLIENT")
    ends: ClassVar[bool] = True
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    status: int = 401

    def check(self) -> None:
        """Refuse other statuses than these two."""
        if self.status not in {401, 403}:
            raise ConfigError(f"KeyRefused: status must be 401 or 403, got {self.status!r}.")

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """No token."""
        if exchange.route != TOKEN_ROUTE:
            return None
        name = "unauthorized" if self.status == 401 else "forbidden"
        return exchange.refusal(self.status, name, "client_id or client_secret is not valid")


class TokenField(PlainFault, frozen=True, kw_only=True, tag="token_field"):
    """The token comes under another name."""

    ids: ClassVar[tuple[str, ...]] = ("A-TOKEN-FIELD",)
    spoils: ClassVar[tuple[str, ...]] = ("body",)

    field: str = "access_token"

    def check(self) -> None:
        """Refuse the name that it has, and none."""
        if self.field in {"", "token"}:
            raise ConfigError(f"TokenField: field must be another name than token, got {self.field!r}.")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same token, and everything else as it was."""
        told = _token_of(reply, exchange)
        if told is None or "token" not in told:
            return reply
        return encoded(reply, {self.field if name == "token" else name: value for name, value in told.items()})


class TokenLifetime(PlainFault, frozen=True, kw_only=True, tag="token_lifetime"):
    """``expires_in`` is odd or missing; the token lives as long as it always does."""

    ids: ClassVar[tuple[str, ...]] = ("A-TTL-MISSING", "A-TTL-0", "A-TTL-HUGE")

    stated: Lifetime = "missing"

    @property
    def spoils(self) -> tuple[str, ...]:  # type: ignore[override]
        """Any whole number is one."""
        return ("body",) if self.stated in {"missing", "text", "null"} else ()

    def check(self) -> None:
        """Refuse what there is not."""
        refuse_unknown(self, "stated", get_args(Lifetime))

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """The same token with another lifetime."""
        told = _token_of(reply, exchange)
        if told is None or "expires_in" not in told:
            return reply
        if self.stated == "missing":
            del told["expires_in"]
        else:
            told["expires_in"] = _ODD[self.stated]
        return encoded(reply, told)


def _unauthorised(exchange: MatchedExchange) -> Reply:
    return exchange.refusal(401, "unauthorized", "invalid or expired token")


def _token_of(reply: Reply, exchange: MatchedExchange) -> dict[str, Any] | None:
    told = decoded(reply) if exchange.route == TOKEN_ROUTE and reply.status == 200 else None
    return told if isinstance(told, dict) else None


FAULTS: tuple[type[PlainFault], ...] = (
    KeyRefused,
    ExpireTokens,
    UnauthorisedLate,
    TokenField,
    TokenLifetime,
    Unauthorised,
    Forbidden,
)
