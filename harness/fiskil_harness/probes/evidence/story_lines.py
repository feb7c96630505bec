"""Renderers of journal entries as events of a story; stories omit entries that have no renderer."""

from collections.abc import Callable, Mapping
from http.client import responses
from typing import Any

from fiskil_harness.core.redaction import masking
from fiskil_harness.journal import (
    ApiServedOverTls,
    CanaryRequested,
    ConnectionAbandoned,
    Delivery,
    Effects,
    EndlessBody,
    Exchange,
    FaultSet,
    Fetched,
    ForeignOriginCalled,
    HookCall,
    Idle,
    Journey,
    Key,
    Leak,
    PageView,
    PlanRun,
    Pressed,
    ProcessChanged,
    SdkMessagePassed,
    SlowClient,
    StartKind,
    StepFailed,
    StepIncomplete,
    TokensExpired,
    Unencrypted,
    Visit,
)
from fiskil_harness.probes.evidence.http_text import plain_kind
from fiskil_harness.probes.evidence.story_values import Outcome, StoryEntry

Message = Callable[..., str]
STARTS: dict[StartKind, str] = {
    "start": "the app is started",
    "found": "the app is already running",
    "restart": "the app is started again",
    "kill": "the app is killed",
    "kill_worker": "one process of the app is killed",
    "stop": "the app is stopped",
    "refusal": "the app does not start",
}
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


def outcome_of(status: int | None) -> Outcome:
    """Return the outcome that the story shows for a response status; *status* None means no response."""
    if status is None:
        return "no_response"
    if status >= _SERVER_ERROR:
        return "failed"
    return "refused" if status >= _CLIENT_ERROR else "succeeded"


def effects_text(effects: Effects) -> str:
    """Return what the app reported, such as ``2 applied, 0 pending, connected``."""
    parts = []
    if effects.applied is not None:
        parts.append(f"{sum(effects.applied.values())} applied")
    if effects.pending is not None:
        parts.append(f"{effects.pending} pending")
    if effects.is_connected is not None:
        parts.append("connected" if effects.is_connected else "not connected")
    return ", ".join(parts) or "its state"


