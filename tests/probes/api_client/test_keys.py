"""The probes of a key's rotation: the key of the environment and no other, and work that goes on."""

import msgspec
import pytest

from fiskil_harness.journal import Declared, KeyInUse
from fiskil_harness.probes import SurvivesRotation, UsesConfiguredKey, Verdict
from tests.probes.tape import Tape


def given(tape: Tape, secret: str, *, is_told: bool = True) -> None:
    """The app was started with this secret."""
    tape.journal.write(KeyInUse(at_s=tape.now_s, client_secret=secret, is_in_env=is_told))


def exchanged(tape: Tape, secret: str, *, status: int = 200) -> None:
    """The app asked for a token."""
    body = msgspec.json.encode({"client_id": "c", "client_secret": secret})
    tape.call("token", status=status, request_body=body)


def rotated(tape: Tape, *, refresh: int = 200, call: int = 200) -> None:
    """The first key ended, and the app was asked to read."""
    tape.key("rotated")
    tape.call("banking.accounts", status=call)
    tape.wait(1)
    tape.hook("refresh", status=refresh)


def test_the_new_key_alone_passes(tape: Tape) -> None:
    """What was presented before counts for nothing."""
    given(tape, "first")
    exchanged(tape, "first")
    given(tape, "second")
    exchanged(tape, "second")

    assert UsesConfiguredKey().examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("presented", "words"),
    [("first", "the key that it had before"), ("pasted", "a key that is in no environment of its")],
)
def test_another_key_fails_and_is_not_shown(tape: Tape, presented: str, words: str) -> None:
    """Though the right one follows."""
    given(tape, "first")
    given(tape, "second")
    exchanged(tape, presented, status=401)
    exchanged(tape, "second")

    finding = UsesConfiguredKey().examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == f"the app presented {words}, after it was started with another"
    assert "pasted" not in finding.observed + "".join(finding.evidence)


def test_no_exchange_proves_nothing(tape: Tape) -> None:
    """It may live on a token that it kept."""
    given(tape, "first")
    given(tape, "second")

    assert UsesConfiguredKey().examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_with_its_key_from_elsewhere_is_not_accused(tape: Tape) -> None:
    """The config names no place for the secret."""
    given(tape, "first", is_told=False)
    given(tape, "second", is_told=False)
    exchanged(tape, "mine")

    assert UsesConfiguredKey().examine(tape.journal).hook == "{client_secret} in [app.env]"


def test_a_key_has_no_readable_form() -> None:
    """A failing assertion prints what it compares."""
    assert repr(KeyInUse(client_secret="fsk_x")) == "KeyInUse(is_in_env=True)"


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        (Declared(rotate_days=90), Verdict.PASS),
        (Declared(key_age_days=3), Verdict.PASS),
        (Declared(key_age_days=91), Verdict.FAIL),
        (Declared(rotate_days=365, key_age_days=3), Verdict.FAIL),
        (Declared(), Verdict.INCONCLUSIVE),
    ],
)
def test_keys_must_be_young(tape: Tape, stated: Declared, verdict: Verdict) -> None:
    """By the day they were made, or by the team's rule."""
    tape.journal.write(stated)
    rotated(tape)

    assert SurvivesRotation().examine(tape.journal).verdict is verdict


def test_an_app_that_works_no_more_fails(tape: Tape) -> None:
    """It was given the second key and did not use it."""
    tape.journal.write(Declared(rotate_days=90))
    rotated(tape, refresh=502, call=401)

    assert SurvivesRotation().examine(tape.journal).verdict is Verdict.FAIL


def test_without_a_rotation_there_is_nothing_to_survive(tape: Tape) -> None:
    """The first key lives."""
    tape.call("banking.accounts")

    assert SurvivesRotation().examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_that_answers_without_calling_proves_nothing(tape: Tape) -> None:
    """It may have read a moment ago."""
    tape.journal.write(Declared(rotate_days=90))
    tape.key("rotated")
    tape.wait(1)
    tape.hook("refresh", status=200)

    assert SurvivesRotation().examine(tape.journal).verdict is Verdict.INCONCLUSIVE
