"""keeps_secrets_to_itself: responses, pages, metrics and alerts contain no secret; a file with a secret gives advice."""

import pytest

from fiskil_harness.journal import Delivery, Effects, Entry, FileWritten, HookCall, Reported, Visit
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import KeepsSecretsOutOfLogs, KeepsSecretsToItself, Verdict

PROBE = KeepsSecretsToItself()
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJhYmMifQ.c2lnNmF0dXJlLW9mLXRoZS10b2tlbg"
SECRET = "fsk_q7Rt2LmX9vBz4KpD8sWn3JhY6cFg1TxQ5aEu0oIi7RkMbVZd"
NUMBER = "482915637"

DELIVERY = {"event": "e0", "participant": "", "message_id": "m", "attempt": 1, "outcome": "ack", "status": 200}
LEAKS: dict[str, Entry] = {
    "the access token is in the response to refresh": HookCall(
        hook="refresh", participant="", status=200, body=f'{{"token":"{TOKEN}"}}'.encode()
    ),
    "a part of the client secret is in the page callback": Visit(
        participant="", page="callback", status=200, body=f"key {SECRET[:20]}".encode()
    ),
    "the client secret is in the response to app.observe.effects": Effects(
        participant="", moment="end", state={"settings": [SECRET]}
    ),
    "the client secret is in the response to a delivery": Delivery(
        **DELIVERY, response_body=b"no", response_headers=(("x", SECRET),)
    ),
    "the client secret in another letter case is in the response to a delivery": Delivery(
        **DELIVERY, response_body=b"no", response_headers=((SECRET.lower(), "x"),)
    ),
    "the access token is in metrics": Reported(place="metrics", text=f'calls{{token="{TOKEN}"}} 1'.encode()),
    "the account number is in an alert": Reported(place="an alert", text=f"account {NUMBER}".encode()),
}
HARMLESS: dict[str, Entry] = {
    "a page with the owner's account number": Visit(participant="", page="callback", status=200, body=NUMBER.encode()),
    "the state of an account": Effects(participant="", moment="end", state={"account": NUMBER}),
    "another's page": Visit(participant="", page="bank", status=200, body=SECRET.encode(), is_elsewhere=True),
    "a masked key": HookCall(hook="refresh", participant="", status=200, body=f"{SECRET[:8]}...{SECRET[-4:]}".encode()),
    "metrics": Reported(place="metrics", text=b'calls{endpoint="GET /v1/x"} 48291563'),
}


@pytest.fixture
def used(tape: JournalBuilder) -> JournalBuilder:
    """An app that got a token and sent one response."""
    tape.call("token")
    tape.canaries(access_token=TOKEN, client_secret=SECRET, account_number=NUMBER)
    tape.hook("refresh")
    tape.journal.write(HookCall(hook="revoke", participant="", status=200, body=b"{}"))
    return tape


@pytest.mark.parametrize("observed", LEAKS)
def test_a_leaked_secret_is_found(used: JournalBuilder, observed: str) -> None:
    """The place and the reader do not matter."""
    used.journal.write(LEAKS[observed])

    finding = PROBE.examine(used.build())

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, observed)


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_content_passes(used: JournalBuilder, name: str) -> None:
    """End users see their own accounts, and a mask hides the secret."""
    used.journal.write(HARMLESS[name])

    finding = PROBE.examine(used.build())

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())
    assert finding.observed == "the app's responses, pages and reports contain no secret"


def test_a_database_with_a_token_is_advice(used: JournalBuilder) -> None:
    """It is allowed, but it is a risk."""
    used.journal.write(FileWritten(name="app.db", text=b"\0\1" + TOKEN.encode(), is_log=False))

    finding = PROBE.examine(used.build())

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("app.db contains the access token: anyone with the file has access",)
    assert KeepsSecretsOutOfLogs().examine(used.build()).verdict is Verdict.INCONCLUSIVE


