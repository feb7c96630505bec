"""keeps_secrets_out_of_logs: a secret is found in every encoding, and the finding never contains it."""

import base64
import json
from urllib.parse import quote

import pytest

from fiskil_harness.journal import Delivery
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import KeepsSecretsOutOfLogs, Verdict

PROBE = KeepsSecretsOutOfLogs()
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJhYmMifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
KEY = bytes(range(180, 220))
WEBHOOK_SECRET = base64.b64encode(KEY).decode()
SECRET = "fsk_1234567890abcdefghijklmnopqrstuvwxyz"
NUMBER = "123456789"
FORMS = {
    "plain": SECRET.encode(),
    "token": f"authorization: Bearer {TOKEN}".encode(),
    "webhook secret": WEBHOOK_SECRET.encode(),
    "key bytes": KEY,
    "key in hex": KEY.hex().encode(),
    "URL-encoded": quote(WEBHOOK_SECRET, safe="").encode(),
    "JSON-escaped": json.dumps(WEBHOOK_SECRET).replace("/", "\\/").encode(),
    "base64": base64.b64encode(SECRET.encode()),
    "basic authorization": base64.b64encode(f"client-1:{SECRET}".encode()),
    "base64 for URLs": base64.urlsafe_b64encode(b"ab" + WEBHOOK_SECRET.encode()),
    "account number": f"account={NUMBER};".encode(),
}


def write_log(tape: JournalBuilder, text: bytes) -> None:
    """Record a scenario in which a token was requested and *text* was logged."""
    tape.call("token")
    tape.canaries(access_token=TOKEN, client_secret=SECRET, webhook_secret=WEBHOOK_SECRET, account_number=NUMBER)
    tape.output(b"starting\n" + text + b"\n")


@pytest.mark.parametrize("form", FORMS)
def test_every_encoding_is_found(tape: JournalBuilder, form: str) -> None:
    """Logs contain secrets in several encodings."""
    write_log(tape, FORMS[form])

    finding = PROBE.examine(tape.build())

    assert finding.verdict is Verdict.FAIL
    assert all(line.startswith("output: the ") for line in finding.evidence)


@pytest.mark.parametrize("form", FORMS)
def test_the_finding_does_not_contain_the_secret(tape: JournalBuilder, form: str) -> None:
    """A report about a leak must not be a leak itself."""
    write_log(tape, FORMS[form])

    text = repr(PROBE.examine(tape.build())) + repr(list(tape.journal)[-2])

    assert not any(value in text for value in (SECRET, TOKEN, WEBHOOK_SECRET, NUMBER, KEY.hex()))


def test_the_finding_names_kind_and_place(tape: JournalBuilder) -> None:
    """Kind and place are enough to locate it; a line number would differ between runs."""
    write_log(tape, FORMS["plain"])

    finding = PROBE.examine(tape.build())

    assert finding.observed == "the client secret is in output"
    assert finding.evidence == ("output: the client secret",)


@pytest.mark.parametrize("text", [b"token exchanged", b"id=9123456789", b"secret=fsk_123...", b"last digits 6789"], ids=repr)
def test_harmless_lines_pass(tape: JournalBuilder, text: bytes) -> None:
    """Prefixes, last digits and longer numbers are no leak."""
    write_log(tape, text)

    assert PROBE.examine(tape.build()).verdict is Verdict.PASS


def test_an_app_without_output_is_inconclusive(tape: JournalBuilder) -> None:
    """The harness may not be able to read the app's log; the finding names the hook."""
    write_log(tape, b"")
    silent = JournalBuilder()
    silent.call("token")
    silent.output(b"  \n")

    finding = PROBE.examine(silent.build())

    assert (finding.verdict, finding.hook) == (Verdict.INCONCLUSIVE, "app.observe.logs")


def test_without_secrets_in_use_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """An app that made no call had no secret."""
    tape.output(b"hello\n")

    assert PROBE.examine(tape.build()).verdict is Verdict.INCONCLUSIVE


def test_a_missing_log_is_inconclusive(tape: JournalBuilder) -> None:
    """The config names the log, so other output does not replace it."""
    write_log(tape, b"token exchanged")
    tape.output(b"", place="app.log", problem="is not there")

    finding = PROBE.examine(tape.build())

    assert (finding.verdict, finding.hook, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "app.observe.logs",
        "app.log is not there",
    )


def test_a_secret_in_the_rest_of_a_log_fails(tape: JournalBuilder) -> None:
    """An incomplete log can still contain a secret."""
    write_log(tape, b"token exchanged")
    tape.output(SECRET.encode(), place="app.log", problem="was cut")

    assert PROBE.examine(tape.build()).verdict is Verdict.FAIL


@pytest.mark.parametrize(("text", "verdict"), [(b"got a message", Verdict.PASS), (NUMBER.encode(), Verdict.FAIL)])
def test_account_numbers_in_a_message_are_secrets_in_use(tape: JournalBuilder, text: bytes, verdict: Verdict) -> None:
    """The receiver calls no API, but acknowledged a message with account numbers."""
    tape.canaries(account_number=NUMBER)
    tape.journal.write(
        Delivery(event="e0", participant="", message_id="m", attempt=1, name="account_numbers", outcome="ack")
    )
    tape.output(text)

    assert PROBE.examine(tape.build()).verdict is verdict
