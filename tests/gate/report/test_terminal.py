"""The report on the terminal: 80 columns, colour only on a terminal, and everything needed to act on a failure."""

import io
from collections.abc import Callable

import msgspec
import pytest
from rich.console import Console

from fiskil_harness.gate.inconclusive_causes import causes
from fiskil_harness.gate.judgement import GateResult
from fiskil_harness.gate.report.terminal import show
from fiskil_harness.probes import Finding, Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.runner.worker import STILL_BUSY_SINCE
from tests.gate.report.failures import bug

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


def text_of(whole: GateResult, *, is_terminal: bool = False) -> str:
    """Return the text that the terminal shows."""
    file = io.StringIO()
    show(whole, Console(file=file, width=80, force_terminal=is_terminal, color_system="standard" if is_terminal else None))
    return file.getvalue()


def test_failures_come_first_with_all_details(result: GateResult) -> None:
    """A failure shows what was observed, the evidence, what was expected with its source, the fix, and the command."""
    assert text_of(result).startswith(FINDING)


def test_no_line_is_longer_than_eighty_columns(result: GateResult) -> None:
    """Every line has at most 80 columns, except a line of the config, which can be copied in one piece."""
    lines = text_of(result).splitlines()

    assert [line for line in lines if len(line) > 80] == [f"      {causes()['app.drive.start_session'].line}"]


@pytest.mark.parametrize("length", [40, 60, 73])
def test_a_long_scenario_name_fits_the_width(result: GateResult, length: int) -> None:
    """The name is not cut; if it is too long for the column of the reason, it starts further left."""
    name = "w" * length
    statuses = tuple(
        msgspec.structs.replace(status, reason=f"not shown by {name}, {name}") for status in result.result.statuses
    )
    changed = msgspec.structs.replace(result, result=msgspec.structs.replace(result.result, statuses=statuses))

    text = text_of(changed)

    assert max(len(line) for line in text.splitlines() if "{ request" not in line) <= 80
    assert text.count(name) == 2 * len(statuses)


def test_colour_is_for_terminals_only(result: GateResult) -> None:
    """A pipe receives plain text."""
    assert "\x1b[" not in text_of(result)
    assert "\x1b[" in text_of(result, is_terminal=True)


def test_every_practice_is_listed(result: GateResult) -> None:
    """There are 49 rows with status and reason; required practices are marked."""
    text = text_of(result)

    rows = [line for line in text.splitlines() if line.startswith((" *", "  ")) and "." in line[13:46]]
    names = {status.practice for status in result.result.statuses}
    assert {name for name in names if any(name in row for row in rows)} == names
    assert " *VIOLATED" not in text
    assert " *violated   webhooks.idempotent " in text
    assert "applies_once in webhook_repeated" in text


def test_missing_hooks_are_one_list(result: GateResult) -> None:
    """Each missing hook is listed once, with its purpose and the practices that it would help to prove."""
    text = text_of(result)

    assert text.count("  app.drive.start_session  lets") == 1
    assert "  app.drive.start_session  lets the app open an auth session" in text
    assert "      for errors.graceful" in text


def test_an_inconclusive_finding_is_shown(result: GateResult) -> None:
    """An INCONCLUSIVE scenario for which no hook is missing is shown like a failure."""
    assert "INCONCLUSIVE  edge.network-errors   reset_mid_body" in text_of(result)


def test_advice_changes_no_verdict(result: GateResult) -> None:
    """Advice of a probe that passed has its own section."""
    text = text_of(result)

    assert "Advice (changes no verdict)\n  answered 500 to unsigned junk (webhook_lost_acknowledgement)" in text


def test_it_ends_with_the_decision_and_how_to_run_it_again(result: GateResult) -> None:
    """The last lines contain the counts, the decision and the command."""
    assert text_of(result).splitlines()[-4:] == [
        "49 practices: 1 attested, 47 not proven, 1 violated  (* required)",
        "4 scenarios: 1 fail, 2 inconclusive, 1 pass, in 12 s",
        "The gate stays shut: 1 practice violated; 1 of 3 required not proven.",
        "Again: fiskil-harness gate --seed 42",
    ]


def test_an_interrupted_run_is_reported(interrupted: GateResult) -> None:
    """The decision line states that practices are not proven because of the interruption."""
    assert "Interrupted: what did not run is not proven." in text_of(interrupted)


