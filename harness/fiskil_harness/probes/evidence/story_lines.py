"""One entry of the journal as one happening of a story; entries that say nothing to a reader have no line here."""

from collections.abc import Callable, Mapping
from http.client import responses
from typing import Any

from fiskil_harness.core.redaction import masking
from fiskil_harness.journal import (
    Abandoned,
    CanaryRequested,
    CutShort,
    Delivery,
    Effects,
    Exchange,
    FaultSet,
    Fetched,
    Flood,
    HookCall,
    Idle,
    Journey,
    Key,
    Leak,
    PageView,
    PlanRun,
    Pressed,
    SdkMessagePassed,
    Secured,
    Started,
    Strayed,
    TokensExpired,
    Trouble,
    Unencrypted,
    Visit,
)
from fiskil_harness.probes.evidence.http_text import plain_kind
from fiskil_harness.probes.evidence.story_values import Happening, Outcome

Message = Callable[..., str]
STARTS = {
    "start": "the app is started",
    "found": "the app runs already",
    "restart": "the app is started again",
    "kill": "the app is killed",
    "kill_worker": "one process of the app is killed",
    "stop": "the app is stopped",
    "refusal": "the app does not start",
}
_CLIENT_ERROR, _SERVER_ERROR = 400, 500


def outcome_of(status: int | None) -> Outcome:
    """How an answer with that status counts for a reader."""
    if status is None:
        return "unanswered"
    if status >= _SERVER_ERROR:
        return "failed"
    return "refused" if status >= _CLIENT_ERROR else "answered"


def _exchange(one: Exchange, text: Message, _kinds: Mapping[str, str]) -> Happening:
    target = masking.target(one.path, one.query)
    notes = ["of an earlier scenario"] if one.is_stray else []
    notes += ["ended by the harness"] if one.is_cut else []
    return _made(
        "call",
        "app",
        "api",
        f"{one.method} {masking.email_masked(one.path)}",
        note=", ".join(notes),
        result=_status(one.status),
        outcome=outcome_of(one.status),
        took_s=round(max(0.0, one.ended_s - one.at_s), 4),
        bites=one.bites,
        route=f"{one.method} {one.route}",
        request=text(f"{one.method} {target}", one.request_headers, one.request_body),
        response=_answer(text, one.status, one.response_headers, one.response_body),
    )


def _delivery(one: Delivery, text: Message, kinds: Mapping[str, str]) -> Happening:
    variant = one.name.replace("_", " ") or ("" if one.kind == "genuine" else one.kind)
    told = [kinds.get(one.event, ""), variant, f"from {one.source_ip}" if one.source_ip != "127.0.0.1" else ""]
    symbol = one.event.replace(":", ": ").replace("_", " ")
    return _made(
        "delivery",
        "webhooks",
        "app",
        f"{symbol} attempt {one.attempt}" if one.kind in {"genuine", "replay"} else symbol,
        note=", ".join(part for part in told if part),
        result=_status(one.status) if one.status is not None else one.trouble or "no answer",
        outcome=outcome_of(one.status),
        took_s=round(one.took_s, 4),
        route="webhook",
        request=text("POST the receiver", one.headers, one.body),
        response=_answer(text, one.status, one.response_headers, one.response_body),
    )


def _hook(one: HookCall, text: Message, _kinds: Mapping[str, str]) -> Happening:
    return _made(
        "hook",
        "end user",
        "app",
        f"harness asks: {one.hook}",
        result=_status(one.status),
        outcome=outcome_of(one.status),
        took_s=round(one.took_s, 4),
        route=f"hook {one.hook}",
        response=_answer(text, one.status, (), one.body),
    )


def _visit(one: Visit, _text: Message, _kinds: Mapping[str, str]) -> Happening:
    kind = plain_kind(one.content_type)
    return _made(
        "look",
        "end user",
        "app",
        f"opens the page {one.page}",
        note="past the app" if one.is_elsewhere else kind,
        result=_status(one.status),
        outcome=outcome_of(one.status),
        route=f"page {one.page}",
    )


def _shown(one: PageView, _text: Message, _kinds: Mapping[str, str]) -> Happening:
    told = [
        one.moment if one.moment != "plain" else "",
        one.cause,
        f"{one.width_px} px" if one.width_px else "",
        one.problem,
    ]
    signs = f"signs of work: {len(one.signs)}" if one.signs else ""
    return _made(
        "look",
        "end user",
        "app",
        f"looks at the page {one.page}",
        note=", ".join(part for part in (*told, signs) if part),
        result="nothing to see" if one.problem else _status(one.status),
        outcome="" if one.problem else outcome_of(one.status),
        route=f"page {one.page}",
    )


