"""What a decision means for a release, in a sentence or two for somebody who reads nothing else."""

from fiskil_harness.gate.judgement import Decision, GateResult
from fiskil_harness.gate.practice_status import Status
from fiskil_harness.gate.report.text import counted
from fiskil_harness.probes import Verdict


def plainly(whole: GateResult) -> str:
    """What the decision means for somebody who has to decide about a release and reads nothing else."""
    judgement = whole.result
    if whole.run.faults or whole.run.was_interrupted:
        return "Nothing can be concluded from this run yet. Run it again."
    if judgement.decision is Decision.NOT_REQUESTED:
        failed = len([scenario for scenario in judgement.scenarios if scenario.verdict is Verdict.FAIL])
        of = counted(len(judgement.scenarios), "scenario")
        found = f"{failed} of {of} found something wrong" if failed else f"None of {of} found anything wrong"
        return f"{found}. This was not the whole gate, so it does not say whether the app may go live."
    violated = [status for status in judgement.with_status(Status.VIOLATED) if not status.waiver]
    waived = len(judgement.with_status(Status.VIOLATED)) - len(violated)
    accepted = f" {counted(waived, 'violation')} {'is' if waived == 1 else 'are'} waived for a time." if waived else ""
    if judgement.decision is Decision.OPEN:
        stated = len(judgement.with_status(Status.ATTESTED))
        people = f", {stated} of them stated by people and not measured" if stated else ""
        left = len([status for status in judgement.with_status(Status.NOT_PROVEN) if not status.is_required])
        others = f" Not required and not proven: {left} of {judgement.practices}." if left else ""
        return f"The app may go live: it keeps {judgement.required_met} required practices{people}.{others}{accepted}"
    if violated:
        others = f", and {len(violated) - 1} more" if len(violated) > 1 else ""
        return f"The app should not go live yet. It does not keep: {_lowered(violated[0].title)}{others}.{accepted}"
    unproven = len([status for status in judgement.with_status(Status.NOT_PROVEN) if status.is_required])
    if unproven:
        return (
            f"Nothing was found to be wrong, and {unproven} of {judgement.required} required practices are not proven: "
            f"whether the app may go live is not known.{accepted}"
        )
    return f"No practice is violated or left open, and the gate stays shut for what is said above.{accepted}"


def _lowered(title: str) -> str:
    return title if title[:2].isupper() else title[:1].lower() + title[1:]
