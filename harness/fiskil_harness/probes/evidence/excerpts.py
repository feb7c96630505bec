"""Excerpts of a finished journal, one for each failed finding and one for each failed case.

An excerpt contains only the deliveries that the finding or case mentions. If no delivery is mentioned, the excerpt contains
the first deliveries of the journal.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from fiskil_harness.core.net.curl import curl
from fiskil_harness.journal import Delivery, Effects, Entry, HookCall, Journal, PlanRun, ProcessChanged
from fiskil_harness.journal.queries.api_calls import kind_of
from fiskil_harness.journal.queries.deliveries import first_of, readable, response_text
from fiskil_harness.probes import Case, Finding, Verdict
from fiskil_harness.probes.evidence.excerpt_values import Excerpt, ExcerptLine, ShellCommand
from fiskil_harness.probes.evidence.state_diff import changed, counts, twins_apart
from fiskil_harness.probes.evidence.story_lines import STARTS

MOST_BYTES = 64 * 1024
TOO_LONG = "the command is too long to be shown"
MOST_DELIVERIES = 40
MOST_OF_CASES = 8
"""Maximum number of deliveries in the excerpt of a finding whose cases have their own excerpts."""
MOST_CASES = 120
MOST_NAMED = 4
_SYMBOL = re.compile(r"\b(?:\w+\.)?e\d+[a-z]?\b")
_MARKS = {change: text for change, text in STARTS.items() if change not in {"found", "kill_worker"}}
_SENDS = re.compile(r"(deliver|retry|replay|burst|forge|lose)\b")
_COPIES = re.compile(r"copies (\d+)")


def excerpts(scenario: str, findings: Iterable[Finding], journal: Journal, *, url: str) -> tuple[Excerpt, ...]:
    """Return one excerpt for each failed finding, and one for each of its failed cases.

    Args:
        scenario: The scenario's name.
        url: The receiver's URL, for the shell commands.
    """
    return tuple(
        _bounded(excerpt)
        for finding in findings
        if finding.verdict is Verdict.FAIL
        for excerpt in _of_finding(scenario, finding, journal, url)
        if excerpt.beats
    )


def _of_finding(scenario: str, finding: Finding, journal: Journal, url: str) -> Iterator[Excerpt]:
    blank = Excerpt(scenario=scenario, probe=finding.probe)
    plan = next(
        (
            plan_run
            for plan_run in journal.all(PlanRun)
            if plan_run.plan and plan_run.observed and plan_run.observed in finding.observed
        ),
        None,
    )
    if plan is not None:
        yield msgspec.structs.replace(blank, beats=tuple(_planned(plan)))
        return
    failed = [case for case in finding.cases if case.verdict is Verdict.FAIL][:MOST_CASES]
    entries = list(journal)
    symbols = set(_SYMBOL.findall("\n".join((finding.observed, *finding.evidence))))
    deliveries = [entry for entry in entries if isinstance(entry, Delivery)]
    named = [delivery for case in failed for delivery in deliveries if _is_of(delivery, case)]
    mentioned = [delivery for delivery in deliveries if delivery.event in symbols]
    chosen, most = named or mentioned or deliveries, MOST_OF_CASES if named else MOST_DELIVERIES
    yield _filled(blank, chosen, entries, journal, url, is_named=bool(named or mentioned), most=most)
    for case in failed:
        chosen = [delivery for delivery in deliveries if _is_of(delivery, case)]
        yield _filled(msgspec.structs.replace(blank, case=case.name), chosen, entries, journal, url)


def _is_of(delivery: Delivery, case: Case) -> bool:
    return delivery.event in case.events


def _filled(
    blank: Excerpt,
    chosen: Sequence[Delivery],
    entries: Sequence[Entry],
    journal: Journal,
    url: str,
    *,
    is_named: bool = True,
    most: int = MOST_DELIVERIES,
) -> Excerpt:
    """Return *blank* filled with the *chosen* deliveries, and with the effects and restarts between them.

    If the finding mentions no delivery (*is_named* is False), deliveries to twin *b* are preferred, and the states of the
    twins *a* and *b* are compared.
    """
    every = list({id(delivery): delivery for delivery in chosen}.values())
    if not is_named:
        every = [delivery for delivery in every if delivery.participant == "b"] or every
    included = every[:most]
    if not included:
        return blank
    participants = {delivery.participant for delivery in included}
    ids = {delivery.message_id for delivery in included if delivery.message_id}
    positions = [number for number, entry in enumerate(entries) if any(entry is delivery for delivery in included)]
    snapshots = [
        (number, entry)
        for number, entry in enumerate(entries)
        if isinstance(entry, Effects) and entry.participant in participants
    ]
    later = [number for number, _ in snapshots if number > positions[-1]]
    last = (later[0] if blank.case else later[-1]) if later else positions[-1]
    earlier = [effects for number, effects in snapshots if number < positions[0]]
    old, new = (earlier[-1] if earlier else None), (entries[last] if later else None)
    twins = {entry.participant: entry for entry in entries if isinstance(entry, Effects)}
    labels = {"old": "before" if old else "", "new": "after"}
    changes = changed(old, new if isinstance(new, Effects) else None, ids, journal)
    if not is_named and {"a", "b"} <= twins.keys():
        labels = {"old": "twin with deliveries in order", "new": "twin with other deliveries"}
        changes = twins_apart(twins["a"], twins["b"], journal)
    return msgspec.structs.replace(
        blank,
        beats=tuple(_beats(entries[positions[0] : last + 1], included, old, ids, journal)),
        commands=tuple(_sendings(included, url)),
        changes=changes,
        left_out=len(every) - len(included),
        **(labels if changes else {}),
    )


def _beats(
    entries: Sequence[Entry], deliveries: Sequence[Delivery], old: Effects | None, ids: set[str], journal: Journal
) -> Iterator[ExcerptLine]:
    participants = {delivery.participant for delivery in deliveries}
    latest = {old.participant: old} if old else {}
    applied = counts(old, ids, journal.names)
    for entry in entries:
        if isinstance(entry, Delivery) and any(entry is delivery for delivery in deliveries):
            yield _delivery_beat(entry)
        elif isinstance(entry, Effects) and entry.participant in participants:
            now = counts(entry, ids, journal.names)
            yield from _effect_beats({symbol: count for symbol, count in now.items() if count != applied.get(symbol)})
            before = latest.get(entry.participant)
            if entry.applied is None and before is not None and before.state != entry.state:
                yield ExcerptLine(kind="effect", text="the state has changed")
            applied |= now
            latest[entry.participant] = entry
        elif isinstance(entry, ProcessChanged) and entry.change in _MARKS:
            yield ExcerptLine(kind="mark", text=_MARKS[entry.change])
        elif isinstance(entry, HookCall) and entry.is_failure_request:
            yield ExcerptLine(kind="mark", text="the app is requested to fail")
    if any(effects.applied is not None for effects in latest.values()):
        acknowledged = [delivery for delivery in deliveries if delivery.is_acknowledged]
        lost = {journal.names.get(delivery.message_id, delivery.event) for delivery in acknowledged} - applied.keys()
        if lost:
            yield ExcerptLine(kind="effect", text=f"{_some(sorted(lost))}: no effect", outcome="none")


def _delivery_beat(delivery: Delivery) -> ExcerptLine:
    return ExcerptLine(
        kind="delivery",
        text=f"{delivery.event} attempt {delivery.attempt}" if delivery.is_authentic else _plain(delivery.event),
        note=_note(delivery),
        response=response_text(delivery),
        outcome=delivery.outcome,
        group=delivery.group,
        is_witness=True,
    )


def _effect_beats(changed_counts: dict[str, int]) -> Iterator[ExcerptLine]:
    """Yield lines for new effects; messages that were applied the same number of times share a line."""
    for count in sorted(set(changed_counts.values())):
        names = [symbol for symbol, times in changed_counts.items() if times == count]
        yield ExcerptLine(kind="effect", text=f"{_some(names)} applied {'once' if count == 1 else f'{count} times'}")


def _some(events: Sequence[str]) -> str:
    return first_of([_plain(event) for event in events], MOST_NAMED)


def _note(delivery: Delivery) -> str:
    kind = "replay: the same bytes" if delivery.is_replay and not delivery.name else ""
    variant = readable(delivery.name) if delivery.name and not (delivery.is_forged or delivery.is_unusual) else ""
    return ", ".join(part for part in (variant, kind, kind_of(delivery)) if part)


def _plain(event: str) -> str:
    """Return a symbol as readable text: ``forged:other_secret`` becomes ``forged: other secret``, ``e1`` stays unchanged."""
    return readable(event).replace(":", ": ")


def _sendings(deliveries: Sequence[Delivery], url: str) -> Iterator[ShellCommand]:
    """Yield a shell command for each delivery; identical requests share a command, whose text contains their number."""
    by_command: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        command = curl(url, headers=delivery.headers, body=delivery.body, method=_method(delivery))
        by_command.setdefault(command, []).append(delivery)
    for command, equal in by_command.items():
        first, count = equal[0], len(equal)
        times = f", sent {count} times{' concurrently' if first.group else ''}" if count > 1 else ""
        yield ShellCommand(text=f"{_plain(first.event)} attempt {first.attempt}{times}", command=command)


def _method(delivery: Delivery) -> str:
    return next((method for method in ("GET", "PUT") if delivery.name.startswith(f"{method.lower()}_")), "POST")


def _planned(plan: PlanRun) -> Iterator[ExcerptLine]:
    """Yield a line for each step of the shortest failing plan; responses are omitted, because the finding contains them."""
    for number, step in enumerate(plan.summary, start=1):
        if not _SENDS.match(step):
            yield ExcerptLine(kind="mark", text=step)
            continue
        copies = _COPIES.search(step)
        for _ in range(int(copies[1]) if copies else 1):
            yield ExcerptLine(kind="delivery", text=step, group=number if copies else 0, is_witness=True)


def _bounded(excerpt: Excerpt) -> Excerpt:
    """Return *excerpt* within the size limit; shell commands that do not fit are replaced by a note."""
    if _bytes(excerpt) <= MOST_BYTES:
        return excerpt
    kept: list[ShellCommand] = []
    left = MOST_BYTES - _bytes(msgspec.structs.replace(excerpt, commands=()))
    for sending in excerpt.commands:
        size = _bytes(sending) + 1
        fits = size <= left
        kept.append(sending if fits else ShellCommand(text=sending.text, command=TOO_LONG))
        left -= size if fits else 0
    return msgspec.structs.replace(excerpt, commands=tuple(kept))


def _bytes(part: Excerpt | ShellCommand) -> int:
    return len(msgspec.json.encode(part))
