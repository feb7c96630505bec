"""What the app says it did: its effects at one moment, and waiting until nothing is under way."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any

import msgspec
from msgspec import Struct

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.app.backlog import NONE, UNCHANGED_S, Backlog
from fiskil_harness.app.hooks import template_of
from fiskil_harness.app.template_values import Values
from fiskil_harness.app.templates import fill, read_json, select, without
from fiskil_harness.core.clock import stopwatch, wait_until
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.config.placeholders import filled
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import HookError

NOTHING = 404
CAP_S = 10.0


Count = Annotated[int, msgspec.Meta(ge=0)]
_NAMES = {
    "int": "a whole number",
    "float": "a fraction",
    "str": "a text",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


class EffectsReport(Struct, frozen=True, kw_only=True):
    """An answer of the effects hook; parts that the app does not tell are None."""

    applied: dict[str, Count] | None = None
    state: Any = None
    pending: Count | None = None
    failed: Count | None = None


PARTS = frozenset(EffectsReport.__struct_fields__)


class EffectsUnknown(EffectsReport, frozen=True, kw_only=True):
    """No word of what the app did, as of an end user whom it does not know; ``refusal`` is what was asked and answered."""

    refusal: str


class IdleWait(Struct, frozen=True, kw_only=True):
    """How the wait for an app ended: its last answer, whether it is quiescent, and for how long nothing had changed.

    ``is_stuck`` says that something is pending and has been for so long that it may stay so.
    """

    report: EffectsReport
    is_quiescent: bool
    unchanged_s: float
    is_stuck: bool = False


def query_effects(app: AppUnderTest, values: Values) -> EffectsReport:
    """Ask once.

    Raises:
        HookMissing: The config gives no effects hook.
        HookError: It answered with something else than documented.
    """
    return parse_effects(app, app.call(EFFECTS, values))


def parse_effects(app: AppUnderTest, reply: HttpReply) -> EffectsReport:
    """What an answer of the effects hook tells.

    Raises:
        HookError: It is something else than documented.
    """
    asked = f"{EFFECTS}{_asked(app)}"
    if reply.status is None:
        raise HookError(f"{asked} did not answer: {reply.trouble}.")
    if reply.status == NOTHING:
        return EffectsUnknown(refusal=f"{asked} answered {_in_short(reply)}")
    if not 200 <= reply.status < 300:
        raise HookError(f"{asked} answered {_in_short(reply)}; it must answer 200 with JSON.")
    raw = read_json(reply, asked)
    try:
        told = msgspec.convert(raw, EffectsReport)
    except msgspec.ValidationError as error:
        words = _in_words(str(error))
        raise HookError(
            f"{EFFECTS} does not fit: {words}. applied maps message ids to counts, pending is one, and none is below 0."
        ) from None
    if raw and not raw.keys() & PARTS:
        return EffectsUnknown(refusal=f"{asked} answered {_in_short(reply)} with none of {', '.join(sorted(PARTS))}")
    ignored = tuple(path.replace("$.state", "$", 1) for path in app.settings.app.observe.ignore)
    return msgspec.structs.replace(told, state=without(told.state, ignored))


def is_nowhere(app: AppUnderTest, values: Values) -> bool:
    """Whether the effects hook answers as a path does that nobody has thought of: it is not there at all, perhaps."""
    template = template_of(app, EFFECTS)
    if template is None:
        return False
    request = fill(template, {**app.values, **values})
    path, _, query = request.path.partition("?")
    elsewhere = f"/no-such-path{path}"
    there, nowhere = (
        app.browser.request(request.method, app.url + text + ("?" + query if query else ""), headers=request.headers)
        for text in (path, elsewhere)
    )
    said = nowhere.body.replace(elsewhere.encode(), path.encode())
    return (there.status, there.content_type, there.body) == (nowhere.status, nowhere.content_type, said)


def settled(
    app: AppUnderTest,
    values: Values,
    *,
    cap_s: float = CAP_S,
    needed_s: Callable[[EffectsReport], float] = lambda _told: UNCHANGED_S,
    is_busy: Callable[[], bool] = lambda: False,
    stall: Backlog = NONE,
) -> IdleWait:
    """Ask until the app is quiescent, at most for *cap_s* real seconds.

    When no more is pending than the *stall* says has been since before, and nothing moves, the wait ends soon. It ends the
    sooner, the longer nothing has moved before; once something gets done, all of *cap_s* is there for the rest.

    Quiescent means that ``pending`` reads 0 twice or, where it is not told, that nothing has changed for as many real
    seconds as *needed_s* says of such an answer (infinity: something is missing in it); and that the app is not *is_busy*
    with the API.
    """
    last: list[EffectsReport] = [query_effects(app, values)]
    still, unmoved = stopwatch(), stopwatch()
    has_moved = False

    def is_still() -> bool:
        nonlocal still, unmoved, has_moved
        told, is_idle = query_effects(app, values), not is_busy()
        is_same = told == last[0] and is_idle
        if not (is_idle and _stands(told, last[0])):
            unmoved = stopwatch()
        has_moved = has_moved or _is_further(told, last[0])
        if not is_same:
            last[0] = told
            still = stopwatch()
        if told.pending:
            known = NONE if has_moved else stall
            return unmoved() >= (stall.old_patience_s() if told.pending == stall.pending else known.patience_s(cap_s))
        return is_same and (told.pending == 0 or still() >= needed_s(told))

    reached = bool(wait_until(is_still, cap_s=cap_s, every_ms=8))
    is_stuck = bool(last[0].pending) and (reached or unmoved() >= cap_s / 2)
    return IdleWait(report=last[0], is_quiescent=reached and not is_stuck, unchanged_s=still(), is_stuck=is_stuck)


def _stands(told: EffectsReport, before: EffectsReport) -> bool:
    """Whether no work got done meanwhile; failed tries may have been counted."""
    return (told.applied, told.state, told.pending) == (before.applied, before.state, before.pending)


def _is_further(told: EffectsReport, before: EffectsReport) -> bool:
    """Whether some work got done meanwhile; what is pending may have become more, and that alone is no work done."""
    has_less = told.pending is not None and before.pending is not None and told.pending < before.pending
    return has_less or (told.applied, told.state) != (before.applied, before.state)


def _asked(app: AppUnderTest) -> str:
    """The hook's request, as the config has it, but for its query."""
    template = template_of(app, EFFECTS)
    return f", {template.request.partition('?')[0]}," if template else ""


