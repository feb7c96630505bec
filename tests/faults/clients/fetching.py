"""Fetches what each line of its input asks for with the Python library it is told, and tells in a line what came of it.

Each library is used as an app would use it: one session, a limit on each read and on connecting, nothing else changed.
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

from tests.faults.clients.error_messages import complaint
from tests.faults.clients.requests_made import Asked, Heard, Question

UNREADABLE = (ValueError, RecursionError)


class Progress:
    """How far a call has come."""

    status = 0
    url = ""
    body = b""
    value: str | None = None

    def head(self, status: int, url: object) -> None:
        """Status and address of the answer are known."""
        self.status, self.url = status, str(url)

    def whole(self, body: bytes, read: Callable[[], Any]) -> None:
        """The body is here; *read* reads its JSON as the library does."""
        self.body = body
        with contextlib.suppress(*UNREADABLE):
            self.value = json.dumps(read())


def _requests(question: Question, progress: Progress) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = question.ca_file or True
        more: dict[str, Any] = {"headers": question.headers, "timeout": question.silence_s}
        if question.first_url:
            _ = session.request(question.method, question.first_url, data=question.body or None, **more).content
        with session.request(question.method, question.url, data=question.body or None, stream=True, **more) as answer:
            progress.head(answer.status_code, answer.url)
            progress.whole(answer.content, answer.json)


def _httpx(question: Question, progress: Progress) -> None:
    with httpx.Client(timeout=question.silence_s, trust_env=False, verify=_context(question) or False) as client:
        more: dict[str, Any] = {"headers": question.headers, "content": question.body or None}
        if question.first_url:
            client.request(question.method, question.first_url, **more)
        with client.stream(question.method, question.url, **more) as answer:
            progress.head(answer.status_code, answer.url)
            progress.whole(answer.read(), answer.json)


def _urllib3(question: Question, progress: Progress) -> None:
    trusted = {"ca_certs": question.ca_file} if question.ca_file else {}
    with urllib3.PoolManager(timeout=urllib3.Timeout(question.silence_s), **trusted) as pool:
        more: dict[str, Any] = {"headers": question.headers, "body": question.body or None}
        if question.first_url:
            pool.request(question.method, question.first_url, **more)
        answer = pool.request(question.method, question.url, preload_content=False, **more)
        progress.head(answer.status, answer.geturl() or question.url)
        progress.whole(answer.data, answer.json)


def _aiohttp(question: Question, progress: Progress) -> None:
    asyncio.run(_aiohttp_call(question, progress))


async def _aiohttp_call(question: Question, progress: Progress) -> None:
    limits = aiohttp.ClientTimeout(total=None, sock_connect=question.silence_s, sock_read=question.silence_s)
    more: dict[str, Any] = {"headers": question.headers, "data": question.body or None, "ssl": _context(question) or True}
    async with aiohttp.ClientSession(timeout=limits) as session:
        if question.first_url:
            async with session.request(question.method, question.first_url, **more) as answer:
                await answer.read()
        async with session.request(question.method, question.url, **more) as answer:
            progress.head(answer.status, answer.url)
            progress.body = await answer.read()
            with contextlib.suppress(*UNREADABLE):
                progress.value = json.dumps(await answer.json()) if answer.ok else None


def _context(question: Question) -> ssl.SSLContext | None:
    return ssl.create_default_context(cafile=question.ca_file) if question.ca_file else None


FETCHERS = {"requests": _requests, "httpx": _httpx, "aiohttp": _aiohttp, "urllib3": _urllib3}


def fetched(line: str, fetch: Callable[[Question, Progress], None]) -> dict[str, Any]:
    """What came of the question in *line*."""
    asked = msgspec.json.decode(line, type=Asked)
    progress = Progress()
    try:
        fetch(asked.question, progress)
    except Exception as error:  # noqa: BLE001 - whatever a client raises is what this is about
        trouble = complaint(error, is_in_body=progress.status != 0)
        heard = Heard(trouble=trouble, told=f"{type(error).__name__}: {error}")
    else:
        body = progress.body.decode("latin-1")
        heard = Heard(status=progress.status, body=body, value=progress.value, url=progress.url)
    return {"number": asked.number, "heard": heard}


def main(name: str) -> None:
    """Answer lines until there are no more, each in a thread of its own."""
    lock = threading.Lock()

    def answer(line: str) -> None:
        told = msgspec.json.encode(fetched(line, FETCHERS[name]))
        with lock:
            sys.stdout.buffer.write(told + b"\n")
            sys.stdout.buffer.flush()

    sys.stdout.write(json.dumps({"version": version(name)}) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        threading.Thread(target=answer, args=(line,), daemon=True).start()


if __name__ == "__main__":
    main(sys.argv[1])
