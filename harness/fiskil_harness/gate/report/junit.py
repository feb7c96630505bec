"""The report for CI dashboards: JUnit XML with a test case for every scenario, and one for every practice.

Suite ``fiskil-harness.scenarios``: name = scenario; FAIL is a failure, INCONCLUSIVE an error, or skipped where the config
lacks a hook; properties name the practices and the probes with their verdicts. Suite ``fiskil-harness.practices`` (only
where the gate was asked): class name = section, name = practice id; violated is a failure, required and not proven an error,
not required and not proven skipped.
Suite ``fiskil-harness.interpretations`` (only if others were tried): class name = clause, name = interpretation; one that
breaks the app is a failure where it is required and skipped where it is only told, as is one that the app never met.
Suite ``fiskil-harness.baseline`` (only where a baseline was given): whatever is worse than there.
Suite ``fiskil-harness.gate`` (only where the gate was asked): one case that is green where the command ends with 0; a
failure where something is violated, else an error, such as for a part that is missing.
"""

import re
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from fiskil_harness.gate.interpretation_trials import InterpretationRun, TrialResult
from fiskil_harness.gate.judgement import Decision, GateResult, stays_shut
from fiskil_harness.gate.practice_status import PracticeStatus, Status
from fiskil_harness.gate.report.text import again, difference_line, finding_lines
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def render(whole: GateResult) -> str:
    """The report as a document."""
    root = ET.Element("testsuites", name="fiskil-harness")
    took = {measure.scenario: measure.took_s for measure in whole.measured}
    scenarios = ET.SubElement(root, "testsuite", name="fiskil-harness.scenarios", timestamp=whole.run.began_at)
    _run_properties(scenarios, whole)
    for outcome in whole.result.scenarios:
        _scenario_case(scenarios, whole, outcome, took.get(outcome.scenario, 0.0))
    _count(scenarios)
    if whole.result.decision is not Decision.NOT_REQUESTED:
        practices = ET.SubElement(root, "testsuite", name="fiskil-harness.practices", timestamp=whole.run.began_at)
        for status in whole.result.statuses:
            _practice_case(practices, status)
        _count(practices)
        decision = ET.SubElement(root, "testsuite", name="fiskil-harness.gate", timestamp=whole.run.began_at)
        _gate_case(decision, whole)
        _count(decision)
    if whole.result.interpretation_runs:
        interpretations = ET.SubElement(
            root, "testsuite", name="fiskil-harness.interpretations", timestamp=whole.run.began_at
        )
        for trial in whole.result.interpretation_runs:
            _trial_case(interpretations, whole, trial, sum(took.get(outcome.scenario, 0.0) for outcome in trial.outcomes))
        _count(interpretations)
    if whole.compared is not None:
        baseline = ET.SubElement(root, "testsuite", name="fiskil-harness.baseline", timestamp=whole.run.began_at)
        for worse in whole.compared.worse:
            case = ET.SubElement(baseline, "testcase", classname="baseline", name=_plain(worse.what), time="0.000")
            _tell(case, "failure" if worse.weight is Verdict.FAIL else "error", "worse", difference_line(worse), "")
        _count(baseline)
    _count(root)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _run_properties(suite: ET.Element, whole: GateResult) -> None:
    told = whole.digests
    properties = ET.SubElement(suite, "properties")
    pairs = {"seed": whole.result.seed, "decision": whole.result.decision, "harness": whole.run.harness}
    sealed = {"evidence": told.evidence, "config": told.config, "seal": told.seal} if told.seal else {}
    for name, value in {**pairs, **sealed}.items():
        ET.SubElement(properties, "property", name=name, value=_plain(str(value)))


