"""logs_receipts: the log contains the id of each acknowledged message."""

from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.probes import LogsReceipts, Verdict

PROBE = LogsReceipts()


def test_every_id_in_the_log_passes(tape: JournalBuilder) -> None:
    """With the kind of event next to the id, there is no advice."""
    tape.deliver_event("consent.received")
    tape.output(b"webhook id=m-e0 kind=consent.received")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())


def test_an_id_without_its_kind_is_advice(tape: JournalBuilder) -> None:
    """The id is enough for support."""
    tape.deliver_event("consent.received")
    tape.output(b'{\n  "id": "m-e0",\n  "status": "stored"\n}')

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("no line about consent.received contains the kind of event and the id",)


def test_a_record_on_several_lines_is_one_record(tape: JournalBuilder) -> None:
    """Id and kind may be on different lines."""
    tape.deliver_event("consent.received")
    tape.output(b'{\n  "id": "m-e0",\n  "event": "consent.received"\n}')

    assert PROBE.examine(tape.journal).advice == ()


def test_a_message_without_a_line_fails(tape: JournalBuilder) -> None:
    """The finding names its symbol, because ids differ between runs."""
    tape.deliver_event("consent.received")
    tape.deliver_event("consent.revoked")
    tape.output(b"webhook m-e0")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("no line about e1: consent.revoked",)


def test_a_refused_message_needs_no_line(tape: JournalBuilder) -> None:
    """Fiskil sends it again."""
    tape.deliver_event("consent.received", outcome="refuse")
    tape.output(b"started", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
