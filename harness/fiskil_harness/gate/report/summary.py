"""The meaning of a decision for a release, in one or two sentences that can be read without the report."""

from fiskil_harness.gate.judgement import Decision, GateResult
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.gate.report.text import counted
from fiskil_harness.probes import Verdict


def plainly(whole: GateResult) -> str:
    """Return what the decision means for a person who decides about a release."""
    judgement = whole.result
    if whole.run.internal_errors or whole.run.was_interrupted:
        return "This run is incomplete, so it allows no conclusion. Run it again."
    if judgement.decision is Decision.NOT_REQUESTED:
        failed = len([scenario for scenario in judgement.scenarios if scenario.verdict is Verdict.FAIL])
        total = counted(len(judgement.scenarios), "scenario")
        result = f"{failed} of {total} found a problem" if failed else f"None of {total} found a problem"
        return f"{result}. This was not the whole gate, so it does not show whether the app may go live."
    violated = [status for status in judgement.with_status(Status.VIOLATED) if not status.waiver]
    waived = len(judgement.with_status(Status.VIOLATED)) - len(violated)
    waivers = f" {counted(waived, 'violation')} {'is' if waived == 1 else 'are'} waived until a date." if waived else ""
    if judgement.decision is Decision.OPEN:
        return f"{_open(whole)}{waivers}"
    if violated:
        others = f", and {len(violated) - 1} more" if len(violated) > 1 else ""
        return f"The app should not go live yet. It violates: {_lowered(violated[0].title)}{others}.{waivers}"
    unproven = len([status for status in judgement.with_status(Status.NOT_PROVEN) if status.is_required])
    if unproven:
        return (
            f"No problem was found, but {unproven} of {judgement.required} required practices are not proven. "
            f"It is therefore unknown whether the app may go live.{waivers}"
        )
    return f"No practice is violated or not proven; the gate stays shut for the reasons above.{waivers}"


def _open(whole: GateResult) -> str:
    """Return what an open gate means; with a baseline that was better, it does not mean that the app may go live."""
    judgement = whole.result
    if whole.comparison is not None and whole.comparison.worse:
        differences = counted(len(whole.comparison.worse), "difference")
        return f"The gate is open, but it is worse than {whole.comparison.baseline}: explain {differences} first."
    attested = len(judgement.with_status(Status.ATTESTED))
    people = f", {attested} of them attested by people and not measured" if attested else ""
    stated = judgement.required_stated
    people += f", {stated} of them stated in the config because no experiment can try them fully" if stated else ""
    not_proven = len([status for status in judgement.with_status(Status.NOT_PROVEN) if not status.is_required])
    others = f" Not required and not proven: {not_proven} of {judgement.practices}." if not_proven else ""
    return f"The app may go live: it meets {judgement.required_met} required practices{people}.{others}"


def _lowered(title: str) -> str:
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
