"""The report for CI dashboards: JUnit XML with a test case for every scenario and for every practice.

Suites:

- ``fiskil-harness.scenarios``: name = scenario. FAIL is a failure; INCONCLUSIVE an error, or skipped if a hook is missing
  or the scenario does not concern the app.
  Properties list the practices, and the probes with their verdicts.
- ``fiskil-harness.practices`` (gate only): class name = section, name = practice id. Not proven is an error if the practice
  is required, else skipped. Violated is skipped too, because the scenarios that show it are the failures.
- ``fiskil-harness.interpretations`` (if alternatives ran): class name = clause, name = interpretation. A required
  interpretation is a failure if the app failed under it, and an error if it is inconclusive. Others that did not pass are
  skipped.
- ``fiskil-harness.baseline`` (with a baseline only): everything that is worse than in the baseline.
- ``fiskil-harness.gate`` (gate only): one case, green if the exit code is 0. It is skipped if the only reason is a failure
  that another suite counts, else an error, for example if a shard is missing.

So each violation is counted once. With a baseline only what is worse is a failure or an error, as in the exit code; all else
that did not pass is skipped. The ``file`` of a case is that of the scenario, or the config.
"""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from fiskil_harness.core.config import FILE
from fiskil_harness.core.printable import printable
from fiskil_harness.gate.interpretation_runs import InterpretationResult, InterpretationRun
from fiskil_harness.gate.judgement import Decision, GateResult, stays_shut
from fiskil_harness.gate.practice_status import PracticeStatus, Status
from fiskil_harness.gate.report.text import PrintedLines, again, difference_line, finding_lines
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome

NO_CHARACTERS = dict.fromkeys([0xFFFE, 0xFFFF], "\ufffd")
"""Code points that XML 1.0 does not allow, although they are no control characters."""


