"""Authentication faults: tokens that expire early, malformed token responses, and permanent refusals."""

from typing import Any, ClassVar, Literal

from fiskil_harness.errors import ConfigError
from fiskil_harness.faults.fault import BodyFault, ErrorInstead, Fault, MatchedExchange, Reply, World
from fiskil_harness.faults.schema_places import decoded, encoded

TOKEN_ROUTE = "token"
LONGEST_LIFETIME_S = 10**12

Lifetime = Literal["missing", "zero", "negative", "huge", "text", "null"]
_ODD: dict[str, Any] = {"zero": 0, "negative": -1, "huge": LONGEST_LIFETIME_S, "text": "900", "null": None}


class ExpireTokens(Fault, frozen=True, kw_only=True, tag="expire_tokens"):
    """Every access token expires just before the request reaches the API."""

    ids: ClassVar[tuple[str, ...]] = ("A-EXPIRE-EARLY", "A-EXPIRE-MIDWALK", "A-STAMPEDE")
    needs_world: ClassVar[bool] = True

    def disturb_sandbox(self, world: World) -> bool:
        """Expire all tokens; the API then responds as usual."""
        world.expire_tokens()
        return True


class UnauthorisedLate(Fault, frozen=True, kw_only=True, tag="unauthorised_late"):
    """The API does its work, but the client gets 401, as if its token had expired in the meantime."""

    ids: ClassVar[tuple[str, ...]] = ("A-EXPIRE-AT-BOUNDARY",)
    spoils: ClassVar[tuple[str, ...]] = ("status",)

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Replace a successful response by 401; errors and responses of the token route stay unchanged."""
        is_work = 200 <= reply.status < 300 and exchange.route != TOKEN_ROUTE
        return _unauthorised(exchange) if is_work else reply


class Unauthorised(ErrorInstead, frozen=True, kw_only=True, tag="unauthorised"):
    """The API responds 401 to every token, even to a new token, and does nothing."""

    ids: ClassVar[tuple[str, ...]] = ("A-401-LOOP",)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return 401; the token route still issues tokens."""
        return _unauthorised(exchange) if exchange.route != TOKEN_ROUTE else None


class Forbidden(ErrorInstead, frozen=True, kw_only=True, tag="forbidden"):
    """The API responds 403, as if the token had no scope for the request, and does nothing."""

    ids: ClassVar[tuple[str, ...]] = ("A-403-SCOPE",)

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return 403, except on the token route, which needs no scope."""
        if exchange.route == TOKEN_ROUTE:
            return None
        return exchange.refusal(403, "insufficient_scopes", "the token has no scope for this")


class KeyRefused(ErrorInstead, frozen=True, kw_only=True, tag="key_refused"):
    """The token route refuses the key pair with ``status``; tokens that were issued before stay valid.

    Args:
        status: 401 for a wrong key pair, 403 for a revoked one.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("A-BAD-CREDS", "A-REVOKED-CLIENT")

    status: int = 401

    def check(self) -> None:
        """Raise ConfigError unless ``status`` is 401 or 403.

        Raises:
            ConfigError: ``status`` has another value.
        """
        if self.status not in {401, 403}:
            raise ConfigError(f"KeyRefused: status must be 401 or 403, got {self.status!r}.")

    def response_instead(self, exchange: MatchedExchange) -> Reply | None:
        """Return the refusal on the token route; None on other routes."""
        if exchange.route != TOKEN_ROUTE:
            return None
        name = "unauthorized" if self.status == 401 else "forbidden"
        return exchange.refusal(self.status, name, "client_id or client_secret is not valid")


class TokenField(BodyFault, frozen=True, kw_only=True, tag="token_field"):
    """The token response contains the token under another field name.

    Args:
        field: The field name that replaces ``token``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("A-TOKEN-FIELD",)

    field: str = "access_token"

    def check(self) -> None:
        """Raise ConfigError if ``field`` is empty or ``token``.

        Raises:
            ConfigError: ``field`` is empty, or the usual name.
        """
        if self.field in {"", "token"}:
            raise ConfigError(f"TokenField: field must be a name other than 'token', got {self.field!r}.")

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Rename the field of the token in a token response; all other fields stay unchanged."""
        fields = _token_of(reply, exchange)
        if fields is None or "token" not in fields:
            return reply
        return encoded(reply, {self.field if name == "token" else name: value for name, value in fields.items()})


class TokenLifetime(Fault, frozen=True, kw_only=True, tag="token_lifetime"):
    """The token response has an unusual ``expires_in`` or none; the token itself stays valid for the usual time.

    Args:
        stated: The kind of ``expires_in``: ``missing``, ``zero``, ``negative``, ``huge`` (10 ** 12), ``text`` or ``null``.

    Raises:
        ConfigError: ``check`` finds an argument out of range.
    """

    ids: ClassVar[tuple[str, ...]] = ("A-TTL-MISSING", "A-TTL-0", "A-TTL-HUGE")

    stated: Lifetime = "missing"

    @property
    def spoils(self) -> tuple[str, ...]:  # type: ignore[override]
        """The parts of the response that violate the contract: none for a whole number, whatever its value."""
        return ("body",) if self.stated in {"missing", "text", "null"} else ()

    def change_response(self, reply: Reply, exchange: MatchedExchange) -> Reply:
        """Replace or remove ``expires_in``."""
        fields = _token_of(reply, exchange)
        if fields is None or "expires_in" not in fields:
            return reply
        if self.stated == "missing":
            del fields["expires_in"]
        else:
            fields["expires_in"] = _ODD[self.stated]
        return encoded(reply, fields)


def _unauthorised(exchange: MatchedExchange) -> Reply:
    return exchange.refusal(401, "unauthorized", "invalid or expired token")


def _token_of(reply: Reply, exchange: MatchedExchange) -> dict[str, Any] | None:
    fields = decoded(reply) if exchange.route == TOKEN_ROUTE and reply.status == 200 else None
    return fields if isinstance(fields, dict) else None
