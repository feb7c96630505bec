"""Measures what a client reports for a sample, and how often it called the API.

Only one result depends on time: did the client give up by itself before the deadline? So a result that differs from the
table is measured again, with fewer samples at once and longer limits. The last limits are so long that a machine which
pauses for three seconds does not look like a silent server.
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
from tests.faults.clients.calls import PreparedCall, prepare
from tests.faults.clients.categories import category
from tests.faults.clients.curl_caller import Curl
from tests.faults.clients.foreign_origin import ForeignOrigin
from tests.faults.clients.hosts import SETTING_UP, Host, Hosts
from tests.faults.clients.programs import node, python
from tests.faults.clients.requests_made import Caller, ClientRequest
from tests.faults.clients.samples import Sample
from tests.faults.clients.table import words_in

SILENCE_S = 0.5
DEADLINE_S = 2.6
PATIENCE = (3, 7)
"""Factors for all limits; with more than sevenfold, outages of twenty seconds would end before the deadline."""
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
"""Constructors of the clients, by their names in the table."""


class Measurement(Struct, frozen=True, kw_only=True):
    """The result of one client for one sample: ``word`` is for the table, ``message`` is the client's own error text."""

    word: str
    message: str
    version: str


def measure_client(client: str, samples: tuple[Sample, ...], before: dict[str, str]) -> dict[str, Measurement]:
    """Measure *client* with each sample, and return the results by row; *before* are its words in the table."""
    with closing(CALLERS[client]()) as caller, closing(Hosts(caller)) as hosts:
        every = measure_all(hosts, samples, AT_ONCE)
        for patience in PATIENCE:
            differing = tuple(
                sample for sample in samples if every[sample.row].word not in words_in(before.get(sample.row, ""))
            )
            every |= measure_all(hosts, differing, FEW_AT_ONCE, patience=patience)
        return every


def measure_all(hosts: Hosts, samples: tuple[Sample, ...], at_once: int, *, patience: int = 1) -> dict[str, Measurement]:
    """Measure each of *samples*, at most *at_once* in parallel, and return the results by row."""
    with ThreadPoolExecutor(at_once) as threads:
        every = threads.map(lambda sample: measure(hosts, sample, patience=patience), samples)
        return dict(zip((sample.row for sample in samples), every, strict=True))


def measure(hosts: Hosts, sample: Sample, *, patience: int = 1) -> Measurement:
    """Measure one call under *sample*."""
    journal = Journal()
    with hosts.reserved(sample) as host, ExitStack() as stack:
        fiskil = host.fiskil
        with SETTING_UP:
            prepared = prepare(fiskil, sample.call)
            expected = prepared.api_body(fiskil) if prepared.call.is_same else None
            foreign = stack.enter_context(ForeignOrigin(fiskil)) if sample.is_foreign else None
        request = _request(host, prepared, sample, patience)
        fiskil.proxy.begin(journal, is_of_earlier_scenario=lambda _: False)
        if sample.is_crowded:
            stack.enter_context(socket.create_connection((LOOPBACK, urlsplit(fiskil.api_url).port)))
        rule = Rule(route=sample.route or prepared.call.route, fault=sample.fault, times=0, skip=sample.skip)
        waiting = fiskil.proxy.rules.set(rule.check())
        result = host.caller.call(request)
        if request.first_url:
            # A client that mistakes the rest of the first response for the second returns before the API got the request.
            wait_until(lambda: len(journal.all(Exchange)) > 1, cap_s=SILENCE_S * patience)
        host.settle(result, sample)
    exchanges = journal.all(Exchange)
    outcome = category(result, expected, exchanges[-1].response_body if exchanges else b"")
    if foreign is not None and foreign.tokens:
        outcome = "foreign-origin-with-token" if any(foreign.tokens) else "foreign-origin"
    attempts = max(len(exchanges) - bool(request.first_url), waiting.bitten if sample.route else 0)
    has_bitten = waiting.bitten > 0 or sample.is_unseen
    # The number of calls until the deadline depends on time, and calls that never arrived cannot be counted.
    is_counted = outcome != "deadline" and attempts != 1 and not sample.is_unseen
    word = outcome if has_bitten else UNBITTEN
    return Measurement(
        word=f"{word} x{attempts}" if is_counted else word, message=result.message, version=host.caller.version
    )


def _request(host: Host, prepared: PreparedCall, sample: Sample, patience: int) -> ClientRequest:
    origin = host.fiskil.api_url
    first_path = prepared.path if sample.is_warm else prepared.first_path
    return ClientRequest(
        method=prepared.call.method,
        url=origin + prepared.path,
        headers=prepared.headers,
        body=prepared.body,
        silence_s=SILENCE_S * patience,
        deadline_s=DEADLINE_S * patience,
        ca_file=host.ca_file,
        first_url=origin + first_path if first_path else "",
    )
