"""What happened, one line an entry: for somebody who looks on while a scenario runs.

Nothing here is redacted; whoever shows the lines does that.
"""

from collections.abc import Callable, Iterable
from typing import Any

from fiskil_harness.journal import (
    Bite,
    Delivery,
    Effects,
    EventCreated,
    Exchange,
    HookCall,
    Idle,
    Journey,
    SdkMessagePassed,
    Started,
    Trouble,
    Visit,
)
from fiskil_harness.journal.entries.entry import Entry

WHO = 16


def lines(entries: Iterable[Entry]) -> list[str]:
    """The entries that tell something to a reader, in their order."""
    return [f"{entry.at_s:7.3f} s  {_WORDS[type(entry)](entry)}" for entry in entries if type(entry) in _WORDS]


def _exchange(entry: Exchange) -> str:
    bitten = f", bitten by {' + '.join(entry.bites)}" if entry.bites else ""
    return _told("app -> API", f"{entry.method} {entry.route}: {_status(entry.status)}{bitten}")


def _bite(entry: Bite) -> str:
    where = f", at byte {entry.byte_offset} of the body" if entry.byte_offset >= 0 else ""
    return _told("fault", f"{entry.fault} on {entry.route}, call {entry.request_number}{where}")


def _delivery(entry: Delivery) -> str:
    variant = "" if entry.kind == "genuine" else f", {entry.name or entry.kind}"
    answer = f"{_status(entry.status)} {entry.trouble}".rstrip()
    return _told("webhook -> app", f"{entry.event} attempt {entry.attempt}{variant}: {answer}")


def _event(entry: EventCreated) -> str:
    return _told("event", f"{entry.event} is {entry.kind}")


def _hook(entry: HookCall) -> str:
    return _told("harness -> app", f"{entry.hook}: {_status(entry.status)} in {entry.took_s * 1000:.0f} ms")


def _heard(entry: SdkMessagePassed) -> str:
    who = "consent page" if entry.is_genuine else "another window"
    return _told(who, f"posts {entry.error_type or 'a success'}")


def _visit(entry: Visit) -> str:
    elsewhere = ", not the app's," if entry.is_elsewhere else ""
    return _told("end user", f"sees the page {entry.page}{elsewhere}: {_status(entry.status)}")


def _effects(entry: Effects) -> str:
    told = []
    if entry.applied is not None:
        told.append(f"{sum(entry.applied.values())} applied")
    if entry.pending is not None:
        told.append(f"{entry.pending} pending")
    if entry.is_connected is not None:
        told.append("connected" if entry.is_connected else "not connected")
    return _told("app tells", f"{', '.join(told) or 'its state'} ({entry.moment})")


def _told(who: str, what: str) -> str:
    return f"{who:<{WHO}} {what}"


def _status(status: int | None) -> str:
    return "no answer" if status is None else str(status)


_WORDS: dict[type, Callable[[Any], str]] = {
    Bite: _bite,
    Delivery: _delivery,
    Effects: _effects,
    EventCreated: _event,
    Exchange: _exchange,
    SdkMessagePassed: _heard,
    HookCall: _hook,
    Idle: lambda entry: _told("nothing", f"{entry.seconds:g} s watched"),
    Journey: lambda entry: _told("end user", f"the journey ended: {entry.ending}"),
    Started: lambda entry: _told("app", entry.how),
    Trouble: lambda entry: _told("trouble", entry.what.partition("\n")[0]),
    Visit: _visit,
}
