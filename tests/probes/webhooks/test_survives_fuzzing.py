"""survives_fuzzing: valid generated bodies are acknowledged, and invalid ones do no harm."""

from typing import Any

import pytest

from fiskil_harness.journal import API_URL_IN_ENV, ApiUrlMissing
from fiskil_harness.journal.queries.rows import STILL_BUSY
from fiskil_harness.probes import Finding, SurvivesFuzzing, Verdict
from tests.probes.receivers import receiver_journal

PROBE = SurvivesFuzzing()


def examined(
    *sent: tuple[str, Any], before: int = 204, after: int | None = 204, is_idle: bool = True, **counts: int
) -> Finding:
    """Return the finding for bodies with a status or a trouble each, sent between two genuine messages."""
    courier = receiver_journal()
    courier.deliver("e0", status=before)
    for number, (name, result) in enumerate(sent):
        courier.journal.names[f"fuzz{number}"] = f"fuzz:{number}"
        status, trouble = (None, result) if isinstance(result, str) else (result, "")
        courier.send(
            event=f"fuzz:{number}",
            participant="",
            message_id=f"fuzz{number}",
            attempt=1,
            kind="unusual",
            name=name,
            status=status,
            problem=trouble,
            claims="consent.updated",
            is_judged=False,
        )
    courier.deliver("e2", status=after, problem="" if after else "connection refused")
    courier.effects(applied={"e0": 1, "e2": 1, **counts}, state={"consents": {}}, is_idle=is_idle)
    return PROBE.examine(courier.journal)


def failed_cases(finding: Finding) -> list[str]:
    """Return the names of the cases that failed."""
    return [case.name for case in finding.cases if case.verdict is Verdict.FAIL]


def test_acknowledged_valid_bodies_pass() -> None:
    """Invalid bodies may get any response; a server error gives advice."""
    finding = examined(("valid", 204), ("broken", 400), ("broken", 200), ("broken", 500))

    assert (finding.verdict, finding.examined, failed_cases(finding)) == (Verdict.PASS, 4, [])
    assert finding.observed == "1 valid bodies were acknowledged, and 3 invalid ones did no harm"
    assert finding.advice == ("5xx for signed bodies that the sender never sends; 400 would end the retries",)


def test_refused_invalid_bodies_give_no_advice() -> None:
    """Only a server error makes the sender retry them."""
    assert examined(("valid", 204), ("broken", 400)).advice == ()


def test_a_refused_valid_body_fails() -> None:
    """The evidence has its number; the same seed generates it again."""
    finding = examined(("valid", 204), ("valid", 500), ("valid", 422))

    assert (finding.verdict, failed_cases(finding)) == (Verdict.FAIL, ["accepts_valid_bodies"])
    assert finding.evidence == ("fuzz 1, valid: 500", "fuzz 2, valid: 422", "the same seed generates the same bodies")


@pytest.mark.parametrize(
    ("status", "after", "verdict"),
    [(429, 204, Verdict.INCONCLUSIVE), (204, 429, Verdict.INCONCLUSIVE), (500, 429, Verdict.FAIL), (422, 204, Verdict.FAIL)],
)
def test_a_rate_limit_of_the_receiver_proves_nothing(status: int, after: int, verdict: Verdict) -> None:
    """The harness sends in seconds what Fiskil spreads over days; another refusal still counts."""
    assert examined(("valid", 204), ("broken", 400), ("valid", status), after=after).verdict is verdict


def test_no_response_fails() -> None:
    """The receiver hung on the body, or crashed on the one before."""
    hanging = examined(("broken", "no response within the limit"))
    crashed = examined(("broken", "the connection was reset"), ("broken", "connection refused"), after=None)

    assert (hanging.verdict, failed_cases(hanging)) == (Verdict.FAIL, ["responds_to_everything"])
    assert crashed.observed == "the receiver stopped listening after a generated body"
    assert failed_cases(crashed) == ["responds_to_everything", "works_afterwards"]


def test_a_second_effect_fails() -> None:
    """A generated message is applied at most once."""
    assert failed_cases(examined(("valid", 204), fuzz0=2)) == ["applies_once"]


def test_a_receiver_that_stops_working_fails() -> None:
    """Genuine messages were acknowledged before and are refused afterwards."""
    assert failed_cases(examined(("valid", 204), after=500)) == ["works_afterwards"]


def test_without_a_genuine_acknowledgement_the_result_is_inconclusive() -> None:
    """Such a receiver refuses for another reason; without generated bodies there is nothing to judge."""
    assert examined(("valid", 500), before=500).verdict is Verdict.INCONCLUSIVE
    assert examined().verdict is Verdict.INCONCLUSIVE


def test_a_receiver_without_the_api_may_fail_for_kinds_that_need_it() -> None:
    """Its API calls fail; a receiver that acknowledges every kind of event needs no API."""
    courier = receiver_journal()
    courier.journal.write(ApiUrlMissing(step=0, at_s=0.0))
    courier.deliver("e0")
    courier.deliver("e1", status=500)
    body: dict[str, Any] = {"participant": "", "message_id": "fuzz0", "attempt": 1, "kind": "unusual", "name": "valid"}
    courier.send(event="fuzz:0", status=500, claims="banking.accounts.sync.completed", is_judged=False, **body)
    assert (PROBE.examine(courier.journal).verdict, PROBE.examine(courier.journal).hook) == (
        Verdict.INCONCLUSIVE,
        API_URL_IN_ENV,
    )

    courier.deliver("e1", attempt=2)
    assert PROBE.examine(courier.journal).verdict is Verdict.FAIL


def test_a_busy_app_is_inconclusive() -> None:
    """A second effect may still come; the advice about server errors stays."""
    finding = examined(("valid", 204), ("broken", 500), is_idle=False)

    assert (finding.verdict, finding.observed) == (Verdict.INCONCLUSIVE, STILL_BUSY)
    assert finding.advice == ("5xx for signed bodies that the sender never sends; 400 would end the retries",)
