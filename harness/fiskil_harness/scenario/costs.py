"""What scenarios cost on the reference app, and what they exercise there: the table by which work is chosen and shared out.

The table decides which scenarios come together and in what order, never what is found in them.
``python -m fiskil_harness.scenario.costs REPORT.json`` prints it from the JSON report of a gate; see `make costs`.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.core import catalog
from fiskil_harness.errors import ConfigError

TABLE = "costs.toml"
UNKNOWN_S = 2.0
"""What a scenario is taken to cost that the table does not know, such as a team's own."""

HEAD = """# What each scenario took on the reference app, in real seconds, and the flows that it exercised there.
# Renewed by `make costs`. It decides what a fast gate asks and how shards are cut, never what is found.
"""


class Cost(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One scenario on the reference app."""

    took_s: float
    flows: tuple[str, ...] = ()


@cache
def table() -> dict[str, Cost]:
    """Every scenario that was measured, by name.

    Raises:
        ConfigError: The file does not fit.
    """
    try:
        return msgspec.convert(catalog.read_fixture(TABLE)["scenarios"], dict[str, Cost])
    except (KeyError, msgspec.ValidationError) as error:
        raise ConfigError(f"fixtures/{TABLE} does not fit: {error}.") from None


def cost_s(scenario: str) -> float:
    """What *scenario* takes; under another reading it takes as long."""
    known = table().get(scenario.partition("@")[0])
    return known.took_s if known else UNKNOWN_S


def flows_of(scenario: str) -> tuple[str, ...]:
    """The flows that *scenario* exercised on the reference app."""
    known = table().get(scenario)
    return known.flows if known else ()


def wall_s(scenarios: Iterable[str], workers: int) -> float:
    """How long *scenarios* take together where so many *workers* share them out."""
    costs = [cost_s(scenario) for scenario in scenarios]
    return max([sum(costs) / max(workers, 1), *costs], default=0.0)


def rendered(report: Mapping[str, Any]) -> str:
    """The table of a JSON *report*, as TOML."""
    exercised = {value["scenario"]: value["flows"] for value in report["result"]["scenarios"]}
    lines = [*HEAD.splitlines(), "", "[scenarios]"]
    for value in sorted(report["measured"], key=lambda measure: str(measure["scenario"])):
        flows = [*exercised.get(value["scenario"], ()), *_errors(value["met"])]
        named = ", ".join(f'"{flow}"' for flow in flows)
        if "@" not in value["scenario"]:
            lines.append(f"{value['scenario']} = {{ took_s = {value['took_s']:.1f}, flows = [{named}] }}")
    return "\n".join(lines) + "\n"


def _errors(met: Iterable[str]) -> Iterator[str]:
    return (text for text in met if text.startswith("error "))


if __name__ == "__main__":
    sys.stdout.write(rendered(msgspec.json.decode(Path(sys.argv[1]).read_bytes())))
