"""The status of each practice: proven, stated by the config, attested by a person, not proven, or violated.

A finding counts only for practices that its scenario lists; a practice that was not examined is never proven.
"""

import datetime
import enum
import re
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from fiskil_harness.core.config import Attestation, Settings, Waiver
from fiskil_harness.core.config.given import is_in_config, is_set
from fiskil_harness.core.config.hooks import PAGES
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.journal.queries.unused_events import IGNORED, PROCESSED, unused_events
from fiskil_harness.probes import Finding, Verdict, coverage, practices
from fiskil_harness.probes.evaluation import EVERY_STEP
from fiskil_harness.probes.evidence import SCREENSHOT
from fiskil_harness.probes.hints import SEPARATOR
from fiskil_harness.probes.outcome import Outcome, applicable
from fiskil_harness.probes.practices import Practice

DIGEST = re.compile(r"[0-9a-f]{12,64}")
SOON_DAYS = 14
"""Days before expiry from which an attestation or waiver is reported as expiring."""
NOT_RUN = "not run in a scenario of this practice"
NOT_CALLED = "the app did not call the route while a scenario held this fault ready"

Findings = list[tuple[str, Finding]]
"""Findings, each with the name of its scenario."""


class Status(enum.StrEnum):
    """The status of a practice. STATED: everything that can be tried is proven, and the config alone says the rest."""

    PROVEN = "proven"
    STATED = "stated"
    ATTESTED = "attested"
    NOT_PROVEN = "not proven"
    VIOLATED = "violated"


MET = frozenset({Status.PROVEN, Status.STATED, Status.ATTESTED})
"""The statuses that meet a requirement of the gate."""


