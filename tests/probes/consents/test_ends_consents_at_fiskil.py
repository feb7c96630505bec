"""ends_consents_at_fiskil: a disconnect in the app revokes the consents at Fiskil and does not only set a flag."""

import pytest

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import EndsConsentsAtFiskil, Verdict

PROBE = EndsConsentsAtFiskil()


def connect(tape: JournalBuilder, *consents: str) -> None:
    """The app was notified of these consents."""
    for text in consents or ("arr1",):
        tape.consent(text)
        tape.deliver_event("consent.received", consent=text)
    tape.wait(1)


def test_a_flag_in_the_app_alone_fails(tape: JournalBuilder) -> None:
    """The app reports success and made no call."""
    connect(tape)
    tape.hook("revoke")
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "1 of 1 consents were not revoked at Fiskil when the end user disconnected",
    )
    assert finding.evidence == ("no DELETE of the consent returned 2xx",)


FIRST, SECOND = (JournalBuilder.transaction(name, arrangement_id=name) for name in ("arr1", "arr2"))


@pytest.mark.parametrize(
    ("state", "is_connected", "verdict"),
    [
        ([SECOND], False, Verdict.FAIL),
        ([], None, Verdict.FAIL),
        ([SECOND], True, Verdict.PASS),
        ([SECOND], None, Verdict.PASS),
        ([], True, Verdict.PASS),
    ],
)
def test_the_app_and_fiskil_must_agree_on_a_consent_that_is_left(
    tape: JournalBuilder, state: list[object], is_connected: bool | None, verdict: Verdict
) -> None:
    """An app may end one of two consents for each request, but must not treat both as ended then."""
    connect(tape, "arr1", "arr2")
    tape.rows(FIRST, SECOND)
    tape.effects([FIRST, SECOND], moment="before")
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")
    tape.hook("revoke", took_s=0.5)
    tape.consent("arr1", is_active=False)
    tape.effects(state, is_connected=is_connected)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_state_without_rows_or_connection_shows_nothing_of_a_consent_that_is_left(tape: JournalBuilder) -> None:
    """The app revoked one of two consents, and nothing shows how it treats the other."""
    connect(tape, "arr1", "arr2")
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")
    tape.hook("revoke", took_s=0.5)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("route", "path"), [("consents.revoke", "/v1/consent/arr1"), ("end_users.delete", "/v1/end-users/eu-alice")]
)
def test_a_revoked_consent_passes(tape: JournalBuilder, route: str, path: str) -> None:
    """Revoking the consent and deleting its end user both pass."""
    connect(tape)
    tape.call(route, status=204, path=path)
    tape.hook("revoke", took_s=0.5)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [302, 303])
def test_a_redirect_after_the_revocation_passes(tape: JournalBuilder, status: int) -> None:
    """An app with HTML forms leads to its next page."""
    connect(tape)
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")
    tape.hook("revoke", status=status, took_s=0.5)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("route", ["banking.accounts", "consents.revoke"])
