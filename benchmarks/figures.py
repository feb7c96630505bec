"""Medians of the rounds of each server, their ratios within one run, and the bounds that they must keep."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

KINDS = ("page", "token")


@dataclass
class Record:
    """The figures of one server: seconds to its first response, resident MiB, and every round by kind of request."""

    starts_s: list[float] = field(default_factory=list)
    resident_mib: float = 0.0
    rounds: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def median(self, kind: str, figure: str) -> float:
        """Return the median of one figure over the rounds."""
        return median(row[figure] for row in self.rounds[kind])


@dataclass(frozen=True)
class Bar:
    """A bound: what is compared, its value, the bound, and ``is_floor`` if the value must not be lower (else not higher)."""

    what: str
    value: float
    bound: float
    is_floor: bool

    @property
    def is_met(self) -> bool:
        """True if the value keeps the bound."""
        return self.value >= self.bound if self.is_floor else self.value <= self.bound

    def __str__(self) -> str:
        """Return one line of the report."""
        verdict = "met   " if self.is_met else "MISSED"
        return f"{verdict}  {self.what:<52} {self.value:8.2f}   {'>=' if self.is_floor else '<='} {self.bound:g}"


def bars(records: dict[str, Record], ours: str, *, after_warm_mib: float, after_load_mib: float) -> list[Bar]:
    """Return every bound of the sandbox, for both kinds of request."""

    def ratio(of: Callable[[str, str], float], peer: str, kind: str) -> float:
        return of(ours, kind) / of(peer, kind)

    def rate(name: str, kind: str) -> float:
        return records[name].median(kind, "per_second")

    def p99(name: str, kind: str) -> float:
        return records[name].median(kind, "p99_ms")

    results: list[Bar] = []
    for kind in KINDS:
        for peer, bound in (("Prism", 3.5), ("WireMock", 3.0), ("bare Starlette", 0.5)):
            results.append(Bar(f"{kind}: requests per second against {peer}", ratio(rate, peer, kind), bound, is_floor=True))
        results.append(Bar(f"{kind}: p99 against Prism", ratio(p99, "Prism", kind), 0.5, is_floor=False))
    results.append(Bar("seconds to the first response", median(records[ours].starts_s), 0.5, is_floor=False))
    results.append(Bar("MiB resident after the load", after_load_mib, 120, is_floor=False))
    results.append(Bar("MiB grown by 60,000 requests", after_load_mib - after_warm_mib, 3, is_floor=False))
    return results


def table(records: dict[str, Record], ours: str) -> str:
    """Return a table of medians: requests per second, their ratio to the sandbox, latency, processor time per request."""
    head = f"{'':<16}" + "".join(f"{kind + '/s':>9}{'ratio':>7}{'p99 ms':>8}{'cpu us':>8}" for kind in KINDS)
    head += f"{'start s':>9}{'MiB':>6}"
    return "\n".join([head, *(_line(name, record, records[ours]) for name, record in records.items())])


def _line(name: str, record: Record, ours: Record) -> str:
    cells = f"{name:<16}"
    for kind in KINDS:
        rate = record.median(kind, "per_second")
        ratio = ours.median(kind, "per_second") / rate
        cells += f"{rate:>9,.0f}{ratio:>7.2f}{record.median(kind, 'p99_ms'):>8.1f}{record.median(kind, 'cpu_us'):>8.0f}"
    return f"{cells}{median(record.starts_s):>9.2f}{record.resident_mib:>6.0f}"
