"""Faults that are answers: another status instead of the API's work."""

import msgspec
from msgspec import Struct

from harness.faults.base import Answer


class Status(Struct, frozen=True, kw_only=True, tag="status"):
    """The API does nothing and ``status`` is answered, with ``retry_after_s`` in the header if given (R-503, R-429)."""

    status: int = 503
    retry_after_s: int | None = None

    async def bite(self, answer: Answer) -> None:
        """Answer with the status and the error body of the data endpoints."""
        body = msgspec.json.encode(
            {"id": "err_00000000-0000-4000-8000-000000000000", "name": "Unavailable", "message": "try again later"}
        )
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        if self.retry_after_s is not None:
            headers.append((b"retry-after", str(self.retry_after_s).encode()))
        await answer.send(self.status, tuple(headers), body)