def test_a_redirect_alone_is_not_judged(tape: JournalBuilder, route: str) -> None:
    """It may lead to a page for logging in, while the app reads data, or after a revocation that failed."""
    connect(tape)
    tape.call(route, status=503 if route == "consents.revoke" else 200, path="/v1/consent/arr1")
    tape.hook("revoke", status=302, took_s=0.5)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_redirect_after_one_of_two_revocations_is_not_judged(tape: JournalBuilder) -> None:
    """It may lead to a page with the failure, so the app did not say that it was done."""
    connect(tape, "arr1", "arr2")
    tape.call("consents.revoke", status=503, path="/v1/consent/arr1")
    tape.call("consents.revoke", status=204, path="/v1/consent/arr2")
    tape.hook("revoke", status=302, took_s=1.0)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_revokes_a_moment_later_passes(tape: JournalBuilder) -> None:
    """It responds first and revokes afterwards."""
    connect(tape)
    tape.hook("revoke", status=202)
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [302, 404, 502, None])
def test_an_app_that_reports_no_success_is_not_judged(tape: JournalBuilder, status: int | None) -> None:
    """It did not report a disconnect."""
    connect(tape)
    tape.hook("revoke", status=status)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_consent_that_the_app_was_not_notified_of_is_left_out(tape: JournalBuilder) -> None:
    """The app cannot revoke a consent that it does not know."""
    tape.consent("arr1")
    tape.wait(1)
    tape.hook("revoke")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_busy_app_is_not_judged(tape: JournalBuilder) -> None:
    """The call may still follow."""
    connect(tape)
    tape.hook("revoke")
    tape.effects({}, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_without_effects_hook_is_not_judged(tape: JournalBuilder) -> None:
    """Nothing shows if the app is idle."""
    connect(tape)
    tape.hook("revoke")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_failed_revocation_that_is_reported_as_done_fails(tape: JournalBuilder) -> None:
    """The app reports success and no pending work, and the consent is still active."""
    connect(tape)
    tape.call("consents.revoke", status=503, path="/v1/consent/arr1", bites=("Status(status=503)",))
    tape.hook("revoke", took_s=0.5)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("status", "pending"), [(202, 0), (200, None)])
def test_an_app_that_may_repeat_a_failed_revocation_is_not_judged(
    tape: JournalBuilder, status: int, pending: int | None
) -> None:
    """It accepted the request for later, or does not report its pending work."""
    connect(tape)
    tape.call("consents.revoke", status=503, path="/v1/consent/arr1", bites=("Status(status=503)",))
    tape.hook("revoke", status=status, took_s=0.5)
    tape.effects({}, pending=pending)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the revocation failed at Fiskil, and the app may repeat it later",
    )


def test_a_revocation_whose_response_was_lost_passes(tape: JournalBuilder) -> None:
    """The API performed it, so the consent has ended."""
    connect(tape)
    tape.call("consents.revoke", status=None, path="/v1/consent/arr1", bites=("ResetBefore()",))
    tape.hook("revoke", took_s=0.5)
    tape.consent("arr1", is_active=False)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_second_request_may_find_the_consent_ended(tape: JournalBuilder) -> None:
    """The first request failed because the response was lost; the second reports success without a call."""
    connect(tape)
    tape.call("consents.revoke", status=None, path="/v1/consent/arr1", bites=("ResetBefore()",))
    tape.hook("revoke", status=502, took_s=0.5)
    tape.consent("arr1", is_active=False)
    tape.wait(1)
    tape.hook("revoke")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


FAILED_REVOCATION = {"status": 503, "path": "/v1/consent/arr1", "bites": ("Status(status=503)",)}


def test_a_disconnect_that_succeeds_after_a_redirect_that_did_not_passes(tape: JournalBuilder) -> None:
    """The first redirect led to a page with the error; the end user tried again."""
    connect(tape)
    tape.call("consents.revoke", **FAILED_REVOCATION)
    tape.hook("revoke", status=303, took_s=0.5)
    tape.wait(1)
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")
    tape.hook("revoke", status=303, took_s=0.5)
    tape.consent("arr1", is_active=False)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_a_second_redirect_may_find_the_consent_ended(tape: JournalBuilder) -> None:
    """The response to the revocation was lost; the second request makes no call."""
    connect(tape)
    tape.call("consents.revoke", status=None, path="/v1/consent/arr1", bites=("ResetBefore()",))
    tape.hook("revoke", status=303, took_s=0.5)
    tape.consent("arr1", is_active=False)
    tape.wait(1)
    tape.hook("revoke", status=303)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_a_revocation_a_moment_after_the_redirect_passes(tape: JournalBuilder) -> None:
    """The app redirects first and revokes afterwards."""
    connect(tape)
    tape.hook("revoke", status=303)
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("bites", [(), ("Status(status=503)",)])
def test_a_redirect_of_an_app_that_counts_the_end_user_as_disconnected_fails(
    tape: JournalBuilder, bites: tuple[str, ...]
) -> None:
    """Its state says that the consent has ended, and it is still active at Fiskil."""
    connect(tape)
    tape.effects({}, moment="before", is_connected=True)
    tape.wait(1)
    tape.call("consents.revoke", **{**FAILED_REVOCATION, "bites": bites})
    tape.hook("revoke", status=303, took_s=0.5)
    tape.effects({}, is_connected=False)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "1 of 1 consents were not revoked at Fiskil when the end user disconnected",
    )


