"""What a fault is, and the door through which it acts on one exchange."""

from typing import ClassVar, Protocol

from msgspec import Struct

from harness.errors import ConfigError


class Forwarded(Struct, frozen=True, kw_only=True):
    """What the API would have answered."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


class Answer(Protocol):
    """The exchange that a fault has matched, as the link hands it over.

    ``forward`` lets the API do its work; a fault that never calls it breaks the request before the API saw it.
    """

    async def forward(self) -> Forwarded:
        """Let the API work and return its answer without sending it."""

    async def send(self, status: int, headers: tuple[tuple[bytes, bytes], ...], body: bytes) -> None:
        """Send a whole answer."""

    async def refuse(self, status: int, name: str, message: str, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        """Send an error in the shape that the asked endpoint documents, without the API's work."""

    def waits(self, seconds: int | None) -> tuple[tuple[bytes, bytes], ...]:
        """The headers that tell a client to wait so long; none for None, and where waits are not told."""

    async def send_head(self, status: int, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        """Send status and headers as they are, ``content-length`` included."""

    async def send_part(self, body: bytes) -> None:
        """Send a piece of the body now."""

    async def finish(self) -> None:
        """Say that the body is complete."""

    def reset(self) -> None:
        """Reset the connection: unsent data is discarded, the client sees ECONNRESET."""

    def close(self) -> None:
        """Close the connection after what was sent."""

    async def stall(self) -> None:
        """Send nothing more until the client goes away."""

    async def leaves_within_s(self, seconds: float) -> bool:
        """Let real time pass; True as soon as the client has gone away."""

    def expire_tokens(self) -> None:
        """Let every access token die before its time."""

    async def spare(self, forwarded: Forwarded) -> None:
        """Send the API's answer untouched: it gave the fault nothing to spoil, so this was no bite."""


class Fault(Protocol):
    """Something wrong on purpose. Implementations are frozen structs whose tag is the fault's name.

    ``spoils`` is what no longer keeps the contract where the fault bites: ``answer`` (none at all), ``end`` (of the body),
    ``body`` or ``status``; all of it and nothing else.
    """

    spoils: ClassVar[tuple[str, ...]]

    def check(self) -> None:
        """Refuse parameters under which nothing would break."""

    async def bite(self, answer: Answer) -> None:
        """Do the wrong thing to one exchange."""


class PlainFault(Struct, frozen=True, kw_only=True):
    """A fault whose parameters all make sense, or that has none."""

    def check(self) -> None:
        """Nothing to refuse."""


def refuse_outside(fault: object, name: str, least: int, most: int | None = None) -> None:
    """Refuse a parameter of *fault* that is no whole number from *least* to *most*.

    Raises:
        ConfigError: It would break nothing, or cannot be.
    """
    value = getattr(fault, name)
    if type(value) is not int or value < least or (most is not None and value > most):
        bounds = f"at least {least}" if most is None else f"from {least} to {most}"
        raise ConfigError(f"{type(fault).__name__}: {name} must be a whole number, {bounds}, got {value!r}.")
