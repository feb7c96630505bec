"""The effects hook: queries the app's report about its work."""

from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.app.hooks import template_of
from fiskil_harness.app.templates import fill, read_json, select, without
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.config.placeholders import filled
from fiskil_harness.core.config.template_values import Values
from fiskil_harness.core.config.urls import joined
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import HookError

NOT_FOUND = 404

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
    """One response of the effects hook. A field that the app does not report is None."""

    applied: dict[str, Count] | None = None
    state: Any = None
    pending: Count | None = None
    failed: Count | None = None


REPORT_FIELDS = frozenset(EffectsReport.__struct_fields__)


class EffectsUnknown(EffectsReport, frozen=True, kw_only=True):
    """A response of the effects hook without a report, as for an unknown end user.

    ``response`` describes the request and the response in one phrase.
    """

    response: str


def query_effects(app: AppUnderTest, values: Values) -> EffectsReport:
    """Query the effects hook once.

    Args:
        values: Template values of the end user that is queried.

    Raises:
        HookMissing: The config has no effects hook.
        HookError: The hook failed, or its response does not have the documented format.
    """
    return parse_effects(app, app.call(EFFECTS, values))


def parse_effects(app: AppUnderTest, reply: HttpReply) -> EffectsReport:
    """Return the report in a response of the effects hook. Values at the paths in ``app.observe.ignore`` are masked.

    Raises:
        HookError: The request failed, or the response does not have the documented format.
    """
    hook = f"{EFFECTS}{_request_line(app)}"
    if reply.status is None:
        raise HookError(f"{hook} did not respond: {reply.problem}.")
    if reply.status == NOT_FOUND:
        return EffectsUnknown(response=f"{hook} returned {_in_short(reply)}")
    if not 200 <= reply.status < 300:
        raise HookError(f"{hook} returned {_in_short(reply)}; it must return 200 with JSON.")
    raw = read_json(reply, hook)
    try:
        report = msgspec.convert(raw, EffectsReport)
    except msgspec.ValidationError as error:
        words = _in_words(str(error))
        raise HookError(
            f"Invalid response of {EFFECTS}: {words}. applied maps message ids to counts, pending is an integer, "
            "and none may be negative."
        ) from None
    if raw and not raw.keys() & REPORT_FIELDS:
        return EffectsUnknown(response=f"{hook} returned {_in_short(reply)} with none of {', '.join(sorted(REPORT_FIELDS))}")
    ignored = tuple(path.replace("$.state", "$", 1) for path in app.settings.app.observe.ignore)
    return msgspec.structs.replace(report, state=without(report.state, ignored))


def is_unknown_path(app: AppUnderTest, values: Values) -> bool:
    """Return true if the app responds to the effects hook as to an unknown path, so that the hook's path may be wrong."""
    template = template_of(app, EFFECTS)
    if template is None:
        return False
    request = fill(template, {**app.values, **values})
    parts = urlsplit(joined(app.url, request.path))
    path, elsewhere = parts.path, f"/no-such-path{parts.path}"
    reply, unknown = (
        app.browser.request(request.method, parts._replace(path=each_path).geturl(), headers=request.headers)
        for each_path in (path, elsewhere)
    )
    body = unknown.body.replace(elsewhere.encode(), path.encode())
    return (reply.status, reply.content_type, reply.body) == (unknown.status, unknown.content_type, body)


def _request_line(app: AppUnderTest) -> str:
    """Return the method and path of the effects hook from the config, for an error message."""
    template = template_of(app, EFFECTS)
    return f", {template.request.partition('?')[0]}," if template else ""


def _in_short(reply: HttpReply) -> str:
    return f"{reply.status} ({reply.content_type})" if reply.content_type else f"{reply.status}"


def _in_words(text: str) -> str:
    """Rewrite a validation error of msgspec in JSON terms: ``expected a number, got a list at 'applied'``."""
    problem, _, place = text.replace(" | null", "").partition(" - at ")
    for name, words in _NAMES.items():
        problem = problem.replace(f"`{name}`", words)
    problem = problem[:1].lower() + problem[1:].replace(" >= 0", " from 0")
    return f"{problem} at '{place.strip('`').removeprefix('$.')}'" if place else problem


def is_connected(app: AppUnderTest, report: EffectsReport) -> bool | None:
    """Return true if the app reports the end user as connected; None if its report does not contain the connection."""
    connected = app.settings.app.observe.connected
    if connected is None or report.state is None:
        return None
    states = select(report.state, connected.path.replace("$.state", "$", 1))
    return bool(states) and states[0] in connected.values


def values_of_consents(app: AppUnderTest, report: EffectsReport, consent_ids: Iterable[str]) -> dict[str, Any]:
    """Return the value of each consent in the app's reported state, read at the path in ``app.observe.reducer``.

    Consents without a value are left out. Without a reducer in the config or a state in the report, the result is empty.
    """
    reducer = app.settings.app.observe.reducer
    if reducer is None or report.state is None:
        return {}
    place = reducer.state.replace("$.state", "$", 1)
    values = {consent_id: select(report.state, filled(place, consent_id=consent_id)) for consent_id in consent_ids}
    return {consent_id: matches[0] for consent_id, matches in values.items() if matches}
