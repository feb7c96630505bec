"""One sample felt by one client, and all samples felt by one: what the client knows, and how often the API was asked for it.

Each pair of sample and client has a Fiskil of its own, so that nothing but the sample meets the call. Only one thing is read
off the clock, whether the client gave up by itself before the deadline; so what differs from the table is measured again, in
less of a crowd and with three times the patience, before it counts.
"""

import json
import re
import socket
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from asking import Caller, Heard, Question
from calls import Placed, placed
from curl_caller import Curl
from msgspec import Struct
from programs import node, python
from pytest_httpserver import HTTPServer
from samples import Sample
from table import words_in
from werkzeug import Request, Response

from harness.journal import Exchange, Journal, kept
from harness.link import Rule
from harness.listen import LOOPBACK
from harness.local import LocalFiskil

SILENCE_S = 0.5
DEADLINE_S = 2.6
PATIENCE = 3
AT_ONCE = 16
FEW_AT_ONCE = 6
UNBITTEN = "never-bit"
SETTING_UP = threading.Lock()
"""Work that takes no time but the processor's: done one after another, it starves nobody who keeps an eye on the clock."""
CALLERS: dict[str, Callable[[], Caller]] = {
    "requests": lambda: python("requests"),
    "httpx": lambda: python("httpx"),
    "aiohttp": lambda: python("aiohttp"),
    "urllib3": lambda: python("urllib3"),
    "curl": Curl,
    "node": node,
}
"""Makers of the clients, by the names that the table has for them."""


class Felt(Struct, frozen=True, kw_only=True):
    """What one client felt of one sample. ``word`` is what the table keeps; ``told`` are the client's own words."""

    word: str
    told: str
    version: str


def felt_by(client: str, samples: tuple[Sample, ...], before: dict[str, str]) -> dict[str, Felt]:
    """What *client* feels of each sample, by row; *before* is what the table has."""
    caller = CALLERS[client]()
    try:
        every = _together(caller, samples, AT_ONCE)
        doubtful = tuple(one for one in samples if every[one.row].word not in words_in(before.get(one.row, "")))
        return every | _together(caller, doubtful, FEW_AT_ONCE, patience=PATIENCE)
    finally:
        caller.close()


def _together(caller: Caller, samples: tuple[Sample, ...], at_once: int, *, patience: int = 1) -> dict[str, Felt]:
    with ThreadPoolExecutor(at_once) as threads:
        every = threads.map(lambda one: measured(caller, one, patience=patience), samples)
        return dict(zip((one.row for one in samples), every, strict=True))


def measured(caller: Caller, sample: Sample, *, patience: int = 1) -> Felt:
    """Let *sample* meet one call of *caller*."""
    journal = Journal()
    with ExitStack() as stack:
        with SETTING_UP:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            fiskil = stack.enter_context(LocalFiskil(workdir=folder, seed=7, is_tls=sample.is_tls))
            one = placed(fiskil, sample.call)
            truth = one.said(fiskil) if one.call.is_same else None
            away = stack.enter_context(Away(fiskil)) if sample.is_away else None
            question = _question(fiskil, one, sample, patience)
            asking = stack.enter_context(closing(caller.trusting(question.ca_file))) if sample.is_tls else caller
        fiskil.link.begin(journal, is_stray=lambda _: False)
        if sample.is_crowded:
            stack.enter_context(socket.create_connection((LOOPBACK, urlsplit(fiskil.api_url).port)))
        rule = Rule(route=sample.route or one.call.route, fault=sample.fault, times=0, skip=sample.skip)
        waiting = fiskil.link.rules.set(rule.check())
        heard = asking.ask(question)
        fiskil.link.end()
    # Once all is closed nothing is left to happen.
    exchanges = journal.all(Exchange)
    felt = category(heard, truth, exchanges[-1].response_body if exchanges else b"")
    if away is not None and away.tokens:
        felt = "led-away-with-token" if any(away.tokens) else "led-away"
    attempts = max(len(exchanges) - bool(question.first_url), waiting.bitten if sample.route else 0)
    has_bitten = waiting.bitten > 0 or sample.is_unseen
    # How often a client had asked by the deadline is a matter of the clock, and what never arrived cannot be counted.
    is_counted = felt != "deadline" and attempts != 1 and not sample.is_unseen
    word = felt if has_bitten else UNBITTEN
    return Felt(word=f"{word} x{attempts}" if is_counted else word, told=heard.told, version=caller.version)


class Away:
    """Another origin, for faults that lead there; ``tokens`` has for each call that came the token that it brought."""

    def __init__(self, fiskil: LocalFiskil) -> None:
        self.tokens: list[str] = []
        self._server = HTTPServer()
        self._server.expect_request(re.compile(".*")).respond_with_handler(self._come)
        self._world = fiskil.link.world
        fiskil.link.world = self

    def foreign_url(self) -> str:
        """Its address."""
        return self._server.url_for("")

    def _come(self, request: Request) -> Response:
        self.tokens.append(request.headers.get("authorization", ""))
        return Response("{}", content_type="application/json")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def __enter__(self) -> "Away":
        self._server.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.stop()


def category(heard: Heard, truth: bytes | None, sent: bytes) -> str:
    """The category of what a client told its caller.

    ``ok``: what the API said. ``changed``: what was sent instead. ``distorted``: JSON that was neither said nor sent.
    ``cut-unnoticed``: a part of the answer, handed over as all of it. ``json-error``: a body that cannot be read.
    ``no-body``: none. ``status-404``: a status that is no success. Anything else is a complaint.

    Args:
        truth: What the API says to the same call without the fault, where that is the same each time.
    """
    if heard.trouble:
        return heard.trouble
    if not 200 <= heard.status < 300:
        return f"status-{heard.status}"
    body = heard.body.encode("latin-1")
    if not body:
        return "no-body"
    if heard.value is None:
        is_part = truth is not None and truth.startswith(body) and body != truth
        return "cut-unnoticed" if is_part else "json-error"
    value = _plain(heard.value.encode())
    if truth is not None and value == _plain(truth):
        return "ok"
    # Of long bodies the journal keeps no more than what tells whether they are the same.
    return "changed" if value == _plain(sent) or kept(body) == sent != body else "distorted"


def _question(fiskil: LocalFiskil, one: Placed, sample: Sample, patience: int) -> Question:
    first_path = one.path if sample.is_warm else one.first_path
    return Question(
        method=one.call.method,
        url=fiskil.api_url + one.path,
        headers=one.headers,
        body=one.body,
        silence_s=SILENCE_S * patience,
        deadline_s=DEADLINE_S * patience,
        ca_file=str(fiskil.certificates.ca_file) if sample.is_tls else "",
        first_url=fiskil.api_url + first_path if first_path else "",
    )


def _plain(text: bytes) -> Any:
    """A JSON value in which 10, 10.0 and 1e1 are the same; the text itself where it is none."""
    try:
        return json.loads(text.decode("utf-8-sig"), parse_float=_number, parse_int=_number)
    except (ValueError, RecursionError):
        return text


def _number(digits: str) -> str:
    return str(Decimal(digits).normalize())
