"""What a fault is, and the door through which it acts on one exchange."""

from typing import ClassVar, Protocol

from msgspec import Struct


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


class Fault(Protocol):
    """Something wrong on purpose. Implementations are frozen structs whose tag is the fault's name.

    ``spoils`` is what no longer keeps the contract where the fault bites: ``answer`` (none at all), ``end`` (of the body),
    ``body`` or ``status``; all of it and nothing else.
    """

    spoils: ClassVar[tuple[str, ...]]

    async def bite(self, answer: Answer) -> None:
        """Do the wrong thing to one exchange."""
