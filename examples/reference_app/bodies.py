"""Request bodies, read with a limit on size and on time."""

import asyncio

from starlette.requests import Request

LONGEST_BODY_S = 5.0


class TooLarge(Exception):
    """The body exceeds the size limit."""


class TooSlow(Exception):
    """The body did not arrive within the time limit."""


async def read(request: Request, *, limit: int) -> bytes:
    """Return the raw body.

    Raises:
        TooLarge: The body, or its announced length, exceeds *limit* bytes; the rest is not read.
        TooSlow: The body takes longer than five seconds to arrive.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise TooLarge
    body = bytearray()
    try:
        async with asyncio.timeout(LONGEST_BODY_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise TooLarge
    except TimeoutError:
        raise TooSlow from None
    return bytes(body)
