"""One sample felt by one client, and all samples felt by one: what the client knows, and how often the API was asked for it.

Only one thing is read off the clock, whether the client gave up by itself before the deadline; so what differs from the
table is measured again, in less of a crowd and with more patience, before it counts: at last with so much that a machine
which stands still for three seconds is not taken for a silence.
"""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

from msgspec import Struct

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.net.server import LOOPBACK
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.journal import Exchange, Journal
from tests.faults.clients.calls import Placed, placed
from tests.faults.clients.categories import category
from tests.faults.clients.curl_caller import Curl
from tests.faults.clients.hosts import SETTING_UP, Host, Hosts
from tests.faults.clients.programs import node, python
from tests.faults.clients.requests_made import Caller, Question
from tests.faults.clients.samples import Sample
from tests.faults.clients.table import words_in
from tests.faults.clients.unreachable import Away

SILENCE_S = 0.5
DEADLINE_S = 2.6
PATIENCE = (3, 7)
"""A longer deadline than sevenfold would see the end of outages that last twenty seconds."""
AT_ONCE = 16
FEW_AT_ONCE = 6
UNBITTEN = "never-bit"
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
    with closing(CALLERS[client]()) as caller, closing(Hosts(caller)) as hosts:
        every = together(hosts, samples, AT_ONCE)
        for patience in PATIENCE:
            doubtful = tuple(
                sample for sample in samples if every[sample.row].word not in words_in(before.get(sample.row, ""))
            )
            every |= together(hosts, doubtful, FEW_AT_ONCE, patience=patience)
        return every


def together(hosts: Hosts, samples: tuple[Sample, ...], at_once: int, *, patience: int = 1) -> dict[str, Felt]:
    """What is felt of each of *samples*, so many *at_once*."""
    with ThreadPoolExecutor(at_once) as threads:
        every = threads.map(lambda value: measured(hosts, value, patience=patience), samples)
        return dict(zip((sample.row for sample in samples), every, strict=True))


def measured(hosts: Hosts, sample: Sample, *, patience: int = 1) -> Felt:
    """Let *sample* meet one call."""
    journal = Journal()
    with hosts.one(sample) as host, ExitStack() as stack:
        fiskil = host.fiskil
        with SETTING_UP:
            one = placed(fiskil, sample.call)
            truth = one.said(fiskil) if one.call.is_same else None
            away = stack.enter_context(Away(fiskil)) if sample.is_away else None
        question = _question(host, one, sample, patience)
        fiskil.link.begin(journal, is_stray=lambda _: False)
        if sample.is_crowded:
            stack.enter_context(socket.create_connection((LOOPBACK, urlsplit(fiskil.api_url).port)))
        rule = Rule(route=sample.route or one.call.route, fault=sample.fault, times=0, skip=sample.skip)
        waiting = fiskil.link.rules.set(rule.check())
        heard = host.caller.ask(question)
        if question.first_url:
            # Who takes the rest of the first answer for the second is done before the API has been asked.
            wait_until(lambda: len(journal.all(Exchange)) > 1, cap_s=SILENCE_S * patience)
        host.settle(heard, sample)
    exchanges = journal.all(Exchange)
    felt = category(heard, truth, exchanges[-1].response_body if exchanges else b"")
    if away is not None and away.tokens:
        felt = "led-away-with-token" if any(away.tokens) else "led-away"
    attempts = max(len(exchanges) - bool(question.first_url), waiting.bitten if sample.route else 0)
    has_bitten = waiting.bitten > 0 or sample.is_unseen
    # How often a client had asked by the deadline is a matter of the clock, and what never arrived cannot be counted.
    is_counted = felt != "deadline" and attempts != 1 and not sample.is_unseen
    word = felt if has_bitten else UNBITTEN
    return Felt(word=f"{word} x{attempts}" if is_counted else word, told=heard.told, version=host.caller.version)


def _question(host: Host, one: Placed, sample: Sample, patience: int) -> Question:
    origin = host.fiskil.api_url
    first_path = one.path if sample.is_warm else one.first_path
    return Question(
        method=one.call.method,
        url=origin + one.path,
        headers=one.headers,
        body=one.body,
        silence_s=SILENCE_S * patience,
        deadline_s=DEADLINE_S * patience,
        ca_file=host.ca_file,
        first_url=origin + first_path if first_path else "",
    )
