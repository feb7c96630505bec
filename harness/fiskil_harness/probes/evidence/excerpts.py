"""From a finished journal and its findings to what is shown of those that failed.

Only the deliveries that a finding or a case is about are shown; where it names none, the first ones are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from fiskil_harness.core.net.curl import curl
from fiskil_harness.journal import Delivery, Effects, Entry, HookCall, Journal, PlanRun, Started
from fiskil_harness.journal.queries.deliveries import kind_of, response_text
from fiskil_harness.probes import Case, Finding, Verdict
from fiskil_harness.probes.evidence.excerpt_values import Beat, Excerpt, Sending
from fiskil_harness.probes.evidence.state_diff import changed, counts, twins_apart

MOST_DELIVERIES = 40
MOST_OF_CASES = 8
"""Where a finding's cases have exhibits of their own, the finding itself shows the first few."""
MOST_CASES = 120
MOST_NAMED = 4
MOST_BYTES = 64 * 1024
TOO_LONG = "the line is too long to be shown"
_SYMBOL = re.compile(r"\b(?:\w+\.)?e\d+\b")
_MARKS = {
    "restart": "the app is started again",
    "kill": "the app is killed",
    "stop": "the app is stopped",
    "start": "the app is started",
    "refusal": "the app does not start",
}
_SENDS = re.compile(r"(deliver|retry|replay|burst|forge|lose)\b")
_COPIES = re.compile(r"copies (\d+)")


def excerpts(scenario: str, findings: Iterable[Finding], journal: Journal, *, url: str) -> tuple[Excerpt, ...]:
    """One exhibit for each finding that failed, and one for each of its cases that did; *url* is the receiver's."""
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
    spoken_of = [delivery for delivery in deliveries if delivery.event in symbols]
    chosen, most = named or spoken_of or deliveries, MOST_OF_CASES if named else MOST_DELIVERIES
    yield _shown(blank, chosen, entries, journal, url, is_told=bool(named or spoken_of), most=most)
    for case in failed:
        about = [delivery for delivery in deliveries if _is_of(delivery, case)]
        yield _shown(msgspec.structs.replace(blank, case=case.name), about, entries, journal, url)


def _is_of(delivery: Delivery, case: Case) -> bool:
    return delivery.event in case.events


def _shown(
    blank: Excerpt,
    chosen: Sequence[Delivery],
    entries: Sequence[Entry],
    journal: Journal,
    url: str,
    *,
    is_told: bool = True,
    most: int = MOST_DELIVERIES,
) -> Excerpt:
    """*blank* with those deliveries, and with what lies around them."""
    every = list({id(delivery): delivery for delivery in chosen}.values())
    if not is_told:
        every = [delivery for delivery in every if delivery.participant == "b"] or every
    shown = every[:most]
    if not shown:
        return blank
    who = {delivery.participant for delivery in shown}
    ids = {delivery.message_id for delivery in shown if delivery.message_id}
    places = [number for number, entry in enumerate(entries) if any(entry is each for each in shown)]
    asked = [
        (number, entry) for number, entry in enumerate(entries) if isinstance(entry, Effects) and entry.participant in who
    ]
    later = [number for number, _ in asked if number > places[-1]]
    last = (later[0] if blank.case else later[-1]) if later else places[-1]
    earlier = [effects for number, effects in asked if number < places[0]]
    old, new = (earlier[-1] if earlier else None), (entries[last] if later else None)
    twins = {entry.participant: entry for entry in entries if isinstance(entry, Effects)}
    told = {"old": "before" if old else "", "new": "after"}
    changes = changed(old, new if isinstance(new, Effects) else None, ids, journal)
    if not is_told and {"a", "b"} <= twins.keys():
        told = {"old": "the twin that was told in order", "new": "the twin that was told otherwise"}
        changes = twins_apart(twins["a"], twins["b"], journal)
    return msgspec.structs.replace(
        blank,
        beats=tuple(_beats(entries[places[0] : last + 1], shown, old, ids, journal)),
        sendings=tuple(_sendings(shown, url)),
        changes=changes,
        left_out=len(every) - len(shown),
        **(told if changes else {}),
    )


