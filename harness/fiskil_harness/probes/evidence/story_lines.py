"""Renderers of journal entries as events of a story; stories omit entries that have no renderer."""

from collections.abc import Callable, Mapping
from http.client import responses
from typing import Any

from fiskil_harness import journal
from fiskil_harness.core.redaction import masking
from fiskil_harness.probes.evidence.http_text import plain_kind
from fiskil_harness.probes.evidence.story_values import EntryKind, Lane, Outcome, StoryEntry

Message = Callable[..., str]
STARTS: dict[journal.StartKind, str] = {
    "start": "the app is started",
    "found": "the app is already running",
    "restart": "the app is started again",
    "kill": "the app is killed",
    "kill_worker": "one process of the app is killed",
    "stop": "the app is stopped",
    "refusal": "the app does not start",
}
LANES: dict[EntryKind, tuple[Lane, Lane]] = {
    "call": ("app", "api"),
    "delivery": ("webhooks", "app"),
    "hook": ("end user", "app"),
    "look": ("end user", "app"),
    "effect": ("app", "app"),
}
"""Origin and usual target of an event, by its kind."""
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


def outcome_of(status: int | None) -> Outcome:
    """Return the outcome that the story shows for a response status; *status* None means no response."""
    if status is None:
        return "no_response"
    if status >= _SERVER_ERROR:
        return "failed"
    return "refused" if status >= _CLIENT_ERROR else "succeeded"


def effects_text(effects: journal.Effects) -> str:
    """Return what the app reported, such as ``2 applied, 0 pending, connected``."""
    parts = []
    if effects.applied is not None:
        parts.append(f"{sum(effects.applied.values())} applied")
    if effects.pending is not None:
        parts.append(f"{effects.pending} pending")
    if effects.is_connected is not None:
        parts.append("connected" if effects.is_connected else "not connected")
    return ", ".join(parts) or "its state"