@pytest.mark.parametrize(("pending", "verdict"), [(0, Verdict.FAIL), (None, Verdict.INCONCLUSIVE)])
def test_a_state_that_a_later_message_corrects_counts(tape: JournalBuilder, pending: int | None, verdict: Verdict) -> None:
    """The app had reported that nothing was left to do; without such a report, it may not have been idle."""
    connect(tape)
    tape.effects({}, moment="before", is_connected=True)
    tape.wait(1)
    tape.call("consents.revoke", **FAILED_REVOCATION)
    tape.hook("revoke", status=303, took_s=0.5)
    tape.effects({}, moment="settled", pending=pending, is_connected=False)
    tape.wait(1)
    tape.effects({}, is_connected=True)

    assert PROBE.examine(tape.journal).verdict is verdict


def test_a_consent_that_ends_elsewhere_after_a_redirect_is_not_judged(tape: JournalBuilder) -> None:
    """The institution ended it, so the app's state does not show what the redirect meant."""
    connect(tape)
    tape.effects({}, moment="before", is_connected=True)
    tape.wait(1)
    tape.hook("revoke", status=303)
    tape.consent("arr1", is_active=False)
    tape.effects({}, is_connected=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


REDIRECTED = "the app responded to app.drive.revoke with a redirect, and the consent is still active at Fiskil"


@pytest.mark.parametrize(
    ("is_connected", "observed", "hook"),
    [
        (None, f"{REDIRECTED}; a redirect does not show if the app reported success", "app.observe.connected"),
        (True, REDIRECTED, ""),
    ],
)
def test_the_reason_names_the_redirect(tape: JournalBuilder, is_connected: bool | None, observed: str, hook: str) -> None:
    """A config with app.observe.connected shows if the app counts the end user as disconnected."""
    connect(tape)
    tape.effects({}, moment="before", is_connected=is_connected)
    tape.wait(1)
    tape.call("consents.revoke", **FAILED_REVOCATION)
    tape.hook("revoke", status=303, took_s=0.5)
    tape.effects({}, is_connected=is_connected)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed, finding.hook) == (Verdict.INCONCLUSIVE, observed, hook)


def test_the_reason_names_the_status_of_a_failed_disconnect(tape: JournalBuilder) -> None:
    """The app reported each failure."""
    connect(tape)
    tape.hook("revoke", status=502)
    tape.effects({})

    assert PROBE.examine(tape.journal).observed == "each disconnect failed, the last one with status 502"


def test_a_consent_whose_rows_the_app_marks_as_deleted_is_treated_as_ended(tape: JournalBuilder) -> None:
    """The app keeps the rows of both consents, and marks all of them."""
    connect(tape, "arr1", "arr2")
    tape.rows(FIRST, SECOND)
    tape.effects([{**row, "deleted_at": None} for row in (FIRST, SECOND)], moment="before")
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")
    tape.hook("revoke", took_s=0.5)
    tape.consent("arr1", is_active=False)
    tape.effects([{**row, "deleted_at": "2026-11-30T12:00:00Z"} for row in (FIRST, SECOND)])

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_consent_that_is_left_by_two_disconnects_counts_once(tape: JournalBuilder) -> None:
    """The app revokes one of two consents, and reports success twice."""
    connect(tape, "arr1", "arr2")
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")
    tape.hook("revoke", took_s=0.5)
    tape.consent("arr1", is_active=False)
    tape.wait(1)
    tape.hook("revoke")
    tape.effects({}, is_connected=False)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "1 of 2 consents were not revoked at Fiskil when the end user disconnected",
    )
