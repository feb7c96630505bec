"""Receivers that go wrong with HTTP: the diagnosis names the bugs that each has, and no other of the catalogue."""

from collections.abc import Callable

import pytest

from fiskil_harness.gate.diagnosis import diagnose
from fiskil_harness.gate.judgement import Judgement
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import Verdict
from fiskil_harness.scenario.scenario import load

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

Rehearse = Callable[..., Judgement]
SLOW = {"exact_content_type_required", "stdlib_one_client_at_a_time", "stdlib_total_body_time_unbounded"}
APPS = [
    pytest.param(entry.name, marks=pytest.mark.full) if entry.name in SLOW else entry.name
    for entry in gallery.apps().values()
    if entry.name.startswith("http_")
]


@pytest.mark.parametrize("name", APPS)
def test_exactly_the_named_bugs_are_diagnosed(name: str, rehearse: Rehearse) -> None:
    """By the scenarios that the entry names."""
    entry = gallery.app(name)

    judgement = rehearse(entry, [load(scenario) for scenario in entry.scenarios])

    found = [diagnosis.bug for diagnosis in diagnose(judgement.scenarios) if diagnosis.verdict is Verdict.FAIL]
    assert found == list(entry.bugs)
