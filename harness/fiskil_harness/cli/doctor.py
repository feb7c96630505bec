"""Tries what the config gives: starts the app, uses each hook once with an end user that nobody knows, and reports.

It says what works, what is wrong, and what each missing hook would unlock; it judges nothing about the app.
"""

import enum
from collections.abc import Callable, Iterator
from importlib import metadata

from msgspec import Struct

from fiskil_harness.app.effects import NOTHING, EffectsReport, EffectsUnknown, is_nowhere, parse_effects
from fiskil_harness.app.templates import choose, fill_text
from fiskil_harness.core.clock import real_now, wait_until
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import (
    EFFECTS,
    FAIL,
    HOOKS,
    MESSAGE,
    METRICS,
    ORIGIN_IN_MESSAGE,
    PAGES,
    REFRESH,
    REVOKE,
    START_SESSION,
    TLS,
)
from fiskil_harness.core.model import Ending, Event
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import HarnessError, HookError
from fiskil_harness.gate import judgement
from fiskil_harness.gate.practice_status import statement_remarks
from fiskil_harness.journal import Delivery, Journal
from fiskil_harness.probes.practices import all_practices
from fiskil_harness.runner.driver import Driver
from fiskil_harness.runner.worker import UNKNOWN_END_USER, Worker
from fiskil_harness.scenario.scenario import load_all
from fiskil_harness.scenario.steps.link_sdk_messages import values_of
from fiskil_harness.scenario.steps.tls_server import HANDSHAKE_S, app_has_certificate
from fiskil_harness.webhooks import Sender, Target, seal
from fiskil_harness.webhooks.sender import Outgoing
from fiskil_harness.webhooks.tls_handshake import MODERN, certificate_of, shake

EFFECTS_S = 10.0
"""So long one answer of the effects hook is waited for, in real seconds."""
OTLP_S = 6.0
"""So long the app may take to export something, in real seconds; by default most exporters wait for five."""
EXPECTED = (
    'Wanted: 200 with JSON like {"applied": {"<message_id>": 1}, "state": {}, "pending": 0}, also for one that is unknown.'
)


class State(enum.StrEnum):
    """What a look at one thing gave."""

    WORKS = "works"
    WRONG = "wrong"
    MISSING = "missing"
    WARNING = "warning"


class Check(Struct, frozen=True, kw_only=True):
    """One hook, or one thing of the environment, and what there is to say about it."""

    hook: str
    state: State
    message: str


def diagnose(settings: Settings) -> list[Check]:
    """Look at everything, in the order in which a run would need it.

    Raises:
        ConfigError: The config names no app.
        AppError: The app does not start or never gets ready.
    """
    worker = Worker(settings, seed=0)
    try:
        worker.launch()
        found = [Check(hook="app", state=State.WORKS, message="starts and gets ready"), *_given(worker.driver)]
        found += [*_refused(settings), *_statements(settings), *_missing(worker.driver)]
        found += [*_browser(worker.driver), *_environment()]
        return [Check(hook=check.hook, state=check.state, message=worker.redactor.redact(check.message)) for check in found]
    finally:
        worker.close()


def _given(driver: Driver) -> Iterator[Check]:
    yield _checked("app.webhook", lambda: _webhook(driver))
    if driver.app.has(EFFECTS):
        yield _checked(EFFECTS, lambda: _effects(driver))
    for hook in (START_SESSION, MESSAGE, REFRESH, REVOKE, METRICS):
        if driver.app.has(hook):
            yield _checked(hook, lambda hook=hook: _asked(driver, hook))  # type: ignore[misc]
    for name, template in driver.settings.app.observe.pages.items():
        yield _checked(f"app.observe.pages.{name}", lambda template=template: _page(driver, template))  # type: ignore[misc]
    for name, path in driver.app.output().items():
        if name != "output":
            state, says = (State.WORKS, "is there") if path.exists() else (State.WARNING, "is not there yet")
            yield Check(hook=f"app.observe.logs {name}", state=state, message=says)
    if driver.app.passes_value("otlp_url"):
        yield _checked("otlp", lambda: _exported(driver))
    # After everything that asks the app for work, because its next processing fails then.
    if driver.app.has(FAIL) and driver.app.can_restart:
        yield _checked(FAIL, lambda: _asked(driver, FAIL))
    # Last, because the app is started again for it.
    if driver.app.has(TLS):
        yield _checked(TLS, lambda: _served(driver))


def _refused(settings: Settings) -> Iterator[Check]:
    """What the gate would refuse before anything runs."""
    try:
        judgement.check(settings)
    except HarnessError as error:
        yield Check(hook="gate", state=State.WRONG, message=f"refuses this config: {error}")


def _statements(settings: Settings) -> Iterator[Check]:
    """Attestations and waivers that time has passed by, or will soon."""
    for remark in statement_remarks(settings, real_now().date()):
        yield Check(hook="statements", state=State.WARNING, message=remark)