def _exchange(call: journal.Exchange, text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    notes = ["of an earlier scenario"] if call.is_of_earlier_scenario else []
    notes += ["closed by the harness"] if call.is_cut else []
    line = f"{call.method} {masking.target(call.path, call.query)}"
    return _happening(
        "call",
        f"{call.method} {masking.email_masked(call.path)}",
        note=", ".join(notes),
        **_result(call.status, max(0.0, call.ended_s - call.at_s)),
        bites=call.bites,
        route=f"{call.method} {call.route}",
        request=text(line, call.request_headers, call.request_body),
        response=_response_text(text, call.status, call.response_headers, call.response_body),
    )


def _delivery(delivery: journal.Delivery, text: Message, kinds: Mapping[str, str]) -> StoryEntry:
    variant = delivery.name.replace("_", " ") or ("" if delivery.is_genuine else delivery.kind)
    source = f"from {delivery.source_ip}" if delivery.source_ip not in {"127.0.0.1", *journal.FORGERY_ADDRESSES} else ""
    symbol = delivery.event.replace(":", ": ").replace("_", " ")
    result = _result(delivery.status, delivery.took_s)
    if delivery.status is None and delivery.problem:
        result["result"] = delivery.problem
    return _happening(
        "delivery",
        f"{symbol} attempt {delivery.attempt}" if delivery.is_authentic else symbol,
        note=_joined(kinds.get(delivery.event, ""), variant, source),
        **result,
        route="webhook",
        request=text("POST the receiver", delivery.headers, delivery.body),
        response=_response_text(text, delivery.status, delivery.response_headers, delivery.response_body),
    )


def _hook(call: journal.HookCall, text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    response = _response_text(text, call.status, (), call.body)
    result = _result(call.status, call.took_s)
    return _happening("hook", f"harness calls the hook {call.hook}", **result, route=f"hook {call.hook}", response=response)


def _visit(visit: journal.Visit, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    note = "at another origin than the app's" if visit.is_elsewhere else plain_kind(visit.content_type)
    return _look(visit.page, f"opens the page {visit.page}", note=note, **_result(visit.status))


def _page_view(view: journal.PageView, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    width = f"{view.width_px} px" if view.width_px else ""
    signs = f"signs of progress: {len(view.signs)}" if view.signs else ""
    note = _joined("" if view.is_plain else view.moment, view.cause, width, view.problem, signs)
    result = {"result": "not readable"} if view.problem else _result(view.status)
    return _look(view.page, f"views the page {view.page}", note=note, **result)


def _fetched(fetched: journal.Fetched, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    origin = "" if fetched.is_ours or fetched.is_api else "from another origin"
    path = masking.email_masked(fetched.url.partition("?")[0].partition("//")[2].partition("/")[2])
    return _look(
        fetched.page,
        f"the page {fetched.page} fetches /{path}",
        target="api" if fetched.is_api else "app",
        note=_joined(fetched.kind, origin, fetched.problem),
        **_result(fetched.status),
    )


def _fault(fault: journal.FaultSet, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    missing = f"{fault.missing_bites} of {fault.times} bites never happened"
    return _note("api", f"fault {fault.fault} on {fault.route}: {missing}", fault.problem)


def _flood(flood: journal.EndlessBody, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    text, note = f"an endless body: {flood.name.replace('_', ' ')}", f"{flood.taken_bytes} bytes accepted"
    return _happening("delivery", text, note=note, **_result(flood.status, flood.took_s), route="webhook")


def _sdk_message(message: journal.SdkMessagePassed, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    sender = "the consent page" if message.is_genuine else "another window"
    return _happening("look", f"{sender} posts {message.error_type or 'success'}", route="message")


AS_HAPPENING: dict[type, Callable[[Any, Message, Mapping[str, str]], StoryEntry]] = {
    journal.ConnectionAbandoned: lambda entry, *_: _note("app", f"the app closes a connection held by {entry.fault}"),
    journal.CanaryRequested: lambda entry, *_: _note(
        "app", f"a client requests the canary URL in {entry.place}", entry.kind
    ),
    journal.StepIncomplete: lambda entry, *_: _note("end user", "the step was performed in part only", entry.reason),
    journal.Delivery: _delivery,
    journal.Effects: lambda entry, *_: _happening("effect", f"reports {effects_text(entry)}", note=entry.moment),
    journal.Exchange: _exchange,
    journal.FaultSet: _fault,
    journal.Fetched: _fetched,
    journal.EndlessBody: _flood,
    journal.SlowClient: lambda entry, *_: _note(
        "webhooks", f"a slow client was connected: {entry.behaviour.replace('_', ' ')}"
    ),
    journal.SdkMessagePassed: _sdk_message,
    journal.HookCall: _hook,
    journal.Idle: lambda entry, *_: _note("app", f"{entry.seconds:g} s of idle time are observed"),
    journal.Journey: lambda entry, *_: _note("end user", f"the consent journey ends: {entry.ending}"),
    journal.Key: lambda entry, *_: _note("api", f"the app's key is {entry.state} from now on"),
    journal.Leak: lambda entry, *_: _note("app", f"a secret is found: {entry.kind}", entry.place),
    journal.PlanRun: lambda run, *_: _note("webhooks", f"generated plan {run.number}: {run.verdict}", run.observed),
    journal.Pressed: lambda press, *_: _look(
        press.page, f"presses {press.text!r} on the page {press.page}", note=press.problem
    ),
    journal.ApiServedOverTls: lambda entry, *_: _note(
        "app", f"the app {'calls' if entry.is_reached else 'ignores'} the https URL"
    ),
    journal.PageView: _page_view,
    journal.ProcessChanged: lambda entry, *_: _note("app", STARTS.get(entry.change, entry.change)),
    journal.ForeignOriginCalled: lambda entry, *_: _note(
        "api", "a client calls an origin that only an API response contained", entry.path
    ),
    journal.TokensExpired: lambda *_: _note("api", "every access token expires"),
    journal.StepFailed: lambda entry, *_: _note("end user", "trouble", entry.reason.partition("\n")[0]),
    journal.Unencrypted: lambda *_: _note("api", "a client sends plain HTTP although https is configured"),
    journal.Visit: _visit,
}
"""The renderer of each kind of journal entry."""


def _happening(kind: EntryKind, text: str, *, target: Any = "", **more: Any) -> StoryEntry:
    origin, usual_target = LANES[kind]
    return StoryEntry(
        number=0, step=-1, at_s=0.0, kind=kind, origin=origin, target=target or usual_target, text=text, **more
    )


def _look(page: str, text: str, **more: Any) -> StoryEntry:
    return _happening("look", text, route=f"page {page}", **more)


def _note(lane: Lane, text: str, note: str = "") -> StoryEntry:
    return StoryEntry(number=0, step=-1, at_s=0.0, kind="mark", origin=lane, target=lane, text=text, note=note)


def _joined(*notes: str) -> str:
    return ", ".join(note for note in notes if note)


def _result(status: int | None, took_s: float | None = None) -> dict[str, Any]:
    took_s = None if took_s is None else round(took_s, 4)
    return {"result": _status(status), "outcome": outcome_of(status), "took_s": took_s}


def _status(status: int | None) -> str:
    return "no response" if status is None else f"{status} {responses.get(status, '')}".rstrip()


def _response_text(text: Message, status: int | None, headers: tuple[tuple[str, str], ...], body: bytes) -> str:
    if status is None:
        return ""
    return text(_status(status), headers, body, is_error=status >= _CLIENT_ERROR)
