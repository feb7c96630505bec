"""Runs Schemathesis on one version of the API: examples, boundary values and random requests.

Only this package imports Schemathesis, and only when a contract test runs. Statuses that the contract expects are not
failures: 502 from an institution, 503 for an invalid cursor, and 400 if the document states that a request can be invalid
although it fits the schema.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from fiskil_harness.contract.client import TIMEOUT_S
from fiskil_harness.contract.example_ids import with_examples
from fiskil_harness.core.hypothesis_home import isolated
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.sandbox.openapi.documents import Document, document

PHASES = ("examples", "coverage", "fuzzing", "stateful")
EXPECTED_ERRORS = ("502", "503")
ACCEPTED = ("2xx", "3xx", "401", "403", "404", "409", "429", "5xx")
BEYOND_SCHEMA = "x-beyond-schema"
UNEXPECTED_METHODS = ("TRACE", "PATCH")
HOSTED_RATE = "10/s"
LONGEST = 400


class Target(Struct, frozen=True, kw_only=True):
    """The API that receives the generated requests: its URL, a token, and existing ids by parameter name."""

    base_url: str
    token: str
    ids: Mapping[str, Any] = {}
    interpretations: Mapping[str, str] = {}
    is_read_only: bool = False

    @property
    def is_on_loopback(self) -> bool:
        """True if the API runs on this machine, so that the request rate needs no limit."""
        return urlsplit(self.base_url).hostname in {"127.0.0.1", "localhost", "::1"}

    def __repr__(self) -> str:
        """Return a text without secrets, because a failing assertion prints it."""
        return f"Target(base_url={self.base_url!r})"


class Phase(Struct, kw_only=True):
    """The results of one phase of Schemathesis: number of requests, tested operations, operations that returned 2xx."""

    cases: int = 0
    operations: set[str] = set()
    succeeded: set[str] = set()

    def add(self, operation: str, statuses: list[int]) -> None:
        """Count requests to *operation* with their *statuses*."""
        self.cases += len(statuses)
        self.operations.add(operation)
        if any(200 <= status < 300 for status in statuses):
            self.succeeded.add(operation)


class Failure(Struct, frozen=True, kw_only=True):
    """A failed check. ``request`` reproduces it, as a curl command without secrets."""

    operation: str
    check: str
    message: str
    request: str = ""


class ContractRun(Struct, kw_only=True):
    """The results of Schemathesis for one API version with one seed.

    ``described`` are all operations of the OpenAPI document, ``troubles`` are errors of Schemathesis itself.
    """

    version: str
    seed: int
    described: frozenset[str]
    phases: dict[str, Phase] = {}
    failures: list[Failure] = []
    troubles: list[str] = []

    @property
    def succeeded(self) -> set[str]:
        """The operations that returned 2xx in some phase."""
        return {operation for phase in self.phases.values() for operation in phase.succeeded}

    @property
    def reaches_everything(self) -> bool:
        """True if every phase tested every operation."""
        return all(phase.operations >= self.described for phase in self.phases.values())

    @property
    def cases(self) -> int:
        """Number of requests in all phases."""
        return sum(phase.cases for phase in self.phases.values())


@isolated()
def run_schemathesis(
    version: str, target: Target, *, seed: int, examples: int, phases: tuple[str, ...] = PHASES[:3]
) -> ContractRun:
    """Run *phases* of Schemathesis and return the results.

    Args:
        examples: Number of generated requests for each operation and each mode (valid or invalid data).
        phases: Phases to run, except ``stateful``, which ``stateful.walk`` runs.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    from schemathesis.engine import events, from_schema

    schema = schema_of(version, target, seed=seed, examples=examples, phases=phases)
    whole = empty_run(version, target, seed=seed)
    redact = redactor_of(target).redact
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished) and event.label:
            phase = whole.phases.setdefault(str(event.phase.value), Phase())
            phase.add(event.label, list(_statuses(event.recorder)))
            whole.failures += [failure for failure in failures_of(event, redact) if failure not in whole.failures]
        elif isinstance(event, events.Interrupted):
            # On Ctrl-C the engine ends only the current phase, but the whole command must end.
            raise KeyboardInterrupt
        elif isinstance(event, events.NonFatalError | events.FatalError):
            whole.troubles.append(redact(_trouble(event)))
    return whole


def empty_run(version: str, target: Target, *, seed: int) -> ContractRun:
    """Return empty results for *version*."""
    return ContractRun(version=version, seed=seed, described=frozenset(operations(described(version, target))))


