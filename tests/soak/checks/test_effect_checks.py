"""The verdict about effects, from ledgers and effects that are written by hand."""

import msgspec
import pytest

from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.soak.checks import Given, judged
from fiskil_harness.soak.effects import EndUserEffects
from fiskil_harness.soak.observed import Observed
from tests.soak.ledgers import attempt, effects, given, ledger

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def finding(material: Given, name: str) -> Finding:
    """Return the finding of the check *name*."""
    return next(found for found in judged(material) if found.probe == name)


def verdicts(material: Given, *names: str) -> list[Verdict]:
    """Return the verdicts of several checks."""
    return [finding(material, name).verdict for name in names]


def state(**values: str) -> bytes:
    """Return a state as the verdict compares it."""
    return msgspec.json.encode({f"$.{name}": {value: 1} for name, value in values.items()}, order="sorted")


def test_an_app_that_applies_each_message_once_passes() -> None:
    """Repeated deliveries of one message are one effect; forgeries are refused and without effect."""
    written = ledger(
        attempt("m1", number=1),
        attempt("m1", number=2, how="repeat", attempt=2),
        attempt("f1", number=3, origin="forged", status=401),
    )

    material = given(written, effects("ann", applied={"m1": 1}), effects("ben", applied={}))

    names = ("applies_once", "loses_nothing", "refuses_forgeries", "separates_end_users", "load_was_offered")
    assert verdicts(material, *names) == [PASS] * 5


def test_a_message_that_was_applied_twice_is_found() -> None:
    """The finding names the message, its end user and its attempts."""
    material = given(ledger(attempt("m1"), attempt("m2", number=2)), effects("ann", applied={"m1": 2, "m2": 1}))

    found = finding(material, "applies_once")

    assert (found.verdict, found.observed) == (FAIL, "1 of 2 messages were applied more than once")
    assert found.evidence == ("2 effects: consent.updated m1 of ann (first: 1 x 204)",)


def test_an_acknowledged_message_without_effect_is_lost() -> None:
    """The app is idle, so the effect will not come."""
    material = given(ledger(attempt("m1"), attempt("m2", number=2)), effects("ann", applied={"m1": 1}))

    found = finding(material, "loses_nothing")

    assert found.verdict is FAIL
    assert found.observed == "1 of 2 acknowledged messages had no effect, and the app reports no unfinished work"


def test_without_an_effect_nothing_was_applied_once() -> None:
    """An app that applied no message shows nothing about repetitions."""
    assert finding(given(ledger(attempt("m1")), effects("ann", applied={})), "applies_once").verdict is INCONCLUSIVE


def test_unfinished_work_is_no_loss() -> None:
    """While the app reports pending work, the effect may still come."""
    material = given(ledger(attempt("m1")), effects("ann", applied={}, pending=1))

    assert verdicts(material, "loses_nothing") == [INCONCLUSIVE]


def test_a_message_that_was_never_acknowledged_need_not_be_applied() -> None:
    """An unknown outcome or a refusal may be followed by one effect or none."""
    written = ledger(
        attempt("m1", status=None), attempt("m2", number=2, status=503, retry_after="1"), attempt("m3", number=3)
    )

    for applied in ({"m3": 1}, {"m1": 1, "m3": 1}):
        material = given(written, effects("ann", applied=applied))
        assert verdicts(material, "applies_once", "loses_nothing") == [PASS, PASS]


def test_an_event_that_the_app_does_not_use_need_not_be_applied() -> None:
    """The config says which kinds the app uses."""
    material = given(
        ledger(attempt("m1"), attempt("m2", number=2, kind="banking.payees.sync.completed")),
        effects("ann", applied={"m1": 1}),
        uses=("consent.*",),
    )

    assert verdicts(material, "loses_nothing") == [PASS]


def test_a_forgery_with_an_effect_is_found() -> None:
    """An effect of a message that Fiskil did not sign is the worst finding."""
    written = ledger(attempt("m1"), attempt("f1", number=2, origin="forged", how="unsigned", status=204))

    found = finding(given(written, effects("ann", applied={"m1": 1, "f1": 1})), "refuses_forgeries")

    assert (found.verdict, found.observed) == (FAIL, "1 of 1 forged messages were applied")


