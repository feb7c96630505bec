"""One sample felt by one client, and all samples felt by one: what the client knows, and how often the API was asked for it.

Each pair of sample and client has a Fiskil of its own, so that nothing but the sample meets the call. Only one thing is read off
the clock, whether the client gave up by itself before the deadline; so what differs from the table is measured again, in less of a crowd and
with three times the patience, before it counts.
"""

import json
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

from asking import Caller, Heard, Question
from curl_caller import Curl
from msgspec import Struct
from node_caller import Node
from python_callers import python_callers
from samples import Sample

from harness.clock import wait_until
from harness.connections import HttpRequest
from harness.journal import Exchange, Journal
from harness.link import Rule
from harness.local import LocalFiskil
from harness.sandbox.tokens import exchange

SILENCE_S = 0.5
DEADLINE_S = 2.6
PATIENCE = 3
AT_ONCE = 24
FEW_AT_ONCE = 6
LONGEST_S = 30
ROUTES = {"page": "banking.transactions", "create": "end_users.create"}

CALLERS: dict[str, Callable[[], Caller]] = {**python_callers(), "curl": Curl, "node": Node}
"""Makers of the clients, by the names that the table has for them."""


class Felt(Struct, frozen=True, kw_only=True):
    """What one client felt of one sample. ``word`` is what the table keeps; ``told`` are the client's own words."""

    word: str
    told: str
    version: str


def felt_by(client: str, samples: tuple[Sample, ...], kept: dict[str, str]) -> dict[str, Felt]:
    """What *client* feels of each sample, by row; *kept* is what it felt when the table was made, as far as that is known."""
    caller = CALLERS[client]()
    try:
        every = _together(caller, samples, AT_ONCE)
        doubtful = tuple(one for one in samples if every[one.row].word != kept.get(one.row))
        return every | _together(caller, doubtful, FEW_AT_ONCE, patience=PATIENCE)
    finally:
        caller.close()


def _together(caller: Caller, samples: tuple[Sample, ...], at_once: int, *, patience: int = 1) -> dict[str, Felt]:
    with ThreadPoolExecutor(at_once) as threads:
        every = threads.map(lambda one: measured(caller, one, patience=patience), samples)
        return dict(zip((one.row for one in samples), every, strict=True))


def measured(caller: Caller, sample: Sample, *, patience: int = 1) -> Felt:
    """Let *sample* meet one call of *caller*."""
    with tempfile.TemporaryDirectory() as folder, LocalFiskil(workdir=Path(folder), seed=7) as fiskil:
        question = _question(fiskil, sample, patience)
        truth = _said(fiskil, question) if sample.call == "page" else None
        journal = Journal()
        fiskil.link.begin(journal, is_stray=lambda _: False)
        fiskil.link.rules.set(Rule(route=ROUTES[sample.call], fault=sample.fault, times=0, skip=int(sample.is_warm)).check())
        heard = _asked(caller, question, fiskil.link.end)
        wait_until(lambda: not fiskil.link.open_requests, cap_s=5)
        exchanges = journal.all(Exchange)
        sent = exchanges[-1].response_body if exchanges else b""
        felt, attempts = category(heard, truth, sent), len(exchanges) - int(sample.is_warm)
        # How often a client had asked by the deadline is a matter of the clock.
        is_once = attempts == 1 or felt == "deadline"
        return Felt(word=felt if is_once else f"{felt} x{attempts}", told=heard.told, version=caller.version)


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
    if not heard.body:
        return "no-body"
    if heard.value is None:
        is_part = truth is not None and truth.startswith(heard.body)
        return "cut-unnoticed" if is_part else "json-error"
    value = _plain(heard.value.encode())
    if truth is None or value == _plain(truth):
        return "ok"
    return "changed" if value == _plain(sent) else "distorted"


def _question(fiskil: LocalFiskil, sample: Sample, patience: int) -> Question:
    rosa = fiskil.enrol("rosa")
    fiskil.authorise(rosa)
    client_id, client_secret = fiskil.credentials.client_id, fiskil.credentials.client_secret
    is_post = sample.call == "create"
    path = "/v1/end-users" if is_post else f"/v1/banking/transactions?end_user_id={rosa.end_user_id}"
    return Question(
        method="POST" if is_post else "GET",
        url=fiskil.api_url + path,
        headers={
            "authorization": f"Bearer {exchange(fiskil.sandbox.store, client_id, client_secret).value}",
            **({"content-type": "application/json"} if is_post else {}),
        },
        body=b'{"email": "someone@example.com"}' if is_post else b"",
        silence_s=SILENCE_S * patience,
        deadline_s=DEADLINE_S * patience,
        is_warm=sample.is_warm,
    )


def _said(fiskil: LocalFiskil, question: Question) -> bytes:
    """What the API says to *question*, asked without a connection."""
    path, _, query = question.url.removeprefix(fiskil.api_url).partition("?")
    headers = [(name.encode(), value.encode()) for name, value in question.headers.items()]
    request = HttpRequest(question.method, path, path, query.encode(), headers, question.body, None)
    return bytes(fiskil.sandbox.api.answer(request).body)


def _asked(caller: Caller, question: Question, end: Callable[[], None]) -> Heard:
    """What *caller* heard; it is given up at the deadline, and *end* ends its connections in any case."""
    told: list[Heard] = []
    thread = threading.Thread(target=lambda: told.append(caller.ask(question)), daemon=True)
    thread.start()
    thread.join(question.deadline_s)
    heard = told[0] if told else Heard(trouble="deadline")
    end()
    thread.join(LONGEST_S)
    return heard


def _plain(text: bytes) -> Any:
    """A JSON value in which 10, 10.0 and 1e1 are the same; the text itself where it is none."""
    try:
        return json.loads(text.decode("utf-8-sig"), parse_float=_number, parse_int=_number)
    except (ValueError, RecursionError):
        return text


def _number(digits: str) -> str:
    return str(Decimal(digits).normalize())