def described(version: str, target: Target) -> Document:
    """Return the OpenAPI document with the target's ids as examples; only GET operations if the target is read-only."""
    whole = with_examples(document(version, target.interpretations), target.ids)
    if target.is_read_only:
        whole["paths"] = {
            path: {name: value for name, value in item.items() if name in {"get", "parameters"}}
            for path, item in whole["paths"].items()
            if "get" in item
        }
    return whole


def restricted_to(whole: Document, area: tuple[str, ...]) -> Document:
    """Remove the paths that begin with no prefix in *area*, and all links to removed operations; return *whole*."""
    whole["paths"] = {path: item for path, item in whole["paths"].items() if path.startswith(area)}
    operation_ids = {_operation(whole, label)["operationId"] for label in operations(whole)}
    for label in operations(whole):
        for response in _operation(whole, label)["responses"].values():
            links = response.get("links", {})
            for name in [name for name, link in links.items() if link["operationId"] not in operation_ids]:
                del links[name]
    return whole


def operations(whole: Document) -> Iterator[str]:
    """Yield every operation with the label of Schemathesis, such as ``GET /v1/consent``."""
    for path, item in whole["paths"].items():
        yield from (f"{method.upper()} {path}" for method in item if method != "parameters")


def schema_of(
    version: str, target: Target, *, seed: int, examples: int, phases: tuple[str, ...], area: tuple[str, ...] = ("/",)
) -> Any:
    """Return the configured Schemathesis schema of *version*.

    Args:
        examples: Number of generated requests for each operation and each mode (valid or invalid data).
        phases: Phases to enable.
        area: Prefixes of the paths to include.
    """
    import schemathesis

    schemathesis.deserializer("application/vnd.goa.error")(_json)
    whole = restricted_to(described(version, target), area)
    may_refuse_valid = [f"{label}" for label in operations(whole) if _operation(whole, label).get(BEYOND_SCHEMA)]
    config = {
        "seed": seed,
        "base-url": target.base_url,
        "headers": headers_of(version, target),
        "request-timeout": TIMEOUT_S,
        "cache": {"enabled": False},  # no file in the current folder, and no influence of earlier runs
        **({"rate-limit": HOSTED_RATE} if not target.is_on_loopback else {}),
        "generation": {
            "mode": "all",
            "with-security-parameters": False,
            "allow-extra-parameters": False,
            "max-examples": examples,
            "database": "none",
        },
        "phases": {
            **{name: {"enabled": name in phases} for name in PHASES},
            "coverage": {
                "enabled": "coverage" in phases,
                "unexpected-methods": [] if target.is_read_only else list(UNEXPECTED_METHODS),
            },
        },
        "checks": {"not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", *EXPECTED_ERRORS]}},
        "operations": [
            {"include-name": name, "checks": {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, "400"]}}}
            for name in may_refuse_valid
        ],
    }
    return schemathesis.openapi.from_dict(whole, config=schemathesis.Config.from_dict(config))


def headers_of(version: str, target: Target) -> dict[str, str]:
    """Return the headers that every request sends."""
    return {"Authorization": f"Bearer {target.token}", "X-Fiskil-Version": version}


def redactor_of(target: Target) -> Redactor:
    """Return a redactor for the token and the client secret of *target*."""
    redactor = Redactor()
    redactor.register("token", target.token)
    redactor.register("client_secret", target.ids.get("client_secret"))
    return redactor


def failures_of(event: Any, redact: Callable[[str], str]) -> Iterator[Failure]:
    """Yield the failed checks in *event*, which Schemathesis sends after each test scenario, without secrets."""
    for nodes in event.recorder.checks.values():
        for node in nodes:
            if node.failure_info is not None:
                failure = node.failure_info.failure
                message = f"{failure.title}: {failure.message}" if failure.message else failure.title
                yield Failure(
                    operation=event.label or "",
                    check=node.name,
                    message=redact(" ".join(message.split()))[:LONGEST],
                    request=redact(node.failure_info.code_sample)[:LONGEST],
                )


def _statuses(recorder: Any) -> Iterator[int]:
    for interaction in recorder.interactions.values():
        yield interaction.response.status_code if interaction.response is not None else 0


def _operation(whole: Document, label: str) -> dict[str, Any]:
    method, _, path = label.partition(" ")
    operation: dict[str, Any] = whole["paths"][path][method.lower()]
    return operation


def _json(_context: Any, response: Any) -> Any:
    return msgspec.json.decode(response.content)


def _trouble(event: Any) -> str:
    with contextlib.suppress(AttributeError):
        return f"{event.label}: {event.value}"
    return str(event.exception)
