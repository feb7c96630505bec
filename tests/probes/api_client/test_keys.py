"""The probes of key rotation: the app uses only the key in its environment, and keeps working."""

import msgspec
import pytest

from fiskil_harness.journal import Declared, KeyInUse
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import SurvivesRotation, UsesConfiguredKey, Verdict


def start_with_key(tape: JournalBuilder, secret: str, *, is_in_env: bool = True) -> None:
    """The app was started with this secret."""
    tape.journal.write(KeyInUse(at_s=tape.now_s, client_secret=secret, is_in_env=is_in_env))


def request_token(tape: JournalBuilder, secret: str, *, status: int = 200) -> None:
    """The app requested a token."""
    body = msgspec.json.encode({"client_id": "c", "client_secret": secret})
    tape.call("token", status=status, request_body=body)


def rotate_key(tape: JournalBuilder, *, refresh: int = 200, call: int = 200) -> None:
    """The first key was revoked, and the app was requested to read."""
    tape.key("rotated")
    tape.call("banking.accounts", status=call)
    tape.wait(1)
    tape.hook("refresh", status=refresh)


def test_using_only_the_new_key_passes(tape: JournalBuilder) -> None:
    """Token requests before the new start do not count."""
    start_with_key(tape, "first")
    request_token(tape, "first")
    start_with_key(tape, "second")
    request_token(tape, "second")

    assert UsesConfiguredKey().examine(tape.build()).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("secret", "key"),
    [("first", "its previous API key"), ("pasted", "an API key that is not in its environment")],
)
def test_another_key_fails_and_is_not_displayed(tape: JournalBuilder, secret: str, key: str) -> None:
    """It fails even if the right key follows."""
    start_with_key(tape, "first")
    start_with_key(tape, "second")
    request_token(tape, secret, status=401)
    request_token(tape, "second")

    finding = UsesConfiguredKey().examine(tape.build())

    assert finding.verdict is Verdict.FAIL
    assert finding.observed == f"the app sent {key} after it was started with a new one"
    assert "pasted" not in finding.observed + "".join(finding.evidence)


def test_without_a_token_request_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The app may still use a token that it stored."""
    start_with_key(tape, "first")
    start_with_key(tape, "second")

    assert UsesConfiguredKey().examine(tape.build()).verdict is Verdict.INCONCLUSIVE


def test_a_key_outside_the_environment_is_inconclusive(tape: JournalBuilder) -> None:
    """The config names no environment variable for the secret."""
    start_with_key(tape, "first", is_in_env=False)
    start_with_key(tape, "second", is_in_env=False)
    request_token(tape, "mine")

    assert UsesConfiguredKey().examine(tape.build()).hook == "{client_secret} in [app.env]"


def test_the_repr_of_a_key_hides_its_secret() -> None:
    """A failing assertion prints the values that it compares."""
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
def test_keys_must_not_be_too_old(tape: JournalBuilder, stated: Declared, verdict: Verdict) -> None:
    """The config states the age of the key, or the days between rotations."""
    tape.journal.write(stated)
    rotate_key(tape)

    assert SurvivesRotation().examine(tape.journal).verdict is verdict


def test_an_app_that_stops_working_fails(tape: JournalBuilder) -> None:
    """It had a second key and did not use it."""
    tape.journal.write(Declared(rotate_days=90))
    rotate_key(tape, refresh=502, call=401)

    assert SurvivesRotation().examine(tape.journal).verdict is Verdict.FAIL


@pytest.mark.parametrize(("refresh", "verdict"), [(502, Verdict.FAIL), (200, Verdict.PASS)])
def test_an_app_that_works_in_part_is_judged_by_its_refreshes(tape: JournalBuilder, refresh: int, verdict: Verdict) -> None:
    """One call succeeded and another was refused: the app fails if no refresh succeeds any more."""
    tape.journal.write(Declared(rotate_days=90))
    rotate_key(tape, refresh=refresh, call=401)
    tape.call("banking.balances")

    assert SurvivesRotation().examine(tape.journal).verdict is verdict


def test_an_app_that_did_not_work_before_is_inconclusive(tape: JournalBuilder) -> None:
    """Its refreshes failed also while the first key was valid."""
    tape.journal.write(Declared(rotate_days=90))
    tape.hook("refresh", status=500)
    tape.wait(1)
    rotate_key(tape, refresh=500, call=401)

    assert SurvivesRotation().examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_without_a_rotation_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """The first key is still valid."""
    tape.call("banking.accounts")

    assert SurvivesRotation().examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_a_refresh_without_an_api_call_proves_nothing(tape: JournalBuilder) -> None:
    """The app may have read the data just before."""
    tape.journal.write(Declared(rotate_days=90))
    tape.key("rotated")
    tape.wait(1)
    tape.hook("refresh", status=200)

    assert SurvivesRotation().examine(tape.journal).verdict is Verdict.INCONCLUSIVE
