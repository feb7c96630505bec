"""logs_receipts: each acknowledged message is in the log by its id."""

from fiskil_harness.probes import LogsReceipts, Verdict
from tests.probes.tape import Tape

PROBE = LogsReceipts()


def test_every_id_in_the_log_passes(tape: Tape) -> None:
    """The kind beside it leaves nothing to advise."""
    tape.told("consent.received")
    tape.output(b"webhook id=m-e0 kind=consent.received")

    finding = PROBE.examine(tape.journal)

    assert (finding.verdict, finding.advice) == (Verdict.PASS, ())


def test_an_id_without_its_kind_is_advice(tape: Tape) -> None:
    """The id is what support asks for."""
    tape.told("consent.received")
    tape.output(b'{\n  "id": "m-e0",\n  "status": "stored"\n}')

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.PASS
    assert finding.advice == ("no line about consent.received tells the kind of event beside the id",)


def test_a_record_on_several_lines_is_one(tape: Tape) -> None:
    """Id and kind may stand on different lines of it."""
    tape.told("consent.received")
    tape.output(b'{\n  "id": "m-e0",\n  "event": "consent.received"\n}')

    assert PROBE.examine(tape.journal).advice == ()


def test_a_message_without_a_line_is_told(tape: Tape) -> None:
    """By its symbol: ids differ from run to run."""
    tape.told("consent.received")
    tape.told("consent.revoked")
    tape.output(b"webhook m-e0")

    finding = PROBE.examine(tape.journal)

    assert finding.verdict is Verdict.FAIL
    assert finding.evidence == ("no line about e1: consent.revoked",)


def test_a_refused_message_needs_no_line(tape: Tape) -> None:
    """What was never acknowledged comes again."""
    tape.told("consent.received", outcome="refuse")
    tape.output(b"started", place="app.log")

    assert PROBE.examine(tape.journal).verdict is Verdict.INCONCLUSIVE
