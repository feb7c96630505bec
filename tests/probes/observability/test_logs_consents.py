"""logs_consents: the log contains each change of a consent, with its consent or end user."""

from typing import Any

import msgspec
import pytest

from fiskil_harness.journal import Delivery, DeliveryKind, DeliveryOutcome, EventCreated
from fiskil_harness.journal.builder import END_USER, JournalBuilder
from fiskil_harness.probes import LogsConsents, Verdict

PROBE = LogsConsents()


def change(tape: JournalBuilder, kind: str) -> None:
    """Record that the app acknowledged an event about a consent."""
    common = {"event": "e0", "message_id": "m-e0", "participant": ""}
    body = msgspec.json.encode({"data": {"end_user_id": END_USER, "event": kind, "consent_id": "arr_1"}})
    tape.journal.write(EventCreated(kind=kind, publish_time="2026-01-01T00:00:00.000Z", **common))
    tape.journal.write(Delivery(attempt=1, outcome="ack", status=204, body=body, **common))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("consent.received", b"consent arr_1 of eu-alice is active"),
        ("consent.received", b"connected end_user_id=eu-alice consent_id=arr_1"),
        ("consent.updated", b"consent arr_1 of eu-alice: status=active"),
        ("consent.revoked", b"event=consent.revoked arr_1 eu-alice"),
        ("consent.revoked", b"ended the consent of eu-alice"),
    ],
)
def test_a_change_in_any_words_passes(tape: JournalBuilder, kind: str, text: bytes) -> None:
    """The line names the consent, or the end user and the word consent."""
    change(tape, kind)
    tape.output(text + b"\nm-e0 done")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "text", [b"webhook_received message_id=m-e0 end_user_id=eu-alice", b"m-e0 stored", b"m-e0 event=consent.revoked"]
)
def test_a_receipt_alone_fails(tape: JournalBuilder, text: bytes) -> None:
    """The receipt of the message is another practice."""
    change(tape, "consent.revoked")
    tape.output(text)

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("no line about e0: consent.revoked",))


def test_one_id_alone_is_advice(tape: JournalBuilder) -> None:
    """Either id is enough for support."""
    change(tape, "consent.revoked")
    tape.output(b"consent arr_1 revoked")

    finding = PROBE.examine(tape.journal)

    assert finding.advice == ("consent.revoked is logged without both ids, end_user_id and consent_id",)


def test_without_a_consent_event_the_result_is_inconclusive(tape: JournalBuilder) -> None:
    """A sync is no change of a consent."""
    tape.deliver_event("banking.accounts.sync.completed")
    tape.output(b"m-e0")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.observed) == (
        Verdict.INCONCLUSIVE,
        "the app acknowledged no event that changes a consent",
    )


@pytest.mark.parametrize("text", [b"consent arr_1 of eu-alice pending", b"consent arr_1: sender eu-alice, backend ok"])
def test_a_word_within_another_does_not_count(tape: JournalBuilder, text: bytes) -> None:
    """The word "pending" contains "end", but nothing ended."""
    change(tape, "consent.revoked")
    tape.output(text)

    assert PROBE.examine(tape.journal).verdict is Verdict.FAIL


def test_a_message_without_a_consent_id_is_found_by_its_end_user(tape: JournalBuilder) -> None:
    """Some events name only the end user."""
    tape.deliver_event("consent.revoked")
    tape.output(b"the consent of eu-alice was revoked", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def deliver(tape: JournalBuilder, event: str, kind: str, *, published: str) -> None:
    """Record an acknowledged event about the consent ``arr_1``, published at *published* (a time of day)."""
    common = {"event": event, "message_id": f"m-{event}", "participant": ""}
    body = msgspec.json.encode({"data": {"end_user_id": END_USER, "event": kind, "consent_id": "arr_1"}})
    tape.journal.write(EventCreated(kind=kind, publish_time=f"2026-01-01T{published}.000Z", **common))
    tape.journal.write(Delivery(at_s=tape.now_s, attempt=1, outcome="ack", status=204, body=body, **common))
    tape.now_s += 0.05


def test_an_outdated_event_needs_no_line(tape: JournalBuilder) -> None:
    """The consent had already ended when the older event arrived, so nothing changed."""
    deliver(tape, "e1", "consent.revoked", published="10:00:00")
    deliver(tape, "e0", "consent.received", published="09:00:00")
    tape.output(b"consent arr_1 of eu-alice revoked")

    assert PROBE.examine(tape.journal).verdict is Verdict.PASS


def test_an_event_before_a_newer_one_needs_a_line_if_the_app_was_idle_between(tape: JournalBuilder) -> None:
    """The app had processed the first event when the second one arrived."""
    deliver(tape, "e0", "consent.received", published="09:00:00")
    tape.effects({}, moment="settled")
    deliver(tape, "e1", "consent.revoked", published="10:00:00")
    tape.output(b"consent arr_1 of eu-alice revoked")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("no line about e0: consent.received",))