def _exchange(call: Exchange, text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    target = masking.target(call.path, call.query)
    notes = ["of an earlier scenario"] if call.is_of_earlier_scenario else []
    notes += ["closed by the harness"] if call.is_cut else []
    return _happening(
        "call",
        "app",
        "api",
        f"{call.method} {masking.email_masked(call.path)}",
        note=", ".join(notes),
        result=_status(call.status),
        outcome=outcome_of(call.status),
        took_s=round(max(0.0, call.ended_s - call.at_s), 4),
        bites=call.bites,
        route=f"{call.method} {call.route}",
        request=text(f"{call.method} {target}", call.request_headers, call.request_body),
        response=_response_text(text, call.status, call.response_headers, call.response_body),
    )


def _delivery(delivery: Delivery, text: Message, kinds: Mapping[str, str]) -> StoryEntry:
    variant = delivery.name.replace("_", " ") or ("" if delivery.is_genuine else delivery.kind)
    notes = [
        kinds.get(delivery.event, ""),
        variant,
        f"from {delivery.source_ip}" if delivery.source_ip != "127.0.0.1" else "",
    ]
    symbol = delivery.event.replace(":", ": ").replace("_", " ")
    return _happening(
        "delivery",
        "webhooks",
        "app",
        f"{symbol} attempt {delivery.attempt}" if delivery.is_authentic else symbol,
        note=", ".join(note for note in notes if note),
        result=_status(delivery.status) if delivery.status is not None else delivery.problem or "no response",
        outcome=outcome_of(delivery.status),
        took_s=round(delivery.took_s, 4),
        route="webhook",
        request=text("POST the receiver", delivery.headers, delivery.body),
        response=_response_text(text, delivery.status, delivery.response_headers, delivery.response_body),
    )


def _hook(call: HookCall, text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    return _happening(
        "hook",
        "end user",
        "app",
        f"harness calls the hook {call.hook}",
        result=_status(call.status),
        outcome=outcome_of(call.status),
        took_s=round(call.took_s, 4),
        route=f"hook {call.hook}",
        response=_response_text(text, call.status, (), call.body),
    )


def _visit(visit: Visit, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    kind = plain_kind(visit.content_type)
    return _happening(
        "look",
        "end user",
        "app",
        f"opens the page {visit.page}",
        note="at another origin than the app's" if visit.is_elsewhere else kind,
        result=_status(visit.status),
        outcome=outcome_of(visit.status),
        route=f"page {visit.page}",
    )


def _page_view(view: PageView, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    notes = [
        "" if view.is_plain else view.moment,
        view.cause,
        f"{view.width_px} px" if view.width_px else "",
        view.problem,
    ]
    signs = f"signs of progress: {len(view.signs)}" if view.signs else ""
    return _happening(
        "look",
        "end user",
        "app",
        f"views the page {view.page}",
        note=", ".join(note for note in (*notes, signs) if note),
        result="not readable" if view.problem else _status(view.status),
        outcome="" if view.problem else outcome_of(view.status),
        route=f"page {view.page}",
    )


def _pressed(press: Pressed, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    return _happening(
        "look",
        "end user",
        "app",
        f"presses {press.text!r} on the page {press.page}",
        note=press.problem,
        route=f"page {press.page}",
    )


def _fetched(fetched: Fetched, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    origin = "" if fetched.is_ours or fetched.is_api else "from another origin"
    path = masking.email_masked(fetched.url.partition("?")[0].partition("//")[2].partition("/")[2])
    return _happening(
        "look",
        "end user",
        "api" if fetched.is_api else "app",
        f"the page {fetched.page} fetches /{path}",
        note=", ".join(note for note in (fetched.kind, origin, fetched.problem) if note),
        result=_status(fetched.status),
        outcome=outcome_of(fetched.status),
        route=f"page {fetched.page}",
    )


def _effects(effects: Effects, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    return _happening("effect", "app", "app", f"reports {effects_text(effects)}", note=effects.moment)


def _fault(fault: FaultSet, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    return _note(
        "api",
        f"fault {fault.fault} on {fault.route}: {fault.missing_bites} of {fault.times} bites never happened",
        fault.problem,
    )


def _flood(flood: EndlessBody, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    return _happening(
        "delivery",
        "webhooks",
        "app",
        f"an endless body: {flood.name.replace('_', ' ')}",
        note=f"{flood.taken_bytes} bytes accepted",
        result=_status(flood.status),
        outcome=outcome_of(flood.status),
        took_s=round(flood.took_s, 4),
        route="webhook",
    )


def _plan(plan: PlanRun, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    return _note("webhooks", f"generated plan {plan.number}: {plan.verdict}", plan.observed)


def _sdk_message(message: SdkMessagePassed, _text: Message, _kinds: Mapping[str, str]) -> StoryEntry:
    sender = "the consent page" if message.is_genuine else "another window"
    return _happening("look", "end user", "app", f"{sender} posts {message.error_type or 'success'}", route="message")


AS_HAPPENING: dict[type, Callable[[Any, Message, Mapping[str, str]], StoryEntry]] = {
    ConnectionAbandoned: lambda entry, *_: _note("app", f"the app closes a connection held by {entry.fault}"),
    CanaryRequested: lambda entry, *_: _note("app", f"a client requests the canary URL in {entry.place}", entry.kind),
    StepIncomplete: lambda entry, *_: _note("end user", "the step was performed in part only", entry.reason),
    Delivery: _delivery,
    Effects: _effects,
    Exchange: _exchange,
    FaultSet: _fault,
    Fetched: _fetched,
    EndlessBody: _flood,
    SlowClient: lambda entry, *_: _note("webhooks", f"a slow client was connected: {entry.behaviour.replace('_', ' ')}"),
    SdkMessagePassed: _sdk_message,
    HookCall: _hook,
    Idle: lambda entry, *_: _note("app", f"{entry.seconds:g} s of idle time are observed"),
    Journey: lambda entry, *_: _note("end user", f"the consent journey ends: {entry.ending}"),
    Key: lambda entry, *_: _note("api", f"the app's key is {entry.state} from now on"),
    Leak: lambda entry, *_: _note("app", f"a secret is found: {entry.kind}", entry.place),
    PlanRun: _plan,
    Pressed: _pressed,
    ApiServedOverTls: lambda entry, *_: _note("app", f"the app {'calls' if entry.is_reached else 'ignores'} the https URL"),
    PageView: _page_view,
    ProcessChanged: lambda entry, *_: _note("app", STARTS.get(entry.change, entry.change)),
    ForeignOriginCalled: lambda entry, *_: _note(
        "api", "a client calls an origin that only an API response contained", entry.path
    ),
    TokensExpired: lambda *_: _note("api", "every access token expires"),
    StepFailed: lambda entry, *_: _note("end user", "trouble", entry.reason.partition("\n")[0]),
    Unencrypted: lambda *_: _note("api", "a client sends plain HTTP although https is configured"),
    Visit: _visit,
}
"""The renderer of each kind of journal entry."""


def _happening(what: Any, origin: Any, target: Any, text: str, **more: Any) -> StoryEntry:
    return StoryEntry(number=0, step=-1, at_s=0.0, kind=what, origin=origin, target=target, text=text, **more)


def _note(lane: Any, text: str, note: str = "") -> StoryEntry:
    return _happening("mark", lane, lane, text, note=note)


def _status(status: int | None) -> str:
    return "no response" if status is None else f"{status} {responses.get(status, '')}".rstrip()


def _response_text(text: Message, status: int | None, headers: tuple[tuple[str, str], ...], body: bytes) -> str:
    if status is None:
        return ""
    return text(_status(status), headers, body, is_error=status >= _CLIENT_ERROR)