def _missing(driver: Driver) -> Iterator[Check]:
    scenarios = load_all()
    for hook, purpose in HOOKS.items():
        if not driver.app.has(hook):
            bears_on = {
                practice_id for scenario in scenarios if hook in scenario.needs for practice_id in scenario.practices
            }
            unlocks = [practice_id for practice_id in all_practices() if practice_id in bears_on]
            helps = f"; helps to prove {', '.join(unlocks)}" if unlocks else ""
            yield Check(hook=hook, state=State.MISSING, message=purpose + helps)
    facts = driver.settings.app.facts
    unstated = [name for name in facts.__struct_fields__ if getattr(facts, name) is None and name != "tls_ends_at"]
    if unstated:
        yield Check(hook="app.facts", state=State.MISSING, message=f"only the team knows {', '.join(unstated)}")


def _browser(driver: Driver) -> Iterator[Check]:
    """Whether the pages that the config names can be looked at on this machine."""
    if not driver.app.has(PAGES):
        return
    try:
        driver.chromium.context()
    except HarnessError as error:
        yield Check(hook="browser", state=State.MISSING, message=f"{error} Without it, nothing about pages is proven.")
    else:
        yield Check(hook="browser", state=State.WORKS, message="Chromium starts")


def _environment() -> Iterator[Check]:
    try:
        metadata.version("niquests")
    except metadata.PackageNotFoundError:
        return
    yield Check(
        hook="niquests",
        state=State.WARNING,
        message="is installed; it replaces urllib3, and breaks Schemathesis and other users of requests. Uninstall it.",
    )


def _checked(hook: str, check: Callable[[], tuple[State, str]]) -> Check:
    try:
        state, says = check()
    except HarnessError as error:
        state, says = State.WRONG, str(error)
    return Check(hook=hook, state=state, message=says)


def _effects(driver: Driver) -> tuple[State, str]:
    reply = driver.app.call(EFFECTS, UNKNOWN_END_USER, timeout_s=EFFECTS_S)
    if reply.status is None:
        return State.WRONG, f"did not answer within {EFFECTS_S:g} s: {reply.trouble}. {EXPECTED}"
    if reply.status == NOTHING:
        known = _somebody(driver)
        if is_nowhere(driver.app, UNKNOWN_END_USER | known):
            # An app that could not be told of anybody may be right to know nobody.
            state = State.WRONG if known else State.WARNING
            return state, f"answers {reply.status}, as any path does that is not there. {EXPECTED}"
    if reply.status in {400, 403, 404, 422}:
        return State.WARNING, f"answers {reply.status} for an end user that nobody knows; known ones must answer JSON"
    try:
        told = parse_effects(driver.app, reply)
    except HookError as error:
        return State.WRONG, f"{error} {EXPECTED}"
    return (State.WRONG, f"{told.refusal}. {EXPECTED}") if isinstance(told, EffectsUnknown) else _parts(told)


def _parts(told: EffectsReport) -> tuple[State, str]:
    parts = {"applied": told.applied, "state": told.state, "pending": told.pending}
    absent = [name for name, value in parts.items() if value is None]
    if not absent:
        return State.WORKS, "tells applied, state and pending"
    return State.WARNING, f"tells no {', no '.join(absent)} for an end user that nobody knows"


def _somebody(driver: Driver) -> dict[str, str]:
    """An end user whom the app knows, where it can be asked to start a session for one."""
    if driver.app.has(START_SESSION):
        driver.app.call(START_SESSION, UNKNOWN_END_USER)
    known = list(driver.fiskil.sandbox.store.end_users)
    return {"end_user_id": known[-1]} if known else {}


def _exported(driver: Driver) -> tuple[State, str]:
    """Whether anything comes to the endpoint that the app is told of."""
    telemetry = driver.fiskil.telemetry
    wait_until(lambda: len(telemetry.sent), cap_s=OTLP_S)
    if telemetry.refusal:
        return State.WRONG, f"exports what nobody can read: {telemetry.refusal}"
    if not telemetry.sent:
        return (
            State.WARNING,
            f"nothing came to {{otlp_url}} within {OTLP_S:g} s; does the app export to it, and soon?",
        )
    return State.WORKS, "exports to {otlp_url}"


