"""reaches_event_state: each consent ends with the value that the config states for its newest acknowledged event."""

from typing import Any

import msgspec
import pytest

from fiskil_harness.core.config import Settings
from fiskil_harness.journal import Reduction
from fiskil_harness.probes import Finding, ReachesEventState, Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.probes.receivers import receiver_journal

BECOMES = {"consent.received": "active", "consent.updated": "active", "consent.revoked": "revoked"}
REDUCER = {"state": "$.state[{consent_id}].event", "becomes": {kind: kind for kind in BECOMES}}
EARLY, LATE = "2026-11-24T00:00:00.000Z", "2026-11-24T00:00:01.000Z"


def body(publish_time: str) -> bytes:
    """Build the body of a message published at this time."""
    return msgspec.json.encode({"publish_time": publish_time, "data": {"consent_id": "c1"}})


def examined(
    value: Any, *events: tuple[str, str, int | None], becomes: dict[str, Any] | None = BECOMES, **more: Any
) -> Finding:
    """Return the finding after events (kind, publish time, status) in this order and a consent with *value* at the end."""
    courier = receiver_journal()
    if becomes is not None:
        courier.journal.write(Reduction(becomes=becomes))
    for number, (kind, publish_time, status) in enumerate(events):
        courier.event(f"e{number}", kind)
        courier.deliver(f"e{number}", status=status, body=body(publish_time))
    consents = {} if value is None else {"c1": value}
    courier.effects(state={"any": 1}, consents=consents, **more)
    return ReachesEventState().examine(courier.journal)


def test_the_newest_event_decides() -> None:
    """The order of delivery does not matter."""
    events = (("consent.revoked", LATE, 204), ("consent.received", EARLY, 204))

    right, wrong = examined("revoked", *events), examined("active", *events)

    assert (right.verdict, wrong.verdict) == (Verdict.PASS, Verdict.FAIL)
    assert wrong.evidence == ('the consent of the end user: "active" instead of "revoked"',)


def test_a_refused_newer_event_may_count_or_not() -> None:
    """A newer event that was not acknowledged allows two values, and no third one."""
    events = (("consent.received", EARLY, 204), ("consent.revoked", LATE, 500))

    verdicts = [examined(value, *events).verdict for value in ("active", "revoked", "other")]

    assert verdicts == [Verdict.PASS, Verdict.PASS, Verdict.FAIL]


def test_of_two_events_at_the_same_time_either_may_decide() -> None:
    """Equal times have no order."""
    events = (("consent.received", LATE, 204), ("consent.revoked", LATE, 204))

    assert [examined(value, *events).verdict for value in ("active", "revoked")] == [Verdict.PASS] * 2


def test_an_older_event_that_was_refused_does_not_count() -> None:
    """The newest acknowledged event decides, whatever was refused before it."""
    events = (("consent.received", EARLY, 500), ("consent.revoked", LATE, 204))

    assert [examined(value, *events).verdict for value in ("active", "revoked")] == [Verdict.FAIL, Verdict.PASS]


def test_without_an_acknowledged_event_nothing_is_judged() -> None:
    """The app may have applied an event that it refused, or not."""
    assert examined("active", ("consent.revoked", LATE, 500)).verdict is Verdict.INCONCLUSIVE


def test_a_kind_without_a_value_is_inconclusive() -> None:
    """An event that is missing in the config's table is not judged."""
    finding = examined("active", ("consent.revoked", LATE, 204), becomes={"consent.received": "active"})

    assert finding.verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("more", "hook"),
    [({"becomes": None}, "app.observe.reducer"), ({"state": None}, "app.observe.effects: state")],
)
def test_the_missing_hook_is_named(more: dict[str, Any], hook: str) -> None:
    """Without a reducer or a state nothing can be decided."""
    courier = receiver_journal()
    courier.journal.write(Reduction(becomes=BECOMES)) if "becomes" not in more else None
    courier.event("e0", "consent.received")
    courier.deliver("e0", body=body(EARLY))
    courier.effects(**({"state": None} if "state" in more else {"state": {}}))

    assert ReachesEventState().examine(courier.journal).hook == hook


def test_a_wrong_path_is_inconclusive() -> None:
    """The finding names the reducer whose path has no value."""
    finding = examined(None, ("consent.received", EARLY, 204))

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.reducer")


@pytest.mark.parametrize(("flaw", "verdict"), [("", Verdict.PASS), ("older_wins", Verdict.FAIL)])
def test_a_receiver_whose_older_events_win_fails(flaw: str, verdict: Verdict, drive: Any, receiver_settings: Any) -> None:
    """No twin is needed if the config states the value for each event."""
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
