"""The terminal report: 80 columns, colour only on a terminal, and everything that its reader needs."""

import io
from collections.abc import Callable

import msgspec
import pytest
from rich.console import Console

from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report.terminal import show
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome

FINDING = """\
FAIL  webhooks.idempotent   webhook_repeated                             seed 42
      applies_once: message e1 was applied 2 times (attempts 1 and 2, answered
      204 and 204)
      evidence  e1 attempt 1 genuine: 204
      evidence  e1 attempt 2 genuine: 204
      expected  exactly one effect per message_id  (webhooks.message-id)
      fix       claim message_id and apply its effect in one database
                transaction
      again     fiskil-harness run webhook_repeated --seed 42
"""


def shown(whole: GateResult, *, is_terminal: bool = False) -> str:
    """What a reader sees."""
    sink = io.StringIO()
    show(whole, Console(file=sink, width=80, force_terminal=is_terminal, color_system="standard" if is_terminal else None))
    return sink.getvalue()


def test_a_failure_comes_first_with_everything_to_act_on(result: GateResult) -> None:
    """What was seen, the evidence, what was expected and where that stands, how to mend it, how to see it again."""
    assert shown(result).startswith(FINDING)


def test_no_line_is_longer_than_eighty_columns(result: GateResult) -> None:
    """The report fits every terminal and every CI log."""
    assert max(len(line) for line in shown(result).splitlines()) <= 80


@pytest.mark.parametrize("length", [40, 60, 73])
def test_a_practice_line_keeps_to_the_width_with_a_long_name(result: GateResult, length: int) -> None:
    """A scenario's name is not cut: it stands further left where the practice's own name leaves too little room."""
    name = "w" * length
    standings = tuple(
        msgspec.structs.replace(status, reason=f"not shown by {name}, {name}") for status in result.result.statuses
    )
    changed = msgspec.structs.replace(result, result=msgspec.structs.replace(result.result, statuses=standings))

    told = shown(changed)

    assert max(len(line) for line in told.splitlines()) <= 80
    assert told.count(name) == 2 * len(standings)


def test_colour_is_for_terminals_only(result: GateResult) -> None:
    """A pipe gets plain text."""
    assert "\x1b[" not in shown(result)
    assert "\x1b[" in shown(result, is_terminal=True)


def test_every_practice_stands_under_its_section(result: GateResult) -> None:
    """49 rows, the required ones marked, each with its standing and the reason."""
    text = shown(result)

    rows = [line for line in text.splitlines() if line.startswith((" *", "  ")) and "." in line[13:46]]
    names = {status.practice for status in result.result.statuses}
    assert {name for name in names if any(name in row for row in rows)} == names
    assert " *VIOLATED" not in text
    assert " *violated   webhooks.idempotent " in text
    assert "applies_once in webhook_repeated" in text


def test_what_only_lacks_a_hook_stands_in_one_list(result: GateResult) -> None:
    """A missing hook is told once, with what it is good for and what it would help to prove."""
    text = shown(result)

    assert text.count("app.drive.start_session") == 2
    assert "  app.drive.start_session  lets the app open an auth session" in text
    assert "      for errors.graceful" in text


def test_doubt_is_told_with_its_reason(result: GateResult) -> None:
    """An INCONCLUSIVE scenario that lacks no hook is shown like a failure."""
    assert "INCONCLUSIVE  edge.network-errors   reset_mid_body" in shown(result)


def test_advice_changes_no_verdict(result: GateResult) -> None:
    """A remark of a probe that passed is shown apart."""
    text = shown(result)

    assert "Advice (changes no verdict)\n  answered 500 to unsigned junk (webhook_lost_acknowledgement)" in text


def test_it_ends_with_the_decision_and_how_to_run_it_again(result: GateResult) -> None:
    """The last lines are what a reader in a hurry needs."""
    assert shown(result).splitlines()[-4:] == [
        "49 practices: 1 attested, 47 not proven, 1 violated  (* required)",
        "4 scenarios: 1 fail, 2 inconclusive, 1 pass, in 12 s",
        "The gate stays shut: 1 practice violated; 1 of 3 required not proven.",
        "Again: fiskil-harness gate --seed 42",
    ]


def test_an_interrupted_run_says_so(interrupted: GateResult) -> None:
    """What did not run is not proven, and the decision line says why."""
    assert "Interrupted: what did not run is not proven." in shown(interrupted)


def test_brackets_of_a_finding_are_no_markup(result: GateResult, outcome_of: Callable[..., Outcome]) -> None:
    """Words from an app are shown as they are, also when they look like formatting."""
    nasty = Finding(probe="applies_once", verdict=Verdict.FAIL, observed="state [bold]is[/bold] [/] :smile:", examined=1)
    judgement = msgspec.structs.replace(result.result, scenarios=(outcome_of("webhooks.idempotent", nasty),))

    text = shown(msgspec.structs.replace(result, result=judgement))

    assert "applies_once: state [bold]is[/bold] [/] :smile:" in text


@pytest.mark.parametrize("width", [40, 200])
def test_a_narrow_terminal_still_reads(result: GateResult, width: int) -> None:
    """Lines wrap to a narrow terminal and stop at 80 columns on a wide one."""
    sink = io.StringIO()

    show(result, Console(file=sink, width=width))

    lines = [line for line in sink.getvalue().splitlines() if " " in line.strip()]
    assert max(len(line) for line in lines) <= max(80, width) if width > 80 else 80


def test_known_bugs_that_are_there_are_told_with_their_remedy(sick: GateResult) -> None:
    """After the findings, each in a line or two; the others are a number."""
    text = shown(sick)

    assert "Known bugs of receivers\n  26  bug-26  the receiver does wrong 26\n      fix: claim it once\n" in text
    assert "\n3 known bugs: 1 there, 1 not there, 1 not told\n" in text
    assert text.index("again     ") < text.index("Known bugs") < text.index("Security")


def test_a_receiver_without_known_bugs_is_one_line(sick: GateResult) -> None:
    """All is well, so there is nothing to read."""
    bugs = tuple(bug for bug in sick.result.bugs if bug.verdict is not Verdict.FAIL)
    text = shown(msgspec.structs.replace(sick, result=msgspec.structs.replace(sick.result, bugs=bugs)))

    assert "Known bugs of receivers" not in text
    assert "\n2 known bugs: 0 there, 1 not there, 1 not told\n" in text


def test_an_app_that_has_not_come_to_rest_is_told_of_at_the_end(result: GateResult) -> None:
    """No finding names another scenario, so here the reader learns where it began."""
    note = "the app has been busy since happy_path, e0 consent.received"
    measured = (msgspec.structs.replace(result.measured[0], notes=(note,)),)

    told = " ".join(shown(msgspec.structs.replace(result, measured=measured)).split())

    assert f"T{note[1:]}; 1 later scenario met it so." in told