def test_an_acknowledged_forgery_is_found_without_an_effect() -> None:
    """2xx for a forgery is wrong, whatever the app did with it."""
    written = ledger(attempt("f1", origin="forged", status=200))

    assert verdicts(given(written, effects("ann", applied={})), "refuses_forgeries") == [FAIL]


def test_a_message_of_another_end_user_is_found() -> None:
    """Ben's report contains a message about Ann."""
    written = ledger(attempt("m1"), attempt("m2", number=2, end_user_id="ben"))

    material = given(written, effects("ann", applied={"m1": 1}), effects("ben", applied={"m1": 1, "m2": 1}))

    found = finding(material, "separates_end_users")
    assert (found.verdict, found.evidence) == (FAIL, ("ben: consent.updated m1 of ann (first: 1 x 204)",))


def test_a_report_that_is_the_same_for_all_end_users_is_no_mixture() -> None:
    """An app that ignores the end user of the hook reports all messages to each."""
    written = ledger(attempt("m1"), attempt("m2", number=2, end_user_id="ben"))
    everything = {"m1": 1, "m2": 1}

    material = given(written, effects("ann", applied=everything), effects("ben", applied=everything))

    assert verdicts(material, "separates_end_users") == [PASS]


def test_a_forgery_in_the_report_of_every_end_user_is_one_forgery() -> None:
    """A report about all end users is the same object for each of them."""
    written = ledger(attempt("m1"), attempt("f1", number=2, origin="forged", how="unsigned", status=202))
    everything = {"m1": 1, "f1": 1}

    material = given(written, effects("ann", applied=everything), effects("ben", applied=everything))

    assert finding(material, "refuses_forgeries").observed == "1 of 1 forged messages were applied"


def test_a_message_in_no_ledger_counts_once() -> None:
    """The report names it for every end user."""
    everything = {"m1": 1, "stray": 1}

    material = given(ledger(attempt("m1")), effects("ann", applied=everything), effects("ben", applied=everything))

    assert "1 applied messages are in no ledger" in finding(material, "load_was_offered").observed


def test_data_of_another_end_user_in_the_state_is_found() -> None:
    """The state of one end user has the consent of another."""
    material = given(ledger(), effects("ann", foreign=("consent-of-ben",)), effects("ben"))

    assert finding(material, "separates_end_users").evidence == ("the state of ann has consent-of-ben",)


def test_another_state_than_the_twins_is_found_with_its_place() -> None:
    """Places at which two undisturbed twins differ are left out."""
    material = given(
        ledger(attempt("m1")),
        effects("ann", twin="twin", state=state(status="revoked", seen="3"), applied={"m1": 1}),
        effects("twin", state=state(status="active", seen="1")),
        effects("control", state=state(status="active", seen="2")),
        controls={"twin": "control"},
    )

    found = finding(material, "reaches_twin_state")

    assert (found.verdict, found.examined) == (FAIL, 1)
    assert found.evidence == ("ann: state.status: active in the twin, revoked here",)


def test_the_same_state_as_the_twin_passes() -> None:
    """An end user whose message was never acknowledged is not compared."""
    material = given(
        ledger(attempt("m1"), attempt("m2", number=2, end_user_id="ben", status=503, retry_after="1")),
        effects("ann", twin="twin", state=state(status="active"), applied={"m1": 1}),
        effects("ben", twin="twin", state=state(status="none")),
        effects("twin", state=state(status="active")),
    )

    found = finding(material, "reaches_twin_state")

    assert (found.verdict, found.observed) == (PASS, "1 end users have the same state as their twin")


def test_an_app_without_counts_is_inconclusive() -> None:
    """Without counts of applied messages nothing is proven about them."""
    material = given(ledger(attempt("m1")), effects("ann"))

    assert verdicts(material, "applies_once", "loses_nothing") == [INCONCLUSIVE, INCONCLUSIVE]


@pytest.mark.parametrize("unread", [{"problem": "returned 500"}, {"applied": None, "pending": None}])
def test_effects_that_could_not_be_read_are_inconclusive(unread: dict[str, object]) -> None:
    """Nothing is known about an end user whose report failed or is missing; one report alone separates no end users."""
    written = ledger(attempt("m1"), attempt("m2", number=2, end_user_id="ben"))

    material = given(written, effects("ann", applied={"m1": 1}), effects("ben", **unread))

    found = finding(material, "effects_were_read")
    assert (found.verdict, found.observed) == (INCONCLUSIVE, "the effects of 1 of 2 end users could not be read")
    assert verdicts(material, "separates_end_users") == [INCONCLUSIVE]


