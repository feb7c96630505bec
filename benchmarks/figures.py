"""From rounds to ratios: medians of each server, their ratios within one run, and the bars that they must meet."""

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

KINDS = ("page", "token")


@dataclass
class Record:
    """What one server did: seconds to its first answer, resident MiB, and the figures of every round by kind of request."""

    starts_s: list[float] = field(default_factory=list)
    resident_mib: float = 0.0
    rounds: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def median(self, kind: str, what: str) -> float:
        """The median of one figure over the rounds."""
        return median(row[what] for row in self.rounds[kind])


@dataclass(frozen=True)
class Bar:
    """A bound that the sandbox must keep: what is compared, its value, and whether it may not be lower or not higher."""

    what: str
    value: float
    bound: float
    is_floor: bool

    @property
    def is_met(self) -> bool:
        """Whether the value is on the right side."""
        return self.value >= self.bound if self.is_floor else self.value <= self.bound

    def __str__(self) -> str:
        """One line of the report."""
        verdict = "met   " if self.is_met else "MISSED"
        return f"{verdict}  {self.what:<52} {self.value:8.2f}   {'>=' if self.is_floor else '<='} {self.bound:g}"


def bars(records: dict[str, Record], ours: str, *, after_warm_mib: float, after_load_mib: float) -> list[Bar]:
    """Every bar of the sandbox, over both kinds of request."""

    def ratio(of: Callable[[str, str], float], peer: str, kind: str) -> float:
        return of(ours, kind) / of(peer, kind)

    def rate(name: str, kind: str) -> float:
        return records[name].median(kind, "per_second")

    def p99(name: str, kind: str) -> float:
        return records[name].median(kind, "p99_ms")

    found: list[Bar] = []
    for kind in KINDS:
        for peer, bound in (("Prism", 3.5), ("WireMock", 3.0), ("bare Starlette", 0.5)):
            found.append(Bar(f"{kind}: requests per second against {peer}", ratio(rate, peer, kind), bound, is_floor=True))
        found.append(Bar(f"{kind}: p99 against Prism", ratio(p99, "Prism", kind), 0.5, is_floor=False))
    found.append(Bar("seconds to the first answer", median(records[ours].starts_s), 0.5, is_floor=False))
    found.append(Bar("MiB resident after the load", after_load_mib, 120, is_floor=False))
    found.append(Bar("MiB grown by 60,000 requests", after_load_mib - after_warm_mib, 3, is_floor=False))
    return found


def table(records: dict[str, Record], ours: str) -> str:
    """Medians of every server: requests per second, the sandbox's over the server's, latency, processor time per request."""
    head = f"{'':<16}" + "".join(f"{kind + '/s':>9}{'ratio':>7}{'p99 ms':>8}{'cpu us':>8}" for kind in KINDS)
    head += f"{'start s':>9}{'MiB':>6}"
    return "\n".join([head, *(_line(name, record, records[ours]) for name, record in records.items())])


def _line(name: str, one: Record, ours: Record) -> str:
    cells = f"{name:<16}"
    for kind in KINDS:
        rate = one.median(kind, "per_second")
        ratio = ours.median(kind, "per_second") / rate
        cells += f"{rate:>9,.0f}{ratio:>7.2f}{one.median(kind, 'p99_ms'):>8.1f}{one.median(kind, 'cpu_us'):>8.0f}"
    return f"{cells}{median(one.starts_s):>9.2f}{one.resident_mib:>6.0f}"