def _served(driver: Driver) -> tuple[State, str]:
    """Whether the app serves TLS as the config says, with the certificate that it was given; then all is as before."""
    app, tls = driver.app, driver.settings.app.tls
    is_started_so = bool(tls and (tls.command or tls.env))
    url = app.serve_tls()
    try:
        if is_started_so:
            app.restart()
        target = Target.of(url, allow_hosts=driver.settings.sandbox.allow_hosts)
        seen = [shake(target.host, target.port, version, timeout_s=HANDSHAKE_S) for version in MODERN]
    finally:
        app.serve_plain()
        if is_started_so:
            app.restart()
    spoken = [shaken for shaken in seen if shaken.is_spoken]
    if not spoken:
        return State.WRONG, f"nobody speaks {' or '.join(MODERN)} at {url}"
    if not app_has_certificate(driver.settings):
        return (
            State.WARNING,
            "speaks TLS; it is not told of {tls_cert_file}, so nobody can tell whose certificate it shows",
        )
    if any(shaken.certificate != certificate_of(driver.fiskil.certificates.chain_file) for shaken in spoken):
        return State.WRONG, "shows another certificate than the one in {tls_cert_file}"
    return State.WORKS, "speaks TLS with the certificate that it was given"


def _asked(driver: Driver, hook: str) -> tuple[State, str]:
    reply = driver.app.call(hook, {**UNKNOWN_END_USER, "point": "before", **(_cancelled(driver) if hook == MESSAGE else {})})
    state, says = _answer(reply)
    if hook == MESSAGE and state is not State.WRONG and not driver.app.has(ORIGIN_IN_MESSAGE):
        return state, f"{says}; it carries no {{origin}}, so nobody can tell whether the app heeds other windows"
    if hook == START_SESSION and reply.status is not None and reply.status < 400:
        template = driver.settings.app.drive.start_session
        found = choose(reply, template.session if template and template.session else "$.session", hook)
        session_id = found.rpartition("sess_id=")[2].partition("&")[0]
        if driver.fiskil.sandbox.session(session_id) is None:
            return State.WRONG, "answers with a session that the sandbox never opened; does the app call {api_url}?"
        return State.WORKS, "opens an auth session"
    return state, says


def _cancelled(driver: Driver) -> dict[str, str]:
    """What the consent page says to the page that embeds it when somebody nobody knows cancels."""
    told = {"isCompleted": False, "error": "access_denied", "errorType": Ending.CANCELLED.value}
    return values_of(told) | {"session_id": "00000000-0000-4000-8000-000000000000", "origin": driver.fiskil.auth_url}


def _page(driver: Driver, template: str) -> tuple[State, str]:
    path = fill_text(template, {**driver.app.values, **UNKNOWN_END_USER})
    reply = driver.app.browser.request("GET", driver.app.url + path)
    if reply.status is not None and 200 <= reply.status < 300 and reply.content_type != "text/html":
        return State.WRONG, f"answers {reply.content_type or 'no content type'}, not a page"
    return _answer(reply)


def _answer(reply: HttpReply) -> tuple[State, str]:
    if reply.status is None:
        return State.WRONG, f"did not answer: {reply.trouble}"
    if reply.status >= 500 or reply.status == 405:
        return State.WRONG, f"answered {reply.status}"
    if reply.status >= 400:
        return (
            State.WARNING,
            f"answered {reply.status}: fine for an end user that nobody knows, wrong if the path is mistyped",
        )
    return State.WORKS, f"answers {reply.status}"


def _webhook(driver: Driver) -> tuple[State, str]:
    """One genuine message about an end user that nobody knows: it must be acknowledged all the same."""
    event = Event(
        event_id=0,
        kind="consent.received",
        message_id=driver.fiskil.sandbox.mint.message_id(),
        publish_time=driver.fiskil.sandbox.clock.now(),
        end_user_id=UNKNOWN_END_USER["end_user_id"],
        consent_id=driver.fiskil.sandbox.mint.arrangement_id(),
        institution_id="88888",
        client_id=driver.fiskil.credentials.client_id,
    )
    message = seal(event, attempt=1, secret=driver.fiskil.credentials.webhook_secret, dialect=driver.fiskil.dialect)
    note = Delivery(event="e0", participant="", message_id=message.message_id, attempt=1, body=message.body)
    allowed = driver.settings.sandbox.allow_hosts
    target = Target.of(driver.app.url + driver.settings.app.webhook.path, allow_hosts=allowed)
    ca_file = driver.fiskil.certificates.ca_file if target.is_tls else None
    sender = Sender(driver.fiskil.loop, target, ca_file=ca_file, timeout_s=driver.settings.app.limits.ack_s + 5)
    delivery = sender.deliver(Outgoing(note=note, headers=message.headers), Journal())
    if delivery.outcome == "ack":
        return State.WORKS, f"acknowledges a genuine message with {delivery.status}"
    if delivery.status in {404, 405}:
        return State.WRONG, f"answers {delivery.status} at {target.path}; is app.webhook.path right?"
    if delivery.status in {401, 403}:
        return State.WRONG, f"refuses a genuine message with {delivery.status}; does the app get {{webhook_secret}}?"
    return State.WRONG, f"does not acknowledge a genuine message: {delivery.status or delivery.trouble}"
