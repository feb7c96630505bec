"""reaches_event_state: each consent ends with the value that its newest acknowledged event leaves, as the config says."""

from typing import Any

import msgspec
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.journal import Reduction
from fiskil_harness.probes import Finding, ReachesEventState, Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.probes.courier import Courier

BECOMES = {"consent.received": "active", "consent.updated": "active", "consent.revoked": "revoked"}
REDUCER = {"state": "$.state[{consent_id}].event", "becomes": {kind: kind for kind in BECOMES}}
EARLY, LATE = "2026-11-24T00:00:00.000Z", "2026-11-24T00:00:01.000Z"


def body(at: str) -> bytes:
    return msgspec.json.encode({"publish_time": at, "data": {"consent_id": "c1"}})


def ended(value: Any, *told: tuple[str, str, int | None], becomes: dict[str, Any] | None = BECOMES, **more: Any) -> Finding:
    """Events were handed over (kind, moment, answer) in this order, and the consent ended with *value*."""
    courier = Courier()
    if becomes is not None:
        courier.journal.write(Reduction(becomes=becomes))
    for number, (kind, at, status) in enumerate(told):
        courier.event(f"e{number}", kind)
        courier.deliver(f"e{number}", status=status, body=body(at))
    consents = {} if value is None else {"c1": value}
    courier.effects(state={"any": 1}, consents=consents, **more)
    return ReachesEventState().examine(courier.journal)


def test_the_newest_event_decides() -> None:
    """Whatever came last, the newest counts."""
    told = (("consent.revoked", LATE, 204), ("consent.received", EARLY, 204))

    good, bad = ended("revoked", *told), ended("active", *told)

    assert (good.verdict, bad.verdict) == (Verdict.PASS, Verdict.FAIL)
    assert bad.evidence == ('the consent of the end user: "active" instead of "revoked"',)


def test_what_was_refused_may_count_or_not() -> None:
    """A newer event that was not acknowledged leaves two values lawful, and no third."""
    told = (("consent.received", EARLY, 204), ("consent.revoked", LATE, 500))

    verdicts = [ended(value, *told).verdict for value in ("active", "revoked", "other")]

    assert verdicts == [Verdict.PASS, Verdict.PASS, Verdict.FAIL]


def test_of_two_at_one_moment_either_may_be_the_newest() -> None:
    """Equal moments have no winner."""
    told = (("consent.received", LATE, 204), ("consent.revoked", LATE, 204))

    assert [ended(value, *told).verdict for value in ("active", "revoked")] == [Verdict.PASS] * 2


def test_kinds_that_are_left_out_leave_the_value_open() -> None:
    """Where the table is silent nobody is judged."""
    finding = ended("active", ("consent.revoked", LATE, 204), becomes={"consent.received": "active"})

    assert finding.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("more", "hook"),
    [({"becomes": None}, "app.observe.reducer"), ({"state": None}, "app.observe.effects")],
)
def test_what_is_missing_is_named(more: dict[str, Any], hook: str) -> None:
    """Without a reducer or a state nothing can be told."""
    courier = Courier()
    courier.journal.write(Reduction(becomes=BECOMES)) if "becomes" not in more else None
    courier.event("e0", "consent.received")
    courier.deliver("e0", body=body(EARLY))
    courier.effects(**({"state": None} if "state" in more else {"state": {}}))

    assert ReachesEventState().examine(courier.journal).hook == hook


def test_a_wrong_place_is_no_failure() -> None:
    """A reducer that looks where nothing stands says so."""
    finding = ended(None, ("consent.received", EARLY, 204))

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.reducer")


@pytest.mark.parametrize(("flaw", "verdict"), [("", Verdict.PASS), ("older_wins", Verdict.FAIL)])
def test_a_receiver_whose_older_events_win_is_caught(
    flaw: str, verdict: Verdict, drive: Any, receiver_settings: Any
) -> None:
    """No twin is needed where the config says what events come to."""
    app = {"command": "{python} durable_receiver.py {port}"}
    observe = {"effects": "GET /effects?end_user_id={end_user_id}", "reducer": REDUCER}
    settings: Settings = receiver_settings(app={**app, "observe": observe}, FLAW=flaw)
    driver: Driver = drive(settings)
    plan = Scenario(
        practices=("webhooks.retries",),
        steps=(steps.Authorise(), steps.TouchConsent(), steps.DeliverOne("e1"), steps.Deliver()),
        probes=(ReachesEventState(),),
    )

    assert driver.run(plan).verdict is verdict
