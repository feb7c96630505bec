"""Receivers with flaws in their HTTP handling: the diagnosis finds exactly the bugs of each."""

from collections.abc import Callable

import pytest

from fiskil_harness.gate.diagnosis import diagnose
from fiskil_harness.gate.judgement import Judgement
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import Verdict
from fiskil_harness.scenario.scenario import load

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

JudgementOf = Callable[..., Judgement]
NAMES = (
    "asyncio_one_read",
    "asyncio_slots_leak",
    "asyncio_unread_oversize",
    "exact_content_type_required",
    "node_header_spelling",
    "node_login_redirect",
    "stdlib_claims_before_refusing",
    "stdlib_csrf",
    "stdlib_get_applied",
    "stdlib_one_client_at_a_time",
    "stdlib_queue_overflows",
    "stdlib_redirects",
    "stdlib_total_body_time_unbounded",
    "stdlib_unread_refusal",
    "stdlib_unsigned_body_read_whole",
)


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_bugs_of_the_entry_are_diagnosed(name: str, judgement_of: JudgementOf) -> None:
    """The scenarios of the entry are enough for the diagnosis."""
    entry = gallery.app(name)

    judgement = judgement_of(entry, [load(scenario) for scenario in entry.scenarios])

    present = [diagnosis.bug for diagnosis in diagnose(judgement.scenarios) if diagnosis.verdict is Verdict.FAIL]
    assert present == list(entry.bugs)