def test_brackets_of_a_finding_are_not_markup(result: GateResult, outcome_of: Callable[..., Outcome]) -> None:
    """Text of the app is shown unchanged, even if it looks like formatting."""
    finding = Finding(probe="applies_once", verdict=Verdict.FAIL, observed="state [bold]is[/bold] [/] :smile:", examined=1)
    judgement = msgspec.structs.replace(result.result, scenarios=(outcome_of("webhooks.idempotent", finding),))

    text = text_of(msgspec.structs.replace(result, result=judgement))

    assert "applies_once: state [bold]is[/bold] [/] :smile:" in text


@pytest.mark.parametrize("width", [40, 200])
def test_lines_fit_a_narrow_terminal(result: GateResult, width: int) -> None:
    """Lines wrap to a narrow terminal and stop at 80 columns on a wide one."""
    file = io.StringIO()

    show(result, Console(file=file, width=width))

    lines = [line for line in file.getvalue().splitlines() if " " in line.strip()]
    assert max(len(line) for line in lines) <= max(80, width) if width > 80 else 80


def test_a_finding_names_the_known_bug_that_it_shows_with_its_fix(with_bug: GateResult) -> None:
    """The bug appears once, with its fix in place of the general fix of the probe; the others are only counted."""
    text = text_of(with_bug)

    assert "      bug       26 bug-26: the receiver does wrong 26\n      fix       claim it once\n" in text
    assert text.count("does wrong 26") == 1
    assert "in one database" not in text.partition("Security")[0]
    assert "Known bugs of receivers" not in text
    assert "\n3 known bugs: 1 found, 1 not found, 1 unknown\n" in text


def test_the_reasons_why_known_bugs_are_unknown_are_counted(with_bug: GateResult) -> None:
    """The reader learns which option or hook helps most. `webhooks` has options in place of hooks."""
    unknown = (
        bug(45, Verdict.INCONCLUSIVE, hook="app.observe.effects"),
        bug(19, Verdict.INCONCLUSIVE, hook="app.observe.effects"),
        bug(28, Verdict.INCONCLUSIVE, hook="app.drive.fail"),
        bug(47, Verdict.INCONCLUSIVE, observed="tested only on request"),
        bug(25, Verdict.INCONCLUSIVE, observed="no such request was sent"),
    )
    run = msgspec.structs.replace(with_bug.run, command="webhooks")
    whole = msgspec.structs.replace(with_bug, run=run, result=msgspec.structs.replace(with_bug.result, bugs=unknown))

    text = " ".join(text_of(whole).split())

    reasons = "2 need --effects, 1 need app.drive.fail, 1 were tested only on request, 1 for other reasons"
    assert f"5 known bugs: 0 found, 0 not found, 5 unknown unknown: {reasons} " in text


def test_a_known_bug_that_no_finding_shows_has_its_own_section(with_bug: GateResult) -> None:
    """A bug of another scenario follows the findings, with its fix."""
    bugs = tuple(msgspec.structs.replace(bug, scenario="webhook_burst") for bug in with_bug.result.bugs)
    text = text_of(msgspec.structs.replace(with_bug, result=msgspec.structs.replace(with_bug.result, bugs=bugs)))

    assert "Known bugs of receivers\n  26  bug-26  the receiver does wrong 26\n      fix: claim it once\n" in text
    assert text.index("again     ") < text.index("Known bugs") < text.index("Security")


def test_a_receiver_without_known_bugs_is_one_line(with_bug: GateResult) -> None:
    """Only the counts are shown."""
    bugs = tuple(bug for bug in with_bug.result.bugs if bug.verdict is not Verdict.FAIL)
    text = text_of(msgspec.structs.replace(with_bug, result=msgspec.structs.replace(with_bug.result, bugs=bugs)))

    assert "Known bugs of receivers" not in text
    assert "\n2 known bugs: 0 found, 1 not found, 1 unknown\n" in text


def test_an_app_that_stays_busy_is_reported_at_the_end(result: GateResult) -> None:
    """The line names the scenario after which the app stayed busy; no finding does."""
    note = f"{STILL_BUSY_SINCE}happy_path, e0 consent.received"
    measured = (msgspec.structs.replace(result.measured[0], notes=(note,)),)

    text = " ".join(text_of(msgspec.structs.replace(result, measured=measured)).split())

    assert f"T{note[1:]}; 1 later scenario began in that state." in text
