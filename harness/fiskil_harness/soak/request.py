"""The options of a soak test, and its result."""

from msgspec import Struct, field

from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.soak.figures import Latencies, Point
from fiskil_harness.soak.observed import Observed
from fiskil_harness.soak.plan import SHARES
from fiskil_harness.soak.shapes import Phase


class SoakRequest(Struct, frozen=True, kw_only=True):
    """The options of one run.

    ``users`` are Locust's simulated users, which send at the same time; ``end_users`` are the people whose consent the app
    has before the load. ``workers`` is the number of worker processes on this machine, ``expect_workers`` the number of all;
    0 of both means one process without a master. ``sample`` is the most end users whose effects are read. ``keep`` is the
    folder that gets a copy of the ledgers; "" for none.
    """

    shape: str = "steady"
    rate: float = 20.0
    duration_s: float = 60.0
    users: int = 40
    spawn_rate: float = 100.0
    end_users: int = 40
    workers: int = 0
    expect_workers: int = 0
    is_master: bool = False
    bind_host: str = "127.0.0.1"
    bind_port: int = 0
    web_port: int = 0
    seed: int = 0
    sample: int = 1000
    settle_s: float = 60.0
    lives: int = 3
    shares: dict[str, float] = field(default_factory=lambda: dict(SHARES))
    locust_arguments: tuple[str, ...] = ()
    keep: str = ""

    @property
    def all_workers(self) -> int:
        """The number of workers on all machines; 1 for a single process."""
        return max(1, self.expect_workers or self.workers)


class SoakResult(Struct, frozen=True, kw_only=True):
    """Everything that a report shows.

    ``rows`` are the latencies of deliveries by phase, ``requests`` those of pages and hooks by name.
    """

    version: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    request: SoakRequest
    phases: tuple[Phase, ...]
    rows: tuple[Latencies, ...]
    requests: tuple[Latencies, ...]
    points: tuple[Point, ...]
    observed: Observed
    examined: int
    end_users: int
    took_s: float
    locust: str
    again: str = ""
