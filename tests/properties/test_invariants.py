"""The fourteen promises: each has a checker, and a receiver that breaks it is found out by the plan that one would write.

The bounds: one plan a promise here, up to sixty drawn ones in the full run.
"""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings

from harness import probes
from harness.driver import Driver
from harness.plans import Form, explore, plans
from harness.plans.acts import Act, Facts
from harness.plans.invariants import INVARIANTS, broken, checked_by
from harness.plans.reading import run_of
from harness.practices import practice
from harness.probes import name_of
from harness.scenario import Scenario
from harness.settings import Settings

Drive = Callable[..., Driver]
MakeSettings = Callable[..., Settings]

APP = {
    "command": "{python} durable_receiver.py {port}",
    "drive": {"fail": {"request": "POST /fail?at={point}"}},
    "limits": {"ack_s": 0.5, "request_deadline_s": 5},
}
HAND_OVER, REPLAY = Act("hand_over"), Act("replay")
CAST = {
    "I1": ("missing_is_fine", [Act("forge", names=("unsigned",))]),
    "I2": ("body_hash", [HAND_OVER, HAND_OVER]),
    "I3": ("loses_after_ack", [HAND_OVER, Act("restart")]),
    "I4": ("claims_before_failing", [Act("fail", names=("before",))]),
    "I5": ("older_wins", [Act("hand_over", 1)]),
    "I6": ("counts_repetitions", [HAND_OVER, REPLAY]),
    "I7": ("moves_before_verifying", [Act("forge", names=("unsigned",))]),
    "I8": ("believes_consent", [HAND_OVER, Act("mixed")]),
    "I9": ("refuses_late", [Act("late")]),
    "I10": ("slow_repetitions", [HAND_OVER, REPLAY]),
    "I11": ("refuses_unknown", [Act("unknown")]),
    "I12": ("tells_signature", [Act("forge", names=("unsigned",))]),
    "I13": ("reserialises", [Act("reencode", names=("spaced",))]),
    "I14": ("wedged_by_junk", [Act("odd", names=("null",)), HAND_OVER]),
}
"""Of each promise a flaw that breaks it, and the acts that one would choose to show it."""

TWINNED = {"I5", "I6"}
MORE = {"poisons": "I9"}
DRAWN = {one: flaw for one, (flaw, _) in CAST.items()}


@pytest.mark.parametrize("one", INVARIANTS, ids=lambda one: one.id)
def test_every_promise_has_a_checker(one: object) -> None:
    """Its probes exist, its practice lets them and the probe of drawn plans count, and a flaw that breaks it is known."""
    known = {name_of(getattr(probes, name)) for name in probes.__all__ if name[0].isupper() and hasattr(getattr(probes, name), "__struct_config__")}

    assert set(one.probes) <= known
    assert "survives_every_plan" in practice(one.practice).probes
    assert one.id in CAST
