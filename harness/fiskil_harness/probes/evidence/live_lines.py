"""Journal entries as lines for the terminal while a scenario runs.

The lines are not redacted; the caller must redact them.
"""

from collections.abc import Callable, Iterable
from typing import Any

from fiskil_harness import journal
from fiskil_harness.probes.evidence.story_lines import effects_text

ACTOR_WIDTH = 16


def lines(entries: Iterable[journal.Entry]) -> list[str]:
    """Return a line for each entry that the terminal shows, in order; other entries are omitted."""
    return [f"{entry.at_s:7.3f} s  {_RENDERERS[type(entry)](entry)}" for entry in entries if type(entry) in _RENDERERS]


def _exchange(entry: journal.Exchange) -> str:
    faults = f", bitten by {' + '.join(entry.bites)}" if entry.bites else ""
    return _line("app -> API", f"{entry.method} {entry.route}: {_status(entry.status)}{faults}")


def _bite(entry: journal.Bite) -> str:
    where = f", at byte {entry.byte_offset} of the body" if entry.byte_offset >= 0 else ""
    return _line("fault", f"{entry.fault} on {entry.route}, call {entry.request_number}{where}")


def _delivery(entry: journal.Delivery) -> str:
    variant = "" if entry.is_genuine else f", {entry.name or entry.kind}"
    response = f"{_status(entry.status)} {entry.problem}".rstrip()
    return _line("webhook -> app", f"{entry.event} attempt {entry.attempt}{variant}: {response}")


def _hook(entry: journal.HookCall) -> str:
    return _line("harness -> app", f"{entry.hook}: {_status(entry.status)} in {entry.took_s * 1000:.0f} ms")


def _sdk_message(entry: journal.SdkMessagePassed) -> str:
    actor = "consent page" if entry.is_genuine else "another window"
    return _line(actor, f"posts {entry.error_type or 'success'}")


def _visit(entry: journal.Visit) -> str:
    elsewhere = ", not the app's," if entry.is_elsewhere else ""
    return _line("end user", f"sees the page {entry.page}{elsewhere}: {_status(entry.status)}")


def _line(actor: str, text: str) -> str:
    return f"{actor:<{ACTOR_WIDTH}} {text}"


def _status(status: int | None) -> str:
    return "no response" if status is None else str(status)


_RENDERERS: dict[type, Callable[[Any], str]] = {
    journal.Bite: _bite,
    journal.Delivery: _delivery,
    journal.Effects: lambda entry: _line("app reports", f"{effects_text(entry)} ({entry.moment})"),
    journal.EventCreated: lambda entry: _line("event", f"{entry.event} is {entry.kind}"),
    journal.Exchange: _exchange,
    journal.SdkMessagePassed: _sdk_message,
    journal.HookCall: _hook,
    journal.Idle: lambda entry: _line("harness", f"observes {entry.seconds:g} s of idle time"),
    journal.Journey: lambda entry: _line("end user", f"the journey ended: {entry.ending}"),
    journal.ProcessChanged: lambda entry: _line("app", entry.change),
    journal.StepFailed: lambda entry: _line("trouble", entry.reason.partition("\n")[0]),
    journal.Visit: _visit,
}