class PracticeStatus(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One practice and its status. ``hooks`` are missing hooks that would help to prove it."""

    practice: str
    title: str
    section: str
    status: Status
    reason: str
    is_required: bool
    hooks: tuple[str, ...] = ()
    waiver: str = ""


def status_of(
    practice: Practice,
    outcomes: Sequence[Outcome],
    settings: Settings,
    today: datetime.date,
    *,
    is_required: bool,
    coverage_marks: Collection[str] = (),
    untested_faults: Sequence[str] = (),
) -> PracticeStatus:
    """Judge *practice* by the findings of every scenario that lists it, and by attestations and waivers in the config.

    Args:
        coverage_marks: Results of the app's API calls in all scenarios together (see ``coverage.coverage_marks``).
        untested_faults: Kinds of fault that a route did not meet, as texts (see ``route_coverage.missing_faults``).
    """
    named = [outcome for outcome in outcomes if practice.id in outcome.practices]
    applying = set(map(id, applicable(outcomes)))
    relevant = [outcome for outcome in named if id(outcome) in applying] or named
    if practice.measure == "flows":
        status, reason, hooks = _status_by_flows(outcomes, settings, coverage_marks)
    else:
        status, reason, hooks = _status_by_findings(practice, relevant, settings)
    if status is Status.PROVEN and practice.needs_every_route and untested_faults:
        status, reason = Status.NOT_PROVEN, f"not tested: {some(untested_faults)}; {NOT_CALLED}"
    attestation = _find(practice.id, settings.attest)
    waiver = _find(practice.id, settings.waive)
    if status is Status.NOT_PROVEN and isinstance(attestation, Attestation):
        changed = _changed_screenshots(attestation, coverage_marks)
        lacking = [hook for hook in hooks if attestation.screenshots and not hook.endswith("_words")]
        if is_valid_on(attestation, today) and not changed and not lacking:
            text = f"{attestation.owner}, until {attestation.expires}: {attestation.statement}"
            status, reason, hooks = Status.ATTESTED, text, ()
        elif changed:
            reason += (
                f"; the attestation of {attestation.owner} is for the screenshot {changed[0]}, which no page shows any more"
            )
        elif lacking:
            reason += f"; the attestation of {attestation.owner} does not replace {lacking[0]}"
        else:
            reason += f"; the attestation of {attestation.owner} {_validity(attestation, today)}"
    accepted = ""
    if status is Status.NOT_PROVEN and isinstance(waiver, Waiver):
        reason += f"; the waiver of {waiver.owner} accepts a violation, but does not replace a proof"
    if status is Status.VIOLATED and isinstance(waiver, Waiver):
        if is_valid_on(waiver, today):
            accepted = f"accepted by {waiver.owner} until {waiver.expires}: {waiver.reason}"
        else:
            reason += f"; the waiver of {waiver.owner} {_validity(waiver, today)}"
    return PracticeStatus(
        practice=practice.id,
        title=practice.title,
        section=practice.section,
        status=status,
        reason=reason,
        is_required=is_required,
        hooks=hooks,
        waiver=accepted,
    )


def check_statements(settings: Settings, source: str) -> None:
    """Raise an error if an attestation or waiver of the config, called *source* in messages, is not acceptable.

    Raises:
        UnknownName: A practice does not exist.
        ConfigError: A statement is empty, is repeated, contradicts another statement, or attests what experiments can test.
    """
    for kind, statements in (("attest", settings.attest), ("waive", settings.waive)):
        checked: set[str] = set()
        for statement in statements:
            refuse_unknown_practice(statement.practice, f"{source}: [[{kind}]]")
            check_statement(statement, kind, source, settings=settings)
            if statement.practice in checked:
                raise ConfigError(f"{source}: [[{kind}]] names {statement.practice} twice. Keep one.")
            checked.add(statement.practice)
    attested = {attestation.practice for attestation in settings.attest}
    for waiver in settings.waive:
        if waiver.practice in attested:
            raise ConfigError(
                f"{source}: {waiver.practice} is both attested and waived. "
                "An attestation states that the app follows the practice, a waiver accepts that it does not. Keep one."
            )


def refuse_unknown_practice(practice_id: str, place: str) -> None:
    """Raise an error if the practice does not exist. The message begins with *place*, the key in the config.

    Raises:
        UnknownName: No practice has this id.
    """
    try:
        practices.practice(practice_id)
    except UnknownName as error:
        error.args = (f"{place}: {error}",)
        raise


def check_statement(statement: Attestation | Waiver, kind: str, source: str, *, settings: Settings | None = None) -> None:
    """Raise an error if one attestation or waiver is not acceptable.

    Args:
        kind: The config's table: ``attest`` or ``waive``.
        source: The name of the config in messages.
        settings: The config, whose hooks determine whether experiments can test the practice. None assumes all hooks.

    Raises:
        UnknownName: The practice does not exist.
        ConfigError: The owner or the text is empty, or experiments can test the practice.
    """
    practice = practices.practice(statement.practice)
    key, text = ("statement", statement.statement) if isinstance(statement, Attestation) else ("reason", statement.reason)
    if not statement.owner.strip() or not text.strip():
        raise ConfigError(f"{source}: [[{kind}]] {statement.practice} needs an owner and a {key} that are not empty.")
    is_testable = practice.is_measured and not (settings and may_be_attested(practice, settings))
    if isinstance(statement, Attestation) and statement.screenshots:
        _check_screenshots(statement, practice, source)
        return
    if isinstance(statement, Attestation) and is_testable:
        experiments = ", ".join(practice.needed) or "what a run exercises"
        condition = f" An attestation counts only where the config states {' and '.join(practice.attestable_with)}."
        raise ConfigError(
            f"{source}: [[attest]] {statement.practice} is not accepted, because experiments can test it ({experiments}). "
            f"Remove it, and give the hooks that they need.{condition if practice.attestable_with else ''}"
        )


def _check_screenshots(statement: Attestation, practice: Practice, source: str) -> None:
    """Raise an error if the practice is not about pages, or if a digest is not one.

    Raises:
        ConfigError: The screenshots cannot be what was reviewed.
    """
    place = f"{source}: [[attest]] {statement.practice}"
    if PAGES not in practice.hooks:
        raise ConfigError(f"{place} names screenshots, but the practice is not about pages. Remove them.")
    bad = next((digest for digest in statement.screenshots if not DIGEST.fullmatch(digest)), None)
    if bad is not None:
        raise ConfigError(
            f"{place} names the screenshot {bad!r}. Give 12 to 64 hexadecimal digits, as the report shows them."
        )


def _changed_screenshots(attestation: Attestation, marks: Collection[str]) -> list[str]:
    """Return the digests of screenshots that the attestation names, and that this run did not take."""
    taken = [mark.removeprefix(f"{SCREENSHOT} ") for mark in marks if mark.startswith(f"{SCREENSHOT} ")]
    return [digest for digest in attestation.screenshots if not any(name.startswith(digest) for name in taken)]


def may_be_attested(practice: Practice, settings: Settings) -> bool:
    """Return whether an attestation counts for a practice that experiments can measure.

    The practice must allow attestation. The config must lack the hook that an experiment needs, and state the facts that
    the practice requires for an attestation.
    """
    hook = practice.attestable_without
    is_out_of_reach = bool(hook) and not is_set(settings, hook.split("."))
    return is_out_of_reach and all(is_set(settings, fact.split(".")) for fact in practice.attestable_with)


def statement_remarks(settings: Settings, today: datetime.date) -> Iterator[str]:
    """Yield a sentence for each attestation or waiver that has expired, is not valid yet, or expires soon."""
    for kind, statements in (("attest", settings.attest), ("waive", settings.waive)):
        for statement in statements:
            name = f"[[{kind}]] {statement.practice} by {statement.owner}"
            days = (statement.expires - today).days
            if not is_valid_on(statement, today):
                yield f"{name} {_validity(statement, today)}, so it does not count."
            elif days <= SOON_DAYS:
                left = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
                yield f"{name} expires {left}, on {statement.expires}. Renew or remove it."


def _find(practice_id: str, statements: Sequence[Attestation | Waiver]) -> Attestation | Waiver | None:
    return next((statement for statement in statements if statement.practice == practice_id), None)


def is_valid_on(statement: Attestation | Waiver, today: datetime.date) -> bool:
    """Return whether a statement is valid on the day *today*."""
    return statement.date <= today <= statement.expires


def _validity(statement: Attestation | Waiver, today: datetime.date) -> str:
    if statement.expires < today:
        return f"expired on {statement.expires}"
    return f"is not valid before {statement.date}"


def _status_by_findings(
    practice: Practice, outcomes: Sequence[Outcome], settings: Settings
) -> tuple[Status, str, tuple[str, ...]]:
    """Return status, reason and missing hooks.

    Any FAIL violates the practice. It is proven if every needed probe passed and no finding that counts is INCONCLUSIVE.
    """
    findings = [
        (outcome.scenario, finding)
        for outcome in outcomes
        for finding in outcome.findings
        if practice.id in finding.practices
    ]
    failed = [f"{finding.probe} in {scenario}" for scenario, finding in findings if finding.verdict is Verdict.FAIL]
    if failed:
        return Status.VIOLATED, some(failed), ()
    needed = {finding.hook for _, finding in findings if finding.verdict is Verdict.INCONCLUSIVE and finding.hook}
    missing = {hook for outcome in outcomes for hook in outcome.missing}
    missing |= {hook for hook in needed if not is_in_config(settings, hook)}
    hooks = tuple(sorted(missing))
    reason = _why_not_proven(practice, outcomes, findings, hooks)
    if reason:
        return Status.NOT_PROVEN, reason, hooks
    statements = _unconfirmed(findings)
    if statements:
        return _status_by_statements(practice, statements)
    place = outcomes[0].scenario if len(outcomes) == 1 else f"{len(outcomes)} scenarios"
    return Status.PROVEN, f"{some(practice.needed)} in {place}", ()


def _unconfirmed(findings: Findings) -> list[str]:
    """Return the parts of PASS findings that the config alone says: no PASS of the same probe rests on observation only."""
    confirmed = {finding.probe for _, finding in findings if finding.verdict is Verdict.PASS and not finding.stated}
    return [finding.stated for _, finding in findings if finding.stated and finding.probe not in confirmed]


def _status_by_statements(practice: Practice, statements: Sequence[str]) -> tuple[Status, str, tuple[str, ...]]:
    """Return status, reason and missing hooks of a practice of which the config alone says a part.

    Without a reason why that part cannot be tried, the practice is not proven.
    """
    only = f"the config alone says that {' and '.join(dict.fromkeys(statements))}"
    if practice.stated_because:
        return Status.STATED, f"{only}; {practice.stated_because}", ()
    return Status.NOT_PROVEN, f"{only}; an experiment can try it", ()


def _status_by_flows(
    outcomes: Sequence[Outcome], settings: Settings, coverage_marks: Collection[str]
) -> tuple[Status, str, tuple[str, ...]]:
    """Return status, reason and missing hooks: proven if the run exercised every flow that the app uses."""
    facts = settings.app.facts
    if facts.uses_events is None:
        return Status.NOT_PROVEN, f"the config does not set {coverage.FACT}", (coverage.FACT,)
    contradicted = unused_events(coverage_marks, PROCESSED) - unused_events(coverage_marks, IGNORED)
    if contradicted:
        return Status.NOT_PROVEN, f"the app processes {some(sorted(contradicted))}, which {coverage.FACT} leaves out", ()
    expected = coverage.expected_of(facts, coverage_marks)
    finished = [outcome for outcome in outcomes if not any(finding.probe == EVERY_STEP for finding in outcome.findings)]
    untested = coverage.untested(facts, (flow for outcome in finished for flow in outcome.coverage), coverage_marks)
    if untested:
        return Status.NOT_PROVEN, f"not exercised: {some(untested)}", ()
    calls = (
        ", every endpoint called, every kind of error"
        if any(mark.startswith(f"{coverage.CALLED} ") for mark in coverage_marks)
        else ""
    )
    kinds = f"every event used, every ending of a journey{calls}"
    untried = coverage.unused_kinds(facts, outcomes) - unused_events(coverage_marks, IGNORED)
    limits = f"; the config alone says that the app does not use {some(sorted(untried))}" if untried else ""
    return Status.PROVEN, f"all {len(expected)} flows were exercised: {kinds}{limits}", ()


def _why_not_proven(practice: Practice, outcomes: Sequence[Outcome], findings: Findings, hooks: tuple[str, ...]) -> str:
    """Return the reason as a sentence fragment; "" if the practice is proven."""
    if not practice.needed:
        return "no experiment in this version"
    if not outcomes:
        return "no scenario of this practice ran"
    if hooks:
        return _lacking(hooks)
    inconclusive = [scenario for scenario, finding in findings if finding.verdict is Verdict.INCONCLUSIVE]
    if inconclusive:
        return f"inconclusive in {some(inconclusive)}"
    passed = {finding.probe for _, finding in findings if finding.verdict is Verdict.PASS}
    not_run = [probe for probe in practice.needed if probe not in passed]
    return f"{NOT_RUN}: {some(not_run)}" if not_run else ""


def _lacking(hooks: Sequence[str]) -> str:
    """Return which hooks the config does not set, and which parts the responses of its hooks lack."""
    parts = [hook for hook in hooks if SEPARATOR in hook]
    absent = [hook for hook in hooks if hook not in parts]
    lacks = [f"the response of {name} has no {part}" for name, _, part in (hook.partition(SEPARATOR) for hook in parts)]
    return "; ".join([*([f"the config does not set {some(absent)}"] if absent else []), *lacks])


def some(names: Sequence[str]) -> str:
    """Return the first four of *names* without duplicates, and how many more there are."""
    unique = list(dict.fromkeys(names))
    return ", ".join(unique[:4]) + (f" and {len(unique) - 4} more" if len(unique) > 4 else "")
