"""A team with 100,000 end users, each with a consent: the costs of the last ones against those of the first.

    python -m benchmarks.crowd                   exit 1 if a bound is violated
    python -m benchmarks.crowd --end-users 20000

End users are registered in twenty equal lots at one instant of sandbox time, so that no sync completes. Pages are requested
over HTTP from the same server. Medians within the run are compared.
"""

import argparse
import contextlib
import time
from pathlib import Path
from statistics import median

from benchmarks.figures import Bar
from benchmarks.walk import FLATNESS, Walker
from fiskil_harness.core import catalog
from fiskil_harness.core.clock import Clock, real_now
from fiskil_harness.core.net.server import Loop, Server
from fiskil_harness.sandbox import Sandbox, tokens

LOTS = 20
SIZE = 100
MOST_KIB = 16.0


def run(count: int) -> list[Bar]:
    """Register and list *count* end users, and return the bounds."""
    now = real_now()
    sandbox = Sandbox(institutions=catalog.institutions(), clock=Clock(real=lambda: now))
    ben = catalog.person("ben")
    before_kib, lot_seconds, ids = _resident_kib(), [], list[str]()
    for lot in range(LOTS):
        started = time.perf_counter()
        ids += sandbox.populate(count // LOTS, person=ben)
        lot_seconds.append(time.perf_counter() - started)
        print(f"... {len(ids)} end users, {lot_seconds[lot] / (count // LOTS) * 1e6:.0f} us each", flush=True)
    grown_kib = (_resident_kib() - before_kib) / len(ids)
    with sandbox.store.changing() as store:
        token = tokens.exchange(store, sandbox.credentials.client_id, sandbox.credentials.client_secret).value
    with Loop() as loop:
        server = Server(loop, sandbox.api)
        sandbox.set_origins(api_url=server.url, auth_url="")
        with contextlib.closing(Walker(server.port, token=token)) as walker:
            pages = [seconds for seconds, _ in walker.pages(f"/v1/end-users?page[size]={SIZE}")]
            lists = [next(walker.pages(f"/v1/consent?end_user_id={user_id}"))[0] for user_id in (*ids[:SIZE], *ids[-SIZE:])]
    tenth = max(1, len(pages) // 10)
    print(f"{grown_kib:.1f} KiB each with consent, accounts and events; {len(pages)} pages of {SIZE}")
    third = LOTS // 3
    return [
        Bar(
            "registering the last against the first",
            median(lot_seconds[-third:]) / median(lot_seconds[:third]),
            FLATNESS,
            is_floor=False,
        ),
        Bar("KiB resident for each", grown_kib, MOST_KIB, is_floor=False),
        Bar("the last page of them against the first", _ratio(pages[-tenth:], pages[:tenth]), FLATNESS, is_floor=False),
        Bar("consents of the last against the first", _ratio(lists[SIZE:], lists[:SIZE]), FLATNESS, is_floor=False),
    ]


def _ratio(later: list[float], earlier: list[float]) -> float:
    return median(later) / median(earlier)


def _resident_kib() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


def main() -> int:
    """Measure and print; return 1 if a bound is violated."""
    parser = argparse.ArgumentParser(description="A team with many end users.")
    parser.add_argument("--end-users", type=int, default=100_000, help="how many [100000]")
    bars = run(parser.parse_args().end_users)
    print("\n".join(map(str, bars)))
    return 0 if all(bar.is_met for bar in bars) else 1


if __name__ == "__main__":
    raise SystemExit(main())
