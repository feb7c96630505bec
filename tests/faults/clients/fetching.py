"""A program that reads requests as lines of JSON, performs each with a Python library, and writes the result as a line.

Each library is used as an app would use it: one session, timeouts for connecting and for each read, nothing else changed.
"""

import asyncio
import contextlib
import json
import ssl
import sys
import threading
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import aiohttp
import httpx
import msgspec
import requests
import urllib3

from tests.faults.clients.error_messages import error_word
from tests.faults.clients.requests_made import ClientRequest, ClientResult, NumberedRequest

UNREADABLE = (ValueError, RecursionError)


class Progress:
    """The state of a call."""

    status = 0
    url = ""
    body = b""
    value: str | None = None

    def head(self, status: int, url: object) -> None:
        """Note status and URL of the response."""
        self.status, self.url = status, str(url)

    def whole(self, body: bytes, read: Callable[[], Any]) -> None:
        """Note the body; *read* parses its JSON as the library does."""
        self.body = body
        with contextlib.suppress(*UNREADABLE):
            self.value = json.dumps(read())


def _requests(request: ClientRequest, progress: Progress) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = request.ca_file or True
        options: dict[str, Any] = {"headers": request.headers, "timeout": request.silence_s}
        if request.first_url:
            _ = session.request(request.method, request.first_url, data=request.body or None, **options).content
        with session.request(request.method, request.url, data=request.body or None, stream=True, **options) as response:
            progress.head(response.status_code, response.url)
            progress.whole(response.content, response.json)


def _httpx(request: ClientRequest, progress: Progress) -> None:
    with httpx.Client(timeout=request.silence_s, trust_env=False, verify=_context(request) or False) as client:
        options: dict[str, Any] = {"headers": request.headers, "content": request.body or None}
        if request.first_url:
            client.request(request.method, request.first_url, **options)
        with client.stream(request.method, request.url, **options) as response:
            progress.head(response.status_code, response.url)
            progress.whole(response.read(), response.json)


def _urllib3(request: ClientRequest, progress: Progress) -> None:
    trusted = {"ca_certs": request.ca_file} if request.ca_file else {}
    with urllib3.PoolManager(timeout=urllib3.Timeout(request.silence_s), **trusted) as pool:
        options: dict[str, Any] = {"headers": request.headers, "body": request.body or None}
        if request.first_url:
            pool.request(request.method, request.first_url, **options)
        response = pool.request(request.method, request.url, preload_content=False, **options)
        progress.head(response.status, response.geturl() or request.url)
        progress.whole(response.data, response.json)


def _aiohttp(request: ClientRequest, progress: Progress) -> None:
    asyncio.run(_aiohttp_call(request, progress))


async def _aiohttp_call(request: ClientRequest, progress: Progress) -> None:
    limits = aiohttp.ClientTimeout(total=None, sock_connect=request.silence_s, sock_read=request.silence_s)
    options: dict[str, Any] = {"headers": request.headers, "data": request.body or None, "ssl": _context(request) or True}
    async with aiohttp.ClientSession(timeout=limits) as session:
        if request.first_url:
            async with session.request(request.method, request.first_url, **options) as response:
                await response.read()
        async with session.request(request.method, request.url, **options) as response:
            progress.head(response.status, response.url)
            progress.body = await response.read()
            with contextlib.suppress(*UNREADABLE):
                progress.value = json.dumps(await response.json()) if response.ok else None


def _context(request: ClientRequest) -> ssl.SSLContext | None:
    return ssl.create_default_context(cafile=request.ca_file) if request.ca_file else None


FETCHERS = {"requests": _requests, "httpx": _httpx, "aiohttp": _aiohttp, "urllib3": _urllib3}


def fetch_line(line: str, fetch: Callable[[ClientRequest, Progress], None]) -> dict[str, Any]:
    """Perform the request in *line*, and return the numbered result."""
    numbered = msgspec.json.decode(line, type=NumberedRequest)
    progress = Progress()
    try:
        fetch(numbered.request, progress)
    except Exception as error:  # noqa: BLE001 - any exception of a client is a result
        word = error_word(error, is_in_body=progress.status != 0)
        result = ClientResult(error=word, message=f"{type(error).__name__}: {error}")
    else:
        body = progress.body.decode("latin-1")
        result = ClientResult(status=progress.status, body=body, value=progress.value, url=progress.url)
    return {"number": numbered.number, "result": result}


def main(name: str) -> None:
    """Process lines until there are no more, each in its own thread."""
    lock = threading.Lock()

    def respond(line: str) -> None:
        line_out = msgspec.json.encode(fetch_line(line, FETCHERS[name]))
        with lock:
            sys.stdout.buffer.write(line_out + b"\n")
            sys.stdout.buffer.flush()

    sys.stdout.write(json.dumps({"version": version(name)}) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        threading.Thread(target=respond, args=(line,), daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1])