def test_a_run_without_effects_is_inconclusive() -> None:
    """Without any examined end user nothing was read; with all of them everything was."""
    written = ledger(attempt("m1"))

    assert verdicts(given(written), "effects_were_read") == [INCONCLUSIVE]
    assert verdicts(given(written, effects("ann", applied={"m1": 1})), "effects_were_read") == [PASS]


@pytest.mark.parametrize(
    ("examined", "verdict"),
    [
        ((effects("ann", applied={"m1": 1}),), PASS),
        ((effects("ann", applied={"m1": 1, "f1": 0}),), PASS),
        ((effects("ann", applied={"m1": 1, "f1": 1}),), FAIL),
        ((effects("ben", applied={}),), INCONCLUSIVE),
    ],
)
def test_a_queued_forgery_is_judged_by_its_effect(examined: tuple[EndUserEffects, ...], verdict: Verdict) -> None:
    """A receiver that verifies later returns 202; zero effects are no effect."""
    written = ledger(attempt("m1"), attempt("f1", number=2, origin="forged", status=202))

    assert verdicts(given(written, *examined), "refuses_forgeries") == [verdict]


def test_a_forgery_without_a_response_is_not_refused() -> None:
    """Nothing is known about it, unless a disturbance of the run explains it and others were refused."""
    dead = attempt("f1", origin="forged", status=0, problem="connection closed")
    refused = attempt("f2", number=2, origin="forged", status=401)
    killed = Observed(idle_after_s=1.0, exits=("at 5 s it was killed by signal 9",))

    material = given(ledger(dead, refused), effects("ann", applied={}))

    assert verdicts(material, "refuses_forgeries") == [INCONCLUSIVE]
    assert verdicts(given(ledger(dead, refused), observed=killed), "refuses_forgeries") == [PASS]
    assert verdicts(given(ledger(dead), observed=killed), "refuses_forgeries") == [INCONCLUSIVE]


def test_a_count_of_zero_mixes_no_end_users() -> None:
    """Ben's report says that Ann's message had no effect."""
    written = ledger(attempt("m1"), attempt("m2", number=2, end_user_id="ben"))

    material = given(written, effects("ann", applied={"m1": 1}), effects("ben", applied={"m1": 0, "m2": 1}))

    assert verdicts(material, "separates_end_users") == [PASS]


def test_a_report_about_all_end_users_may_grow_between_two_reads() -> None:
    """The later report has one message more; each of them has messages of several end users."""
    written = ledger(attempt("m1"), attempt("m2", number=2, end_user_id="ben"), attempt("m3", number=3))
    earlier, later = {"m1": 1, "m2": 1}, {"m1": 1, "m2": 1, "m3": 1}

    material = given(written, effects("ann", applied=later), effects("ben", applied=earlier))

    assert verdicts(material, "separates_end_users") == [PASS]


@pytest.mark.parametrize(("is_settled", "verdict"), [(True, FAIL), (False, INCONCLUSIVE)])
def test_without_pending_a_loss_needs_the_full_wait(is_settled: bool, verdict: Verdict) -> None:
    """The effect might have come later if the wait was too short."""
    observed = Observed(is_settled=is_settled)

    material = given(ledger(attempt("m1")), effects("ann", applied={}, pending=None), observed=observed)

    assert verdicts(material, "loses_nothing") == [verdict]


@pytest.mark.parametrize(("total", "verdict"), [("1500", PASS), ("900", FAIL), ("1501", FAIL)])
def test_the_size_of_all_deliveries_is_no_difference(total: str, verdict: Verdict) -> None:
    """Ann got between 500 and 1000 bytes more than her twin, because one response did not come."""
    written = ledger(
        attempt("t1", end_user_id="twin", size=500),
        attempt("m1", number=2, size=1000),
        attempt("m1", number=3, size=500, attempt=2, status=0, problem="no response in time"),
    )

    material = given(
        written,
        effects("ann", twin="twin", applied={"m1": 1}, state=state(bytes=total)),
        effects("twin", applied={"t1": 1}, state=state(bytes="500")),
    )

    assert verdicts(material, "reaches_twin_state") == [verdict]
