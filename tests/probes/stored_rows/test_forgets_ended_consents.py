"""forgets_ended_consents: however the app learned of the end of a consent, none of its data stays."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import ForgetsEndedConsents, Verdict

PROBE = ForgetsEndedConsents()
Notice = Callable[[JournalBuilder], None]


def row(key: str, consent: str = "arr1") -> dict[str, Any]:
    """A row of this consent."""
    return JournalBuilder.transaction(key, arrangement_id=consent)


def begin(tape: JournalBuilder) -> None:
    """A consent has one row, which the app shows."""
    tape.consent("arr1")
    tape.rows(row("a"))
    tape.deliver_event("banking.transactions.sync.completed")
    tape.effects({"transactions": [row("a")]}, moment="before")


def end(tape: JournalBuilder) -> None:
    """The consent has ended."""
    begin(tape)
    tape.consent("arr1", is_active=False)


def by_event(tape: JournalBuilder) -> None:
    """The event arrives."""
    tape.deliver_event("consent.revoked", consent="arr1")


def by_refresh(tape: JournalBuilder) -> None:
    """The app reads its consents in a refresh."""
    tape.now_s += 1
    tape.call("consents.list")
    tape.hook("refresh")


def by_refusal(tape: JournalBuilder) -> None:
    """The API refuses a read in a refresh."""
    tape.now_s += 1
    tape.call("banking.accounts", status=403)
    tape.hook("refresh", status=502)


def by_refresh_with_redirect(tape: JournalBuilder) -> None:
    """The app reads its consents in a refresh, and then leads to a page."""
    tape.now_s += 1
    tape.call("consents.list")
    tape.hook("refresh", status=303, took_s=0.5)


def by_refusal_with_redirect(tape: JournalBuilder) -> None:
    """The API refuses a read in a refresh that leads to a page."""
    tape.now_s += 1
    tape.call("banking.accounts", status=403)
    tape.hook("refresh", status=302, took_s=0.5)


def by_own_revocation(tape: JournalBuilder) -> None:
    """The app revokes the consent itself."""
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")


@pytest.mark.parametrize(
    "notify", [by_event, by_refresh, by_refusal, by_refresh_with_redirect, by_refusal_with_redirect, by_own_revocation]
)
def test_rows_that_stay_fail_however_the_app_learned_of_the_end(tape: JournalBuilder, notify: Notice) -> None:
    """The app must delete the rows in each case."""
    end(tape)
    notify(tape)
    tape.effects({"transactions": [row("a")]})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("kept transactions a",))


@pytest.mark.parametrize("notify", [by_event, by_refresh, by_refusal, by_own_revocation])
@pytest.mark.parametrize("state", [{"transactions": []}, None, {"history": [{**row("a"), "removed": "yes"}]}])
def test_rows_that_are_gone_or_marked_pass(tape: JournalBuilder, notify: Notice, state: Any) -> None:
    """Deleted rows and rows that are shown differently both pass."""
    end(tape)
    notify(tape)
    tape.effects(state)

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_row_of_another_ended_consent_fails(tape: JournalBuilder) -> None:
    """It is the same record, whatever consent it names."""
    end(tape)
    by_event(tape)
    tape.effects({"transactions": []}, moment="between")
    tape.consent("arr2")
    tape.rows(row("a", "arr2"))
    tape.consent("arr2", is_active=False)
    tape.deliver_event("consent.revoked", consent="arr2")
    tape.effects({"transactions": [row("a", "arr2")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_rows_of_a_new_consent_may_stay(tape: JournalBuilder) -> None:
    """The end user has consented again, and the same rows belong to the new consent."""
    end(tape)
    by_event(tape)
    tape.consent("arr2")
    tape.rows(row("a", "arr2"))
    tape.effects({"transactions": [row("a", "arr2")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def without_notice(tape: JournalBuilder) -> None:
    """The app is not notified."""


def refused_event(tape: JournalBuilder) -> None:
    """The app refuses the event."""
    tape.deliver_event("consent.revoked", consent="arr1", outcome="refuse")


def too_soon(tape: JournalBuilder) -> None:
    """A second refresh is refused as too early."""
    tape.now_s += 1
    tape.call("banking.accounts", status=403)
    tape.hook("refresh", status=429)


def reads_later(tape: JournalBuilder) -> None:
    """The refresh is accepted, and the app has not read yet."""
    tape.now_s += 1
    tape.hook("refresh", status=202)


def api_was_down(tape: JournalBuilder) -> None:
    """The API fails during the refresh."""
    tape.now_s += 1
    tape.call("banking.accounts", status=503)
    tape.hook("refresh", status=502)


def redirect_alone(tape: JournalBuilder) -> None:
    """The redirect may lead to a page for logging in."""
    tape.now_s += 1
    tape.hook("refresh", status=302, took_s=0.5)


def redirect_after_a_failure(tape: JournalBuilder) -> None:
    """One of two reads fails, and the redirect may lead to a page that says so."""
    tape.now_s += 1
    tape.call("banking.accounts")
    tape.call("banking.transactions", status=503)
    tape.hook("refresh", status=302, took_s=1.0)


def of_another_consent(tape: JournalBuilder) -> None:
    """The event names another consent."""
    tape.deliver_event("consent.revoked", consent="arr9")


@pytest.mark.parametrize(
    "notify",
    [
        without_notice,
        refused_event,
        too_soon,
        reads_later,
        api_was_down,
        redirect_alone,
        redirect_after_a_failure,
        of_another_consent,
    ],
)
def test_an_app_that_does_not_know_of_the_end_is_not_judged(tape: JournalBuilder, notify: Notice) -> None:
    """It received no event and no API response that shows the end."""
    end(tape)
    notify(tape)
    tape.effects({"transactions": [row("a")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_refusal_proves_nothing_while_another_consent_is_active(tape: JournalBuilder) -> None:
    """The 403 may have another reason."""
    end(tape)
    tape.consent("arr2")
    by_refusal(tape)
    tape.effects({"transactions": [row("a")]})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_busy_app_is_not_judged(tape: JournalBuilder) -> None:
    """It may still delete the rows."""
    end(tape)
    by_event(tape)
    tape.effects({"transactions": [row("a")]}, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("consents", [(), ("arr1",)])
def test_without_an_ended_consent_the_result_is_inconclusive(tape: JournalBuilder, consents: tuple[str, ...]) -> None:
    """No consent has ended."""
    for consent in consents:
        tape.consent(consent)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_never_showed_a_row_proves_nothing(tape: JournalBuilder) -> None:
    """The state showed no row before and shows none afterwards."""
    tape.consent("arr1")
    tape.rows(row("a"))
    tape.consent("arr1", is_active=False)
    by_event(tape)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_rows_that_the_app_reads_again_under_an_older_consent_may_stay(tape: JournalBuilder) -> None:
    """Both consents cover the row, and the app reads it again after the newer one has ended."""
    tape.consent("arr2")
    end(tape)
    tape.deliver_event("consent.revoked", consent="arr1")
    body = msgspec.json.encode({"transactions": [row("a", "arr2")]})
    tape.call("banking.transactions", response_body=body)
    tape.effects({"transactions": [row("a", "arr2")]})

    assert PROBE.examine(tape.journal).verdict is not Verdict.FAIL


def restart_beside_twin(tape: JournalBuilder, *, is_active: bool = True) -> None:
    """The app shows a row of a twin too; the consent ends, the event arrives, and the app restarts."""
    tape.consent("arr7", participant="twin")
    tape.rows(row("t", "arr7"), participant="twin")
    tape.effects({"transactions": [row("t", "arr7")]}, participant="twin", moment="before")
    end(tape)
    tape.consent("arr7", participant="twin", is_active=is_active)
    by_event(tape)
    tape.restart()


def test_a_revocation_that_a_restart_undoes_fails(tape: JournalBuilder) -> None:
    """The rows were gone before the restart, and are shown again."""
    restart_beside_twin(tape)
    tape.effects({"transactions": [row("a")]})
    tape.effects({"transactions": []}, participant="twin")

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_an_app_that_keeps_no_data_over_a_restart_proves_nothing(tape: JournalBuilder) -> None:
    """The rows of the active consent are gone too."""
    restart_beside_twin(tape)
    tape.effects(None)
    tape.effects(None, participant="twin")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "after the restart, the app's state shows no row of an active consent either"


def test_a_revocation_that_outlasts_a_restart_passes(tape: JournalBuilder) -> None:
    """The rows of the active consent are still shown."""
    restart_beside_twin(tape)
    tape.effects({"transactions": []})
    tape.effects({"transactions": [row("t", "arr7")]}, participant="twin")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_rows_of_a_twin_whose_consent_ended_too_need_not_be_shown(tape: JournalBuilder) -> None:
    """Their absence does not show that the app keeps no data."""
    restart_beside_twin(tape, is_active=False)
    tape.effects({"transactions": []})
    tape.effects({"transactions": []}, participant="twin")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("prepare", [without_notice, JournalBuilder.restart])
def test_without_a_restart_after_the_end_the_rows_of_a_twin_do_not_matter(tape: JournalBuilder, prepare: Notice) -> None:
    """The app may have deleted them for another reason."""
    tape.consent("arr7", participant="twin")
    tape.rows(row("t", "arr7"), participant="twin")
    tape.effects({"transactions": [row("t", "arr7")]}, participant="twin", moment="before")
    prepare(tape)
    tape.wait(1)
    end(tape)
    by_event(tape)
    tape.effects({"transactions": []})
    tape.effects({"transactions": []}, participant="twin")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS
