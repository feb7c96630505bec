"""keeps_secrets_to_itself: answers, pages, metrics and alerts tell no secret; a database that holds one is worth advice."""

import pytest

from fiskil_harness.journal import Delivery, Effects, Entry, Filed, HookCall, Reported, Visit
from fiskil_harness.probes import KeepsSecretsOutOfLogs, KeepsSecretsToItself, Verdict
from tests.probes.tape import Tape

PROBE = KeepsSecretsToItself()
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJhYmMifQ.c2lnNmF0dXJlLW9mLXRoZS10b2tlbg"
SECRET = "fsk_q7Rt2LmX9vBz4KpD8sWn3JhY6cFg1TxQ5aEu0oIi7RkMbVZd"
NUMBER = "482915637"

DELIVERY = {"event": "e0", "participant": "", "message_id": "m", "attempt": 1, "outcome": "ack", "status": 200}
TOLD: dict[str, Entry] = {
    "the access token stands in the answer to refresh": HookCall(
        hook="refresh", participant="", status=200, body=f'{{"token":"{TOKEN}"}}'.encode()
    ),
    "a part of the client secret stands in the page callback": Visit(
        participant="", page="callback", status=200, body=f"key {SECRET[:20]}".encode()
    ),
    "the client secret stands in the answer to app.observe.effects": Effects(
        participant="", moment="end", state={"settings": [SECRET]}
    ),
    "the client secret stands in the answer to a delivery": Delivery(
        **DELIVERY, response_body=b"no", response_headers=(("x", SECRET),)
    ),
    "the access token stands in metrics": Reported(place="metrics", text=f'calls{{token="{TOKEN}"}} 1'.encode()),
    "the account number stands in an alert": Reported(place="an alert", text=f"account {NUMBER}".encode()),
}
LAWFUL: dict[str, Entry] = {
    "a page with the owner's account number": Visit(participant="", page="callback", status=200, body=NUMBER.encode()),
    "the state of an account": Effects(participant="", moment="end", state={"account": NUMBER}),
    "another's page": Visit(participant="", page="bank", status=200, body=SECRET.encode(), is_elsewhere=True),
    "a masked key": HookCall(hook="refresh", participant="", status=200, body=f"{SECRET[:8]}...{SECRET[-4:]}".encode()),
    "metrics": Reported(place="metrics", text=b'calls{endpoint="GET /v1/x"} 48291563'),
}


@pytest.fixture
def used(tape: Tape) -> Tape:
    """An app that got a token, and answered once."""
    tape.call("token")
    tape.canaries(access_token=TOKEN, client_secret=SECRET, account_number=NUMBER)
    tape.hook("refresh")
    tape.journal.write(HookCall(hook="revoke", participant="", status=200, body=b"{}"))
    return tape


@pytest.mark.parametrize("seen", TOLD)
def test_a_secret_that_is_told_is_found(used: Tape, seen: str) -> None:
    """Wherever it was told, and to whom."""
    used.journal.write(TOLD[seen])

    finding = PROBE.examine(used.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, seen)


@pytest.mark.parametrize("what", LAWFUL)
def test_what_is_lawful_passes(used: Tape, what: str) -> None:
    """People see their own accounts, and a mask hides."""
    used.journal.write(LAWFUL[what])

    finding = PROBE.examine(used.journal)

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())


def test_a_database_with_a_token_is_worth_advice(used: Tape) -> None:
    """It may be lawful, and it is a risk."""
    used.journal.write(Filed(name="app.db", text=b"\0\1" + TOKEN.encode(), is_log=False))

    finding = PROBE.examine(used.journal)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("app.db holds the access token: whoever gets the file gets in",)
    assert KeepsSecretsOutOfLogs().examine(used.journal).verdict is Verdict.INCONCLUSIVE


def test_a_log_of_its_own_is_a_log(used: Tape) -> None:
    """A file that is called as logs are is judged as one."""
    used.journal.write(Filed(name="debug.log", text=TOKEN.encode(), is_log=True))

    finding = KeepsSecretsOutOfLogs().examine(used.journal)

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "the access token stands in debug.log")


def test_files_that_were_not_read_prove_nothing(used: Tape) -> None:
    """There were too many of them."""
    used.output(b"started")
    used.journal.write(Filed(name="its folder", text=b"", is_log=True, problem="there are too many files"))

    assert KeepsSecretsOutOfLogs().examine(used.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("place", ["metrics", "an alert", "telemetry"])
def test_what_was_not_read_as_a_whole_proves_nothing(used: Tape, place: str) -> None:
    """A secret may stand in the rest; one in what was read is one."""
    used.journal.write(Reported(place=place, text=b"up 1", problem="its gzip has no end"))
    doubt = PROBE.examine(used.journal)
    used.journal.write(Reported(place=place, text=TOKEN.encode(), problem="its gzip has no end"))

    assert (doubt.verdict, doubt.observed) == (Verdict.INCONCLUSIVE, f"not all of {place} was read: its gzip has no end")
    assert PROBE.examine(used.journal).verdict is Verdict.FAIL


def test_an_app_that_told_nothing_proves_nothing(tape: Tape) -> None:
    """Nothing was answered, shown or reported."""
    tape.call("token")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_an_app_without_secrets_proves_nothing(tape: Tape) -> None:
    """It had none to tell."""
    tape.journal.write(Reported(place="metrics", text=b"up 1"))

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


def test_the_finding_does_not_repeat_the_secret(used: Tape) -> None:
    """A report about a leak is no leak itself."""
    used.journal.write(TOLD["a part of the client secret stands in the page callback"])

    assert SECRET[8:17] not in repr(PROBE.examine(used.journal))