def _beats(
    entries: Sequence[Entry], shown: Sequence[Delivery], old: Effects | None, ids: set[str], journal: Journal
) -> Iterator[Beat]:
    who = {delivery.participant for delivery in shown}
    known = {old.participant: old} if old else {}
    told = counts(old, ids, journal.names)
    for entry in entries:
        if isinstance(entry, Delivery) and any(entry is delivery for delivery in shown):
            yield _delivered(entry)
        elif isinstance(entry, Effects) and entry.participant in who:
            now = counts(entry, ids, journal.names)
            yield from _felt({text: count for text, count in now.items() if count != told.get(text)})
            had = known.get(entry.participant)
            if entry.applied is None and had is not None and had.state != entry.state:
                yield Beat(what="effect", text="the state is another")
            told |= now
            known[entry.participant] = entry
        elif isinstance(entry, Started) and entry.how in _MARKS:
            yield Beat(what="mark", text=_MARKS[entry.how])
        elif isinstance(entry, HookCall) and entry.hook == "fail":
            yield Beat(what="mark", text="the app is told to fail")
    if any(effects.applied is not None for effects in known.values()):
        lost = {
            journal.names.get(delivery.message_id, delivery.event) for delivery in shown if delivery.outcome == "ack"
        } - told.keys()
        yield from (Beat(what="effect", text=f"{_some(sorted(lost))}: no effect", outcome="none") for _ in range(bool(lost)))


def _delivered(one: Delivery) -> Beat:
    return Beat(
        what="delivery",
        text=f"{one.event} attempt {one.attempt}" if one.kind in {"genuine", "replay"} else _plain(one.event),
        note=_note(one),
        response=response_text(one),
        outcome=one.outcome,
        group=one.group,
        is_witness=True,
    )


def _felt(news: dict[str, int]) -> Iterator[Beat]:
    """Effects that are new; messages that were applied equally often stand together."""
    for count in sorted(set(news.values())):
        names = [text for text, often in news.items() if often == count]
        yield Beat(what="effect", text=f"{_some(names)} applied {'once' if count == 1 else f'{count} times'}")


def _some(events: Sequence[str]) -> str:
    more = f" and {len(events) - MOST_NAMED} more" if len(events) > MOST_NAMED else ""
    return ", ".join(_plain(event) for event in events[:MOST_NAMED]) + more


def _note(one: Delivery) -> str:
    kind = "replay: the same bytes" if one.kind == "replay" and not one.name else ""
    variant = one.name.replace("_", " ") if one.name and one.kind not in {"forged", "unusual"} else ""
    return ", ".join(part for part in (variant, kind, kind_of(one)) if part)


def _plain(event: str) -> str:
    """``forged: other secret`` for the symbol of a forgery; ordinary symbols stay as they are."""
    return event.replace(":", ": ").replace("_", " ")


def _sendings(shown: Sequence[Delivery], url: str) -> Iterator[Sending]:
    """Each delivery as a line; the very same request is written once, with how often it was sent."""
    made: dict[str, list[Delivery]] = {}
    for delivery in shown:
        made.setdefault(curl(url, headers=delivery.headers, body=delivery.body, method=_method(delivery)), []).append(
            delivery
        )
    for command, ones in made.items():
        often = f", sent {len(ones)} times{' at once' if ones[0].group else ''}" if len(ones) > 1 else ""
        yield Sending(text=f"{_plain(ones[0].event)} attempt {ones[0].attempt}{often}", command=command)


def _method(one: Delivery) -> str:
    return next((method for method in ("GET", "PUT") if one.name.startswith(f"{method.lower()}_")), "POST")


def _planned(plan: PlanRun) -> Iterator[Beat]:
    """The steps of a plan that was cut down to its shortest; what each delivery was answered stands in the finding."""
    for number, step in enumerate(plan.summary, start=1):
        if not _SENDS.match(step):
            yield Beat(what="mark", text=step)
            continue
        copies = _COPIES.search(step)
        for _ in range(int(copies[1]) if copies else 1):
            yield Beat(what="delivery", text=step, group=number if copies else 0, is_witness=True)


def _bounded(one: Excerpt) -> Excerpt:
    """*one* with as much as fits; lines for the shell go first, the last ones before the first."""
    if _bytes(one) <= MOST_BYTES:
        return one
    kept: list[Sending] = []
    left = MOST_BYTES - _bytes(msgspec.structs.replace(one, sendings=()))
    for each in one.sendings:
        size = len(msgspec.json.encode(each)) + 1
        fits = size <= left
        kept.append(each if fits else Sending(text=each.text, command=TOO_LONG))
        left -= size if fits else 0
    return msgspec.structs.replace(one, sendings=tuple(kept))


def _bytes(one: Excerpt) -> int:
    return len(msgspec.json.encode(one))
