"""The four Python clients, each as an app would call it: one session, a limit on each read, nothing else changed."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import aiohttp
import httpx
import requests
import urllib3
from asking import Heard, Question
from complaints import complaint

UNREADABLE = (ValueError, RecursionError)


class PythonCaller:
    """Fetches with one library and puts what it raises into words."""

    def __init__(self, name: str, fetch: Callable[[Question, "Progress"], None]) -> None:
        self.version = version(name)
        self._fetch = fetch

    def ask(self, question: Question) -> Heard:
        """Fetch, and read the body as JSON where one came."""
        progress = Progress()
        try:
            self._fetch(question, progress)
        except Exception as error:  # noqa: BLE001 - whatever a client raises is what this is about
            trouble = complaint(error, is_in_body=progress.status != 0)
            return Heard(trouble=trouble, told=f"{type(error).__name__}: {error}")
        return Heard(status=progress.status, body=progress.body, value=progress.value, url=progress.url)

    def close(self) -> None:
        """Nothing is kept between calls."""


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
        session.verify = str(question.ca_file) if question.ca_file else True
        more: dict[str, Any] = {"headers": question.headers, "timeout": question.silence_s}
        if question.is_warm:
            _ = session.request(question.method, question.url, data=question.body, **more).content
        with session.request(question.method, question.url, data=question.body, stream=True, **more) as answer:
            progress.head(answer.status_code, answer.url)
            progress.whole(answer.content, answer.json)


def _httpx(question: Question, progress: Progress) -> None:
    with httpx.Client(timeout=question.silence_s, trust_env=False, verify=_context(question) or False) as client:
        more: dict[str, Any] = {"headers": question.headers, "content": question.body}
        if question.is_warm:
            client.request(question.method, question.url, **more)
        with client.stream(question.method, question.url, **more) as answer:
            progress.head(answer.status_code, answer.url)
            progress.whole(answer.read(), answer.json)


def _urllib3(question: Question, progress: Progress) -> None:
    trusted = {"ca_certs": str(question.ca_file)} if question.ca_file else {}
    with urllib3.PoolManager(timeout=urllib3.Timeout(question.silence_s), **trusted) as pool:
        more: dict[str, Any] = {"headers": question.headers, "body": question.body or None}
        if question.is_warm:
            pool.request(question.method, question.url, **more)
        answer = pool.request(question.method, question.url, preload_content=False, **more)
        progress.head(answer.status, answer.geturl() or question.url)
        progress.whole(answer.data, answer.json)


def _aiohttp(question: Question, progress: Progress) -> None:
    asyncio.run(_aiohttp_call(question, progress))


async def _aiohttp_call(question: Question, progress: Progress) -> None:
    limits = aiohttp.ClientTimeout(total=None, sock_connect=question.silence_s, sock_read=question.silence_s)
    more: dict[str, Any] = {"headers": question.headers, "data": question.body or None, "ssl": _context(question) or True}
    async with aiohttp.ClientSession(timeout=limits) as session:
        if question.is_warm:
            async with session.request(question.method, question.url, **more) as answer:
                await answer.read()
        async with session.request(question.method, question.url, **more) as answer:
            progress.head(answer.status, answer.url)
            progress.body = await answer.read()
            with contextlib.suppress(*UNREADABLE):
                progress.value = json.dumps(await answer.json()) if answer.ok else None


def _context(question: Question) -> ssl.SSLContext | None:
    return ssl.create_default_context(cafile=str(question.ca_file)) if question.ca_file else None


def python_callers() -> dict[str, Callable[[], PythonCaller]]:
    """Makers of the four by name."""
    return {
        "requests": lambda: PythonCaller("requests", _requests),
        "httpx": lambda: PythonCaller("httpx", _httpx),
        "aiohttp": lambda: PythonCaller("aiohttp", _aiohttp),
        "urllib3": lambda: PythonCaller("urllib3", _urllib3),
    }
