"""One exchange with Fiskil: send a request, return the decoded response, within a total time.

Anything but a complete, valid response with a 2xx status is an error here, so that callers need no further check.
"""

import asyncio
import json
import ssl
import time
from dataclasses import dataclass, field

import httpx

from reference_app import logs
from reference_app.fiskil import limits, responses, retry
from reference_app.fiskil.errors import FiskilError, Refused, Rejected, TimedOut, Unavailable, Untrusted
from reference_app.metrics import METRICS

API_VERSION = "v3"
MAX_RESPONSE_BYTES = 32 * 1024 * 1024
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One API call. ``endpoint`` is its name in logs and metrics: the route, without ids and query values."""

    endpoint: str
    url: str
    params: dict[str, str] | None = None
    body: dict[str, str] | None = field(default=None, repr=False)
    is_repeatable: bool = True


async def exchange(http: httpx.AsyncClient, request: Request, *, token: str | None, timeout_s: float) -> object:
    """Send once and return the decoded body of a 2xx response.

    Raises:
        FiskilError: There was no complete, valid 2xx response.
    """
    began = time.monotonic()
    try:
        status, payload = await _attempt(http, request, token, timeout_s)
    except FiskilError as error:
        outcome = str(error.status or ("timeout" if isinstance(error, TimedOut) else "failed"))
        report(request, outcome, time.monotonic() - began, error)
        raise
    report(request, str(status), time.monotonic() - began)
    return payload


def decode(body: bytes) -> object:
    """Decode JSON. Numbers with a decimal point stay text, because money is never a float.

    Raises:
        Unavailable: The body is truncated or is not JSON.
    """
    if not body.strip():
        return None
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=str, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Unavailable("a response that is not JSON") from None


def report(request: Request, outcome: str, took_s: float, error: FiskilError | None = None) -> None:
    """Count and log one attempt, successful or not."""
    METRICS.count_call(request.endpoint, outcome, took_s)
    fields = {"endpoint": request.endpoint, "status": outcome, "ms": round(took_s * 1000)}
    if error is None:
        logs.write("api_call", **fields)
    else:
        logs.warn("api_call", **fields, reason=error.reason, error_id=error.error_id)


async def _attempt(http: httpx.AsyncClient, request: Request, token: str | None, timeout_s: float) -> tuple[int, object]:
    # A separate task is cancelled only once: two limits that expire together would interrupt closing the connection.
    sending = asyncio.create_task(_send(http, request, token, timeout_s))
    try:
        async with limits.within(timeout_s):
            await asyncio.wait({sending})
        status, headers, body = sending.result()
    except TimeoutError:
        raise TimedOut("no complete response in time") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise _network_failure(error) from None
    finally:
        sending.cancel()
    if not 200 <= status < 300:
        raise _failure(status, headers, body)
    return status, decode(body)


async def _send(
    http: httpx.AsyncClient, request: Request, token: str | None, timeout_s: float
) -> tuple[int, httpx.Headers, bytes]:
    headers = {"Accept": "application/json", "X-Fiskil-Version": API_VERSION}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    timeout = httpx.Timeout(timeout_s, connect=timeout_s / 2)
    method = request.endpoint.partition(" ")[0]
    async with http.stream(
        method, request.url, params=request.params, json=request.body, headers=headers, timeout=timeout
    ) as response:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MAX_RESPONSE_BYTES:
                raise Rejected("a response too large to read", status=response.status_code)
        return response.status_code, response.headers, bytes(body)


def _failure(status: int, headers: httpx.Headers, body: bytes) -> FiskilError:
    error_id, name = responses.problem(body)
    reason = f"{status} {name}".strip()
    if status == 401:
        return Refused(reason, status=status, error_id=error_id)
    if status in retry.RETRYABLE_STATUSES:
        wait_s = retry.retry_after_s(headers.get("retry-after"))
        return Unavailable(reason, status=status, error_id=error_id, retry_after_s=wait_s)
    return Rejected(reason, status=status, error_id=error_id)


def _network_failure(error: Exception) -> FiskilError:
    reason = f"network: {type(error).__name__}"
    if _is_certificate_error(error):
        return Untrusted("network: the certificate cannot be trusted", was_sent=False)
    if isinstance(error, httpx.TimeoutException):
        return TimedOut(reason, was_sent=not isinstance(error, _UNSENT))
    return Unavailable(reason, was_sent=not isinstance(error, _UNSENT))


def _is_certificate_error(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")