def test_a_file_with_the_name_of_a_log_is_a_log(used: JournalBuilder) -> None:
    """It is judged as a log."""
    used.journal.write(FileWritten(name="debug.log", text=TOKEN.encode(), is_log=True))

    finding = KeepsSecretsOutOfLogs().examine(used.build())

    assert (finding.verdict, finding.observed) == (Verdict.FAIL, "the access token is in debug.log")


def test_unread_files_are_inconclusive(used: JournalBuilder) -> None:
    """There were too many files."""
    used.output(b"started")
    used.journal.write(FileWritten(name="its folder", text=b"", is_log=True, problem="there are too many files"))

    assert KeepsSecretsOutOfLogs().examine(used.build()).verdict is Verdict.INCONCLUSIVE


def test_unread_data_files_are_advice(used: JournalBuilder) -> None:
    """They are no logs, so the verdict about the logs does not depend on them."""
    used.output(b"started")
    used.journal.write(FileWritten(name="its folder", text=b"", is_log=False, problem="there are too many files"))

    finding = PROBE.examine(used.build())

    assert KeepsSecretsOutOfLogs().examine(used.build()).verdict is Verdict.PASS
    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("its folder was not searched completely: there are too many files",)


@pytest.mark.parametrize("place", ["metrics", "an alert", "telemetry"])
def test_incompletely_read_reports_are_inconclusive(used: JournalBuilder, place: str) -> None:
    """The rest may contain a secret; a secret in the part that was read still fails."""
    used.journal.write(Reported(place=place, text=b"up 1", problem="its gzip has no end"))
    incomplete = PROBE.examine(used.build())
    used.journal.write(Reported(place=place, text=TOKEN.encode(), problem="its gzip has no end"))

    assert (incomplete.verdict, incomplete.observed) == (
        Verdict.INCONCLUSIVE,
        f"not all of {place} was read: its gzip has no end",
    )
    assert PROBE.examine(used.build()).verdict is Verdict.FAIL


def test_an_app_without_responses_and_reports_is_inconclusive(tape: JournalBuilder) -> None:
    """There is nothing to search."""
    tape.call("token")

    finding = PROBE.examine(tape.build())

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.metrics")
    assert finding.observed == "the app returned and reported nothing that the harness can read"


def test_an_app_without_secrets_is_inconclusive(tape: JournalBuilder) -> None:
    """It had no secret to leak."""
    tape.journal.write(Reported(place="metrics", text=b"up 1"))

    finding = PROBE.examine(tape.build())

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == "no API call and no message of the scenario carried a secret"


def test_each_kind_of_response_counts_once(used: JournalBuilder) -> None:
    """The number of responses of a kind depends on timing, and an empty one was not searched."""
    for number in range(2):
        used.deliver(f"e{number}", response_body=b"ok")
    used.visit("callback", body=b"Connected")
    used.visit("connect")
    used.effects(None)

    assert PROBE.examine(used.build()).examined == 3


def test_an_app_with_reports_alone_is_judged_by_them(tape: JournalBuilder) -> None:
    """The number of alerts depends on timing, so all reports together count as one place."""
    tape.call("token")
    tape.canaries(access_token=TOKEN)
    for place in ("metrics", "an alert"):
        tape.write(Reported(place=place, text=b"up 1"))

    finding = PROBE.examine(tape.build())

    assert (finding.verdict, finding.examined) == (Verdict.PASS, 1)


def test_every_place_of_a_leak_is_evidence(used: JournalBuilder) -> None:
    """The finding names the first one, and a file with the secret is still only a risk."""
    used.write(LEAKS["the access token is in metrics"])
    used.write(LEAKS["the account number is in an alert"])
    used.write(FileWritten(name="app.db", text=TOKEN.encode(), is_log=False))

    finding = PROBE.examine(used.build())

    assert finding.evidence == ("an alert: the account number", "metrics: the access token")
    assert finding.advice == ("app.db contains the access token: anyone with the file has access",)


def test_the_finding_does_not_contain_the_secret(used: JournalBuilder) -> None:
    """A report about a leak must not be a leak itself."""
    used.journal.write(LEAKS["a part of the client secret is in the page callback"])

    assert SECRET[8:17] not in repr(PROBE.examine(used.build()))
