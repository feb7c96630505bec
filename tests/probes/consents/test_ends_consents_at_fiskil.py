"""ends_consents_at_fiskil: who disconnects in the app has revoked their consents, not only a flag."""

import pytest

from fiskil_harness.probes import EndsConsentsAtFiskil, Verdict
from tests.probes.tape import Tape

PROBE = EndsConsentsAtFiskil()


def connected(tape: Tape, *consents: str) -> None:
    """The app was told of these consents."""
    for text in consents or ("arr1",):
        tape.consent(text)
        tape.told("consent.received", consent=text)
    tape.wait(1)


def test_a_flag_of_its_own_fails(tape: Tape) -> None:
    """The app says yes, and called nothing."""
    connected(tape)
    tape.hook("revoke")
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.FAIL,
        "1 of 1 consents were not revoked at Fiskil when the end user disconnected",
    )


def test_one_of_two_fails(tape: Tape) -> None:
    """Every consent had to go."""
    connected(tape, "arr1", "arr2")
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")
    tape.hook("revoke", took_s=0.5)
    tape.effects({})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.examined) == (Verdict.FAIL, 2)


@pytest.mark.parametrize(
    ("route", "path"), [("consents.revoke", "/v1/consent/arr1"), ("end_users.delete", "/v1/end-users/eu_alice")]
)
def test_a_consent_that_was_revoked_passes(tape: Tape, route: str, path: str) -> None:
    """By itself, or with its end user."""
    connected(tape)
    tape.call(route, status=204, path=path)
    tape.hook("revoke", took_s=0.5)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_app_that_revokes_a_moment_later_passes(tape: Tape) -> None:
    """It answered first and did the work then."""
    connected(tape)
    tape.hook("revoke", status=202)
    tape.call("consents.revoke", status=204, path="/v1/consent/arr1")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize("status", [302, 404, 502, None])
def test_an_app_that_says_no_is_not_accused(tape: Tape, status: int | None) -> None:
    """It did not claim to have disconnected anybody."""
    connected(tape)
    tape.hook("revoke", status=status)
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_consent_that_the_app_never_heard_of_is_left_out(tape: Tape) -> None:
    """It cannot revoke what it does not know."""
    tape.consent("arr1")
    tape.wait(1)
    tape.hook("revoke")
    tape.effects({})

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_at_work_is_not_accused(tape: Tape) -> None:
    """The call may come yet."""
    connected(tape)
    tape.hook("revoke")
    tape.effects({}, pending=1, is_idle=False)

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_nobody_can_ask_is_not_accused(tape: Tape) -> None:
    """Whether it is at rest is not known."""
    connected(tape)
    tape.hook("revoke")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