def render(whole: GateResult) -> str:
    """Return the report as an XML document."""
    root = ET.Element("testsuites", name="fiskil-harness")
    took = {measure.scenario: measure.took_s for measure in whole.measured}
    scenarios = _suite(root, "scenarios", whole)
    _run_properties(scenarios, whole)
    for outcome in whole.result.scenarios:
        _scenario_case(scenarios, whole, outcome, took.get(outcome.scenario, 0.0))
    if whole.result.decision is not Decision.NOT_REQUESTED:
        practices = _suite(root, "practices", whole)
        for status in whole.result.statuses:
            _practice_case(practices, whole, status)
        _gate_case(_suite(root, "gate", whole), whole)
    if whole.result.interpretation_runs:
        interpretations = _suite(root, "interpretations", whole)
        for run in whole.result.interpretation_runs:
            seconds = sum(took.get(outcome.scenario, 0.0) for outcome in run.outcomes)
            _interpretation_case(interpretations, whole, run, seconds)
    if whole.comparison is not None:
        _baseline_cases(_suite(root, "baseline", whole), whole)
    for case in root.iter("testcase"):
        case.set("file", _xml_text(whole.run.paths.get(case.get("name", ""), whole.run.config or FILE)))
    for suite in (*root, root):
        _set_totals(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(root: ET.Element, name: str, whole: GateResult) -> ET.Element:
    return ET.SubElement(root, "testsuite", name=f"fiskil-harness.{name}", timestamp=whole.run.began_at)


def _case(suite: ET.Element, classname: str, name: str, seconds: float = 0.0) -> ET.Element:
    return ET.SubElement(suite, "testcase", classname=_xml_text(classname), name=_xml_text(name), time=f"{seconds:.3f}")


def _run_properties(suite: ET.Element, whole: GateResult) -> None:
    properties = ET.SubElement(suite, "properties")
    run = {"seed": whole.result.seed, "decision": whole.result.decision, "harness": whole.run.harness}
    digests = {"sha256": whole.sha256, "config": whole.run.digest} if whole.sha256 else {}
    for name, value in {**run, **digests}.items():
        ET.SubElement(properties, "property", name=name, value=_xml_text(str(value)))


def _scenario_case(suite: ET.Element, whole: GateResult, outcome: Outcome, seconds: float) -> None:
    case = _case(suite, "fiskil-harness.scenarios", outcome.scenario, seconds)
    properties = ET.SubElement(case, "properties")
    for practice_id in outcome.practices:
        ET.SubElement(properties, "property", name="practice", value=practice_id)
    for finding in outcome.findings:
        ET.SubElement(properties, "property", name=f"probe.{_xml_text(finding.probe)}", value=str(finding.verdict))
    if outcome.verdict is Verdict.PASS:
        return
    decisive = [finding for finding in outcome.findings if finding.verdict is outcome.verdict]
    observed = "; ".join(finding.observed for finding in decisive) or "nothing was examined"
    if whole.comparison is not None and not _newly_failed(whole, outcome):
        _skip(case, f"{outcome.verdict}, not worse than in {whole.comparison.baseline}: {observed}")
        return
    printed = PrintedLines(whole.printed)
    lines = finding_lines(outcome, decisive, again=again(whole, outcome.scenario), printed=printed)
    text = "\n".join(lines) if decisive else observed
    if outcome.verdict is Verdict.FAIL:
        _add_result(case, "failure", str(outcome.verdict), observed, text)
    elif outcome.outside:
        _skip(case, observed)
    elif decisive and all(finding.hook for finding in decisive):
        hooks = ", ".join(dict.fromkeys(finding.hook for finding in decisive))
        _skip(case, f"{observed} (missing: {hooks})")
    else:
        _add_result(case, "error", str(outcome.verdict), observed, text)


def _newly_failed(whole: GateResult, outcome: Outcome) -> tuple[str, ...]:
    """Return the practices of the findings of *outcome* that fail and did not fail in the baseline."""
    worse = {difference.subject for difference in whole.comparison.worse} if whole.comparison is not None else set()
    new = [finding for finding in outcome.findings if f"{finding.probe} in {outcome.scenario}" in worse]
    return tuple(practice for finding in new for practice in finding.practices)


def _baseline_cases(suite: ET.Element, whole: GateResult) -> None:
    """Add what is worse than in the baseline; what the other suites show as a failure is skipped here."""
    worse = whole.comparison.worse if whole.comparison is not None else ()
    shown = {practice for outcome in whole.result.scenarios for practice in _newly_failed(whole, outcome)}
    shown |= {f"{finding.probe} in {outcome.scenario}" for outcome in whole.result.scenarios for finding in outcome.findings}
    shown |= {f"interpretation {run.clause}={run.interpretation}" for run in whole.result.interpretation_runs}
    for difference in worse:
        case = _case(suite, "baseline", difference.subject)
        line = difference_line(difference)
        if difference.subject in shown and difference.weight is Verdict.FAIL:
            _skip(case, f"worse, see the other suites: {line}")
        else:
            _add_result(case, "failure" if difference.weight is Verdict.FAIL else "error", "worse", line, "")


def _gate_case(suite: ET.Element, whole: GateResult) -> None:
    case = _case(suite, "gate", "gate")
    if whole.exit_code:
        reasons = list(_why_shut(whole))
        if whole.exit_code == 1:
            _skip(case, f"shut, because of failures in other suites: {'; '.join(reasons)}")
        else:
            _add_result(case, "error", "shut", "; ".join(reasons), "\n".join(reasons))


def _why_shut(whole: GateResult) -> Iterator[str]:
    """Yield the reasons for a gate that is not green, the rarest first. Single practices are reported in other suites."""
    judgement = whole.result
    if whole.run.was_interrupted:
        yield "the run was interrupted"
    if whole.run.internal_errors:
        yield f"internal errors of fiskil-harness: {whole.run.internal_errors}"
    yield from (text for text in (judgement.missing_shards, *judgement.problems) if text)
    if whole.comparison is not None:
        yield f"worse than in {whole.comparison.baseline}: {len(whole.comparison.worse)}"
        return
    yield f"{judgement.required_met} of {judgement.required} required practices are met"
    if count := len([run for run in judgement.interpretation_runs if stays_shut(run)]):
        yield f"required interpretations that did not pass: {count}"


def _practice_case(suite: ET.Element, whole: GateResult, practice: PracticeStatus) -> None:
    case = _case(suite, practice.section, practice.practice)
    if practice.status is Status.VIOLATED and practice.waiver:
        _skip(case, f"violated, {practice.waiver}")
    elif practice.status is Status.NOT_PROVEN and not practice.is_required:
        _skip(case, f"not proven: {practice.reason}")
    elif practice.status is Status.VIOLATED:
        _skip(case, f"violated, see the scenarios: {practice.reason}")
    elif practice.status is Status.NOT_PROVEN and whole.comparison is not None:
        _skip(case, f"not proven, compared with {whole.comparison.baseline} in another suite: {practice.reason}")
    elif practice.status is Status.NOT_PROVEN:
        _add_result(case, "error", str(practice.status), practice.reason, practice.title)
    elif practice.status is Status.STATED:
        ET.SubElement(case, "system-out").text = printable(f"stated, not proven: {practice.reason}")


def _interpretation_case(suite: ET.Element, whole: GateResult, run: InterpretationRun, seconds: float) -> None:
    case = _case(suite, run.clause, run.interpretation, seconds)
    worse = None if whole.comparison is None else {difference.subject for difference in whole.comparison.worse}
    if stays_shut(run) and (worse is None or f"interpretation {run.clause}={run.interpretation}" in worse):
        tag = "failure" if run.result is InterpretationResult.FAILS else "error"
        commands = "\n".join(again(whole, outcome.scenario) for outcome in run.outcomes)
        _add_result(case, tag, str(run.result), run.reason, commands)
    elif run.result is not InterpretationResult.PASSES:
        _skip(case, f"{run.result}: {run.reason}")


def _add_result(case: ET.Element, tag: str, kind: str, message: str, text: str) -> None:
    ET.SubElement(case, tag, type=kind, message=_xml_text(message)).text = _xml_text(text)


def _skip(case: ET.Element, message: str) -> None:
    ET.SubElement(case, "skipped", message=_xml_text(message))


def _set_totals(suite: ET.Element) -> None:
    """Set the totals that dashboards read."""
    suite.set("tests", str(len(suite.findall(".//testcase"))))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f".//{tag}"))))
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in suite.findall('.//testcase')):.3f}")


def _xml_text(text: str) -> str:
    """Return *text* without control characters, most of which XML does not allow."""
    return printable(text).translate(NO_CHARACTERS)
