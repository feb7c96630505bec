"""Where the app stands with one practice: proven, violated, not proven, or attested by a person.

A finding counts for exactly the practices that its scenario names; what was not seen is never proven.
"""

import datetime
import enum
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from fiskil_harness.core.config import Attestation, Settings, Waiver
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.probes import Finding, Verdict, coverage
from fiskil_harness.probes.evaluation import EVERY_STEP
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import Practice, practice, practices_of

FACTS = "app.facts"
LIMITS = "app.limits."
Found = list[tuple[str, Finding]]
SOON_DAYS = 14
"""So long before a statement expires one is told."""


class Status(enum.StrEnum):
    """Where the app stands with a practice."""

    PROVEN = "proven"
    ATTESTED = "attested"
    NOT_PROVEN = "not proven"
    VIOLATED = "violated"


NOT_RUN = "not run in a scenario of this practice"


class PracticeStatus(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One practice and where the app stands with it. ``hooks`` are the missing ones that would help to prove it."""

    practice: str
    title: str
    section: str
    status: Status
    reason: str
    is_required: bool
    hooks: tuple[str, ...] = ()
    waiver: str = ""


def status_of(
    one: Practice,
    outcomes: Sequence[Outcome],
    settings: Settings,
    today: datetime.date,
    *,
    is_required: bool,
    met: Collection[str] = (),
) -> PracticeStatus:
    """Judge practice *one* by the findings of every scenario that names it, and by what the config states about it."""
    named = [outcome for outcome in outcomes if one.id in outcome.practices]
    bearing = [outcome for outcome in named if not outcome.needs_optional_hooks_only] or named
    if one.measure == "flows":
        standing, reason, hooks = _by_flows(outcomes, settings, met)
    else:
        standing, reason, hooks = _by_findings(one, bearing, settings)
    attestation = _of(one.id, settings.attest)
    waiver = _of(one.id, settings.waive)
    if standing is Status.NOT_PROVEN and isinstance(attestation, Attestation):
        if is_valid_on(attestation, today):
            words = f"{attestation.owner}, until {attestation.expires}: {attestation.statement}"
            standing, reason, hooks = Status.ATTESTED, words, ()
        else:
            reason += f"; the attestation of {attestation.owner} {_when(attestation, today)}"
    accepted = ""
    if standing is Status.NOT_PROVEN and isinstance(waiver, Waiver):
        reason += f"; the waiver of {waiver.owner} accepts a violation, and does not stand for a proof"
    if standing is Status.VIOLATED and isinstance(waiver, Waiver):
        if is_valid_on(waiver, today):
            accepted = f"accepted by {waiver.owner} until {waiver.expires}: {waiver.reason}"
        else:
            reason += f"; the waiver of {waiver.owner} {_when(waiver, today)}"
    return PracticeStatus(
        practice=one.id,
        title=one.title,
        section=one.section,
        status=standing,
        reason=reason,
        is_required=is_required,
        hooks=hooks,
        waiver=accepted,
    )


def check_statements(settings: Settings, source: str) -> None:
    """Refuse statements that say nothing, stand twice, contradict each other, or stand where experiments can tell.

    Raises:
        UnknownName: A practice that does not exist.
        ConfigError: Everything else.
    """
    for kind, statements in (("attest", settings.attest), ("waive", settings.waive)):
        seen: set[str] = set()
        for one in statements:
            refuse_unknown_practice(one.practice, f"{source}: [[{kind}]]")
            check_statement(one, kind, source, settings=settings)
            if one.practice in seen:
                raise ConfigError(f"{source}: [[{kind}]] names {one.practice} twice. Keep one.")
            seen.add(one.practice)
    attested = {one.practice for one in settings.attest}
    for waiver in settings.waive:
        if waiver.practice in attested:
            raise ConfigError(
                f"{source}: {waiver.practice} is attested and waived. "
                "An attestation says that it holds, a waiver that it need not. Keep one."
            )


def refuse_unknown_practice(practice_id: str, place: str) -> None:
    """Refuse a practice that does not exist, and say where in the config it stands."""
    try:
        practice(practice_id)
    except UnknownName as error:
        error.args = (f"{place}: {error}",)
        raise


def check_statement(one: Attestation | Waiver, kind: str, source: str, *, settings: Settings | None = None) -> None:
    """Refuse a statement that says nothing, or stands where experiments can tell: by the hooks that *settings* give."""
    row = practice(one.practice)
    if not one.owner.strip() or not (one.statement if isinstance(one, Attestation) else one.reason).strip():
        raise ConfigError(f"{source}: [[{kind}]] {one.practice} needs an owner and a {_text_key(one)} that say something.")
    if isinstance(one, Attestation) and row.is_measured and not (settings and may_be_attested(row, settings)):
        how = ", ".join(row.needed) or "what a run exercises"
        stated = f" Only where the config states {' and '.join(row.attestable_with)} may a person stand for it."
        raise ConfigError(
            f"{source}: [[attest]] {one.practice} does not count, because experiments can tell ({how}). "
            f"Remove it, and give the hooks that they need.{stated if row.attestable_with else ''}"
        )


def may_be_attested(one: Practice, settings: Settings) -> bool:
    """Whether a person may stand for a measured practice: its row allows that, and no experiment reaches the app."""
    hook = one.attestable_without
    is_out_of_reach = bool(hook) and not _given(settings, hook.split("."))
    return is_out_of_reach and all(_given(settings, fact.split(".")) for fact in one.attestable_with)


def _given(settings: Settings, parts: Sequence[str]) -> bool:
    node: object = settings
    for part in parts:
        node = node.get(part) if isinstance(node, dict) else getattr(node, part, None)
    return bool(node)


def statement_remarks(settings: Settings, today: datetime.date) -> Iterator[str]:
    """What time does to statements: those that count no more, or not yet, and those that will soon count no more."""
    for kind, statements in (("attest", settings.attest), ("waive", settings.waive)):
        for one in statements:
            days = (one.expires - today).days
            if not is_valid_on(one, today):
                yield f"[[{kind}]] {one.practice} by {one.owner} {_when(one, today)}, so it counts as absent."
            elif days <= SOON_DAYS:
                left = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
                yield f"[[{kind}]] {one.practice} by {one.owner} expires {left}, on {one.expires}. Renew it, or do without."


def _text_key(one: Attestation | Waiver) -> str:
    return "statement" if isinstance(one, Attestation) else "reason"


def _of(practice_id: str, statements: Sequence[Attestation | Waiver]) -> Attestation | Waiver | None:
    return next((one for one in statements if one.practice == practice_id), None)


def is_valid_on(one: Attestation | Waiver, today: datetime.date) -> bool:
    """Whether a statement counts on that day; an expired one counts as absent."""
    return one.date <= today <= one.expires


def _when(one: Attestation | Waiver, today: datetime.date) -> str:
    return f"expired on {one.expires}" if one.expires < today else f"begins only on {one.date}"


def _by_findings(one: Practice, bearing: Sequence[Outcome], settings: Settings) -> tuple[Status, str, tuple[str, ...]]:
    """Violated by any FAIL; proven when every needed probe passed and nothing that counts is INCONCLUSIVE."""
    found = [
        (outcome.scenario, finding)
        for outcome in bearing
        for finding in outcome.findings
        if one.id in practices_of(finding.probe, outcome.practices)
    ]
    failed = [f"{finding.probe} in {scenario}" for scenario, finding in found if finding.verdict is Verdict.FAIL]
    if failed:
        return Status.VIOLATED, some(failed), ()
    wanted = {finding.hook for _, finding in found if finding.verdict is Verdict.INCONCLUSIVE and finding.hook}
    missing = {hook for outcome in bearing for hook in outcome.missing}
    missing |= {hook for hook in wanted if not is_in_config(settings, hook)}
    hooks = tuple(sorted(missing))
    reason = _why_unproven(one, bearing, found, hooks)
    if reason:
        return Status.NOT_PROVEN, reason, hooks
    where = bearing[0].scenario if len(bearing) == 1 else f"{len(bearing)} scenarios"
    return Status.PROVEN, f"{some(one.needed)} in {where}", ()


def _by_flows(outcomes: Sequence[Outcome], settings: Settings, met: Collection[str]) -> tuple[Status, str, tuple[str, ...]]:
    """Proven when everything that the app uses was exercised; a flow that was not is named."""
    if settings.app.facts.uses_events is None:
        return Status.NOT_PROVEN, f"the config lacks {coverage.FACT}", (coverage.FACT,)
    wanted = coverage.expected_of(settings.app.facts, met)
    done = [outcome for outcome in outcomes if not any(finding.probe == EVERY_STEP for finding in outcome.findings)]
    left = coverage.untested(settings.app.facts, (flow for outcome in done for flow in outcome.coverage), met)
    if left:
        return Status.NOT_PROVEN, f"not exercised: {some(left)}", ()
    what = "every event used, every ending of a journey" + (", every endpoint called, every kind of error" if met else "")
    return Status.PROVEN, f"all {len(wanted)} flows were exercised: {what}", ()


def is_in_config(settings: Settings, hook: str) -> bool:
    """Whether the config gives *hook*, or an object that may have it; what it answers may still say too little."""
    if hook.startswith(LIMITS):
        return hook.removeprefix(LIMITS) in settings.stated_limits
    return _given(settings, hook.split(".")) or (bool(settings.app.object) and not hook.startswith(FACTS))


def _why_unproven(one: Practice, bearing: Sequence[Outcome], found: Found, hooks: tuple[str, ...]) -> str:
    if not one.needed:
        return "no experiment in this version"
    if not bearing:
        return "no scenario that ran bears on it"
    if hooks:
        return f"the config lacks {some(hooks)}"
    untold = [scenario for scenario, finding in found if finding.verdict is Verdict.INCONCLUSIVE]
    if untold:
        return f"inconclusive in {some(untold)}"
    passed = {finding.probe for _, finding in found if finding.verdict is Verdict.PASS}
    unseen = [probe for probe in one.needed if probe not in passed]
    return f"{NOT_RUN}: {some(unseen)}" if unseen else ""


def some(names: Sequence[str]) -> str:
    """The first few of *names*, each once, and how many more there are."""
    unique = list(dict.fromkeys(names))
    return ", ".join(unique[:4]) + (f" and {len(unique) - 4} more" if len(unique) > 4 else "")