def _scenario_case(suite: ET.Element, whole: GateResult, outcome: Outcome, seconds: float) -> None:
    case = ET.SubElement(
        suite, "testcase", classname="fiskil-harness.scenarios", name=_plain(outcome.scenario), time=f"{seconds:.3f}"
    )
    properties = ET.SubElement(case, "properties")
    for practice_id in outcome.practices:
        ET.SubElement(properties, "property", name="practice", value=practice_id)
    for finding in outcome.findings:
        ET.SubElement(properties, "property", name=f"probe.{_plain(finding.probe)}", value=str(finding.verdict))
    if outcome.verdict is Verdict.PASS:
        return
    telling = [finding for finding in outcome.findings if finding.verdict is outcome.verdict]
    seen = "; ".join(finding.observed for finding in telling) or "nothing was examined"
    text = "\n".join(finding_lines(outcome, telling, again=again(whole, outcome.scenario))) if telling else seen
    if outcome.verdict is Verdict.FAIL:
        _tell(case, "failure", str(outcome.verdict), seen, text)
    elif telling and all(finding.hook for finding in telling):
        hooks = ", ".join(dict.fromkeys(finding.hook for finding in telling))
        ET.SubElement(case, "skipped", message=_plain(f"{seen} (lacks {hooks})"))
    else:
        _tell(case, "error", str(outcome.verdict), seen, text)


def _gate_case(suite: ET.Element, whole: GateResult) -> None:
    case = ET.SubElement(suite, "testcase", classname="gate", name="gate", time="0.000")
    if whole.exit_code:
        reasons = list(_why_shut(whole))
        _tell(case, "failure" if whole.exit_code == 1 else "error", "shut", "; ".join(reasons), "\n".join(reasons))


def _why_shut(whole: GateResult) -> Iterator[str]:
    """What keeps the gate from being green, the rarest first; the suites of practices and interpretations tell of each."""
    told = whole.result
    if whole.run.was_interrupted:
        yield "the run was interrupted"
    if whole.run.faults:
        yield f"faults of fiskil-harness: {whole.run.faults}"
    yield from (text for text in (told.problem, *told.complaints) if text)
    if whole.compared is not None:
        yield f"worse than in {whole.compared.baseline}: {len(whole.compared.worse)}"
        return
    yield f"{told.required_met} of {told.required} required practices are met"
    if count := len(
        [interpretation_run for interpretation_run in told.interpretation_runs if stays_shut(interpretation_run)]
    ):
        yield f"required interpretations that do not hold: {count}"


def _practice_case(suite: ET.Element, one: PracticeStatus) -> None:
    case = ET.SubElement(suite, "testcase", classname=_plain(one.section), name=one.practice, time="0.000")
    if one.status is Status.VIOLATED and one.waiver:
        ET.SubElement(case, "skipped", message=_plain(f"violated, {one.waiver}"))
    elif one.status is Status.VIOLATED:
        _tell(case, "failure", str(one.status), one.reason, one.title)
    elif one.status is Status.NOT_PROVEN and one.is_required:
        _tell(case, "error", str(one.status), one.reason, one.title)
    elif one.status is Status.NOT_PROVEN:
        ET.SubElement(case, "skipped", message=_plain(f"not proven: {one.reason}"))


def _trial_case(suite: ET.Element, whole: GateResult, one: InterpretationRun, seconds: float) -> None:
    case = ET.SubElement(suite, "testcase", classname=one.clause, name=one.interpretation, time=f"{seconds:.3f}")
    if one.is_required and one.result in {TrialResult.BREAKS, TrialResult.UNCLEAR}:
        tag = "failure" if one.result is TrialResult.BREAKS else "error"
        _tell(case, tag, str(one.result), one.reason, "\n".join(again(whole, each.scenario) for each in one.outcomes))
    elif one.result is not TrialResult.HOLDS:
        ET.SubElement(case, "skipped", message=_plain(f"{one.result}: {one.reason}"))


def _tell(case: ET.Element, tag: str, kind: str, message: str, text: str) -> None:
    ET.SubElement(case, tag, type=kind, message=_plain(message)).text = _plain(text)


def _count(suite: ET.Element) -> None:
    """Write the totals that dashboards read."""
    suite.set("tests", str(len(suite.findall(".//testcase"))))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f".//{tag}"))))
    suite.set("time", f"{sum(float(case.get('time', 0)) for case in suite.findall('.//testcase')):.3f}")


def _plain(text: str) -> str:
    return _UNPRINTABLE.sub("\ufffd", text)
