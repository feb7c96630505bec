"""The sandbox's own limit: measured at the start of each run, so that the app and not the sandbox is tested."""

import threading
import time

from fiskil_harness.core.net.server import Loop
from fiskil_harness.errors import UsageError
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.webhooks.load import send_many
from fiskil_harness.webhooks.responses import Reply
from fiskil_harness.webhooks.transport import Address

REQUESTS = 2_000
USABLE = 0.7
"""The share of the measured limit that a run may use."""


async def _thread_id() -> int:
    return threading.get_ident()


def measured_limit(fiskil: LocalFiskil) -> float:
    """Return how many requests a second the sandbox serves on one core.

    The time is that of the server's thread on the processor, without the time of the client and of other programs.
    """
    clock = time.pthread_getcpuclockid(fiskil.loop.run(_thread_id()))
    host, _, port = fiskil.api_url.rpartition("//")[2].partition(":")
    request = b"GET /v1/institutions HTTP/1.1\r\nHost: soak\r\nAuthorization: Bearer none\r\n\r\n"
    replies: list[Reply] = []
    began_s = time.clock_gettime(clock)
    loop = Loop()
    try:
        address = Address(host=host, port=int(port))
        loop.run(send_many(address, [request] * REQUESTS, lambda _number, reply: replies.append(reply), timeout_s=10))
    finally:
        loop.close()
    return len(replies) / max(time.clock_gettime(clock) - began_s, 1e-6)


def refuse_too_much(*, rate: float, requests_per_delivery: float, limit: float) -> None:
    """Check that the sandbox can serve the requests that the app will send.

    Args:
        rate: The highest number of deliveries a second.
        requests_per_delivery: The app's requests to the API for each delivery, as measured before the load.
        limit: The measured limit of the sandbox.

    Raises:
        UsageError: The app would need more than the sandbox can serve.
    """
    needed, usable = rate * requests_per_delivery, limit * USABLE
    if needed > usable:
        raise UsageError(
            f"At {rate:g} deliveries a second the app would send about {needed:,.0f} requests a second to the sandbox, "
            f"which serves {limit:,.0f} on this machine; soak uses at most {usable:,.0f} of them. Choose a lower --rate."
        )