def _pressed(one: Pressed, _text: Message, _kinds: Mapping[str, str]) -> Happening:
    return _made(
        "look", "end user", "app", f"presses {one.text!r} on the page {one.page}", note=one.problem, route=f"page {one.page}"
    )


def _fetched(one: Fetched, _text: Message, _kinds: Mapping[str, str]) -> Happening:
    path = masking.email_masked(one.url.partition("?")[0].partition("//")[2].partition("/")[2])
    return _made(
        "look",
        "end user",
        "api" if one.is_api else "app",
        f"the page {one.page} fetches /{path}",
        note=", ".join(
            part for part in (one.kind, "" if one.is_ours or one.is_api else "from elsewhere", one.problem) if part
        ),
        result=_status(one.status),
        outcome=outcome_of(one.status),
        route=f"page {one.page}",
    )


def _effects(one: Effects, _text: Message, _kinds: Mapping[str, str]) -> Happening:
    told = []
    if one.applied is not None:
        told.append(f"{sum(one.applied.values())} applied")
    if one.pending is not None:
        told.append(f"{one.pending} pending")
    if one.is_connected is not None:
        told.append("connected" if one.is_connected else "not connected")
    return _made("effect", "app", "app", f"tells {', '.join(told) or 'its state'}", note=one.moment)


def _fault(one: FaultSet, _text: Message, _kinds: Mapping[str, str]) -> Happening:
    return _note("api", f"fault {one.fault} on {one.route}: {one.unbitten} of {one.times} bites never came", one.problem)


def _flood(one: Flood, _text: Message, _kinds: Mapping[str, str]) -> Happening:
    return _made(
        "delivery",
        "webhooks",
        "app",
        f"a body without end: {one.name.replace('_', ' ')}",
        note=f"{one.taken_bytes} bytes taken",
        result=_status(one.status),
        outcome=outcome_of(one.status),
        took_s=round(one.took_s, 4),
        route="webhook",
    )


def _plan(one: PlanRun, _text: Message, _kinds: Mapping[str, str]) -> Happening:
    return _note("webhooks", f"drawn plan {one.number}: {one.verdict}", one.observed)


def _heard(one: SdkMessagePassed, _text: Message, _kinds: Mapping[str, str]) -> Happening:
    who = "the consent page" if one.is_genuine else "another window"
    return _made("look", "end user", "app", f"{who} posts {one.error_type or 'a success'}", route="message")


AS_HAPPENING: dict[type, Callable[[Any, Message, Mapping[str, str]], Happening]] = {
    Abandoned: lambda value, *_: _note("app", f"the app gives up a connection held by {value.fault}"),
    CanaryRequested: lambda value, *_: _note("app", f"somebody calls a URL that stood in {value.place}", value.kind),
    CutShort: lambda value, *_: _note("end user", "the step did less than it was to do", value.what),
    Delivery: _delivery,
    Effects: _effects,
    Exchange: _exchange,
    FaultSet: _fault,
    Fetched: _fetched,
    Flood: _flood,
    SdkMessagePassed: _heard,
    HookCall: _hook,
    Idle: lambda value, *_: _note("app", f"{value.seconds:g} s are watched"),
    Journey: lambda value, *_: _note("end user", f"the consent journey ends: {value.ending}"),
    Key: lambda value, *_: _note("api", f"the app's key is {value.state} from now on"),
    Leak: lambda value, *_: _note("app", f"a secret is found: {value.kind}", value.place),
    PlanRun: _plan,
    Pressed: _pressed,
    Secured: lambda value, *_: _note("app", f"https: the app {'called' if value.is_reached else 'did not call'}"),
    PageView: _shown,
    Started: lambda value, *_: _note("app", STARTS.get(value.how, value.how)),
    Strayed: lambda value, *_: _note("api", "somebody calls an origin that only an answer had named", value.path),
    TokensExpired: lambda *_: _note("api", "every access token expires"),
    Trouble: lambda value, *_: _note("end user", "trouble", value.what.partition("\n")[0]),
    Unencrypted: lambda *_: _note("api", "somebody speaks plain HTTP where https was told"),
    Visit: _visit,
}
"""How each kind of entry is told."""


def _made(what: Any, origin: Any, target: Any, text: str, **more: Any) -> Happening:
    return Happening(number=0, step=-1, at_s=0.0, what=what, origin=origin, target=target, text=text, **more)


def _note(lane: Any, text: str, note: str = "") -> Happening:
    return _made("mark", lane, lane, text, note=note)


def _status(status: int | None) -> str:
    return "no answer" if status is None else f"{status} {responses.get(status, '')}".rstrip()


def _answer(text: Message, status: int | None, headers: tuple[tuple[str, str], ...], body: bytes) -> str:
    if status is None:
        return ""
    return text(_status(status), headers, body, is_error=status >= _CLIENT_ERROR)