def _in_short(reply: HttpReply) -> str:
    return f"{reply.status} ({reply.content_type})" if reply.content_type else f"{reply.status}"


def _in_words(text: str) -> str:
    """What msgspec says, in the words of JSON: ``expected a number, got a list at 'applied'``."""
    what, _, place = text.replace(" | null", "").partition(" - at ")
    for name, words in _NAMES.items():
        what = what.replace(f"`{name}`", words)
    what = what[:1].lower() + what[1:].replace(" >= 0", " from 0")
    return f"{what} at '{place.strip('`').removeprefix('$.')}'" if place else what


def is_connected(app: AppUnderTest, told: EffectsReport) -> bool | None:
    """Whether the app counts the end user as connected; None when it does not tell."""
    wanted = app.settings.app.observe.connected
    if wanted is None or told.state is None:
        return None
    found = select(told.state, wanted.path.replace("$.state", "$", 1))
    return bool(found) and found[0] in wanted.values


def values_of_consents(app: AppUnderTest, told: EffectsReport, consent_ids: Iterable[str]) -> dict[str, Any]:
    """What the state shows for each consent, where the config says where that stands; what shows nothing is absent."""
    reducer = app.settings.app.observe.reducer
    if reducer is None or told.state is None:
        return {}
    place = reducer.state.replace("$.state", "$", 1)
    found = {consent_id: select(told.state, filled(place, consent_id=consent_id)) for consent_id in consent_ids}
    return {consent_id: values[0] for consent_id, values in found.items() if values}