@pytest.mark.parametrize("end", [{"is_idle": False, "pending": 1}, {"applied": {}}])
def test_an_event_that_was_not_processed_needs_no_line(tape: JournalBuilder, end: dict[str, Any]) -> None:
    """The consent has not changed in the app yet."""
    change(tape, "consent.received")
    tape.output(b"m-e0 stored")
    tape.effects({}, **end)

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.INCONCLUSIVE
    assert finding.observed == (
        "no event certainly changed a consent in the app: it has not processed one, or a newer one came first"
    )


def test_an_applied_event_needs_a_line_although_another_message_is_unfinished(tape: JournalBuilder) -> None:
    """One stuck message hides nothing about the others that the app reports as applied."""
    change(tape, "consent.received")
    tape.output(b"m-e0 stored")
    tape.effects({}, is_idle=False, pending=1, applied={"m-e0": 1})

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.evidence) == (Verdict.FAIL, ("no line about e0: consent.received",))


@pytest.mark.parametrize(
    ("text", "verdict"), [("consent arr_1 widerrufen", Verdict.FAIL), ("consent arr_1 wurde blau", Verdict.PASS)]
)
def test_known_words_of_another_change_do_not_report_this_one(tape: JournalBuilder, text: str, verdict: Verdict) -> None:
    """German for "revoked" is known, so the line is not about the update; unknown words may be."""
    change(tape, "consent.updated")
    tape.event("e9", "banking.accounts.sync.completed")
    tape.deliver("e9")
    tape.output(f"{text}\nm-e9 fertig".encode())

    assert PROBE.examine(tape.journal).verdict is verdict


@pytest.mark.parametrize("response", ["refuse", "indeterminate"])
def test_a_newer_event_counts_whatever_its_response(tape: JournalBuilder, response: DeliveryOutcome) -> None:
    """An app may end the consent, and then fail before it responds."""
    revoke(tape, is_newer=True, kind="genuine", outcome=response)
    deliver(tape, "e0", "consent.received", published="09:00:00")
    tape.output(b"consent arr_1 of eu-alice revoked")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(("kind", "verdict"), [("unusual", Verdict.INCONCLUSIVE), ("forged", Verdict.FAIL)])
def test_a_generated_revocation_overtakes_an_event(tape: JournalBuilder, kind: DeliveryKind, verdict: Verdict) -> None:
    """It is signed, so the app may have ended the consent; a forgery ends none."""
    revoke(tape, is_newer=False, kind=kind, outcome="ack")
    deliver(tape, "e0", "consent.received", published="09:00:00")
    tape.output(b"consent arr_1 of eu-alice revoked")

    assert PROBE.examine(tape.journal).verdict is verdict


def revoke(tape: JournalBuilder, *, is_newer: bool, kind: DeliveryKind, outcome: DeliveryOutcome) -> None:
    """Record a delivery that revokes ``arr_1``; if *is_newer* is True, Fiskil published it at ten o'clock."""
    common = {"event": "e1", "message_id": "m-e1", "participant": ""}
    body = msgspec.json.encode({"data": {"end_user_id": END_USER, "event": "consent.revoked", "consent_id": "arr_1"}})
    if is_newer:
        tape.journal.write(EventCreated(kind="consent.revoked", publish_time="2026-01-01T10:00:00.000Z", **common))
    tape.journal.write(Delivery(at_s=tape.now_s, attempt=1, kind=kind, outcome=outcome, body=body, **common))
    tape.now_s += 0.05
