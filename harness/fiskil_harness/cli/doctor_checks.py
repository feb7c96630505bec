"""The checks of ``doctor``: start the app, and use each hook of the config once, for an unknown end user.

They report what works, what is wrong, and what each missing hook would unlock; they do not judge the app.
"""

import enum
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Literal
from urllib.parse import urlsplit

from msgspec import Struct

from fiskil_harness.app.browser.login import log_in_client
from fiskil_harness.app.effects import NOT_FOUND, EffectsReport, EffectsUnknown, is_unknown_path, parse_effects
from fiskil_harness.app.monitoring import missing_extra
from fiskil_harness.app.templates import choose, fill_text
from fiskil_harness.cli.doctor_effects import missing_parts
from fiskil_harness.core.clock import real_now, wait_until
from fiskil_harness.core.config import Attestation, Settings, Waiver
from fiskil_harness.core.config.hooks import (
    EFFECTS,
    FAIL,
    HOOKS,
    LOGIN,
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
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.errors import HarnessError, HookError, StepError
from fiskil_harness.gate import judgement
from fiskil_harness.gate.hook_costs import hook_costs
from fiskil_harness.gate.practice_status import is_valid_on, statement_remarks
from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.page_text import has_password_field
from fiskil_harness.probes.hints import IDS_NEEDED
from fiskil_harness.runner.driver import Driver
from fiskil_harness.runner.worker import UNKNOWN_END_USER, Worker
from fiskil_harness.scenario.scenario import load_all
from fiskil_harness.scenario.steps.link_sdk_messages import values_of
from fiskil_harness.scenario.steps.tls_server import HANDSHAKE_S, app_has_certificate
from fiskil_harness.webhooks import Sender, Target, seal
from fiskil_harness.webhooks.sender import Outgoing
from fiskil_harness.webhooks.tls_handshake import MODERN, certificate_of, handshake

EFFECTS_S = 10.0
"""Timeout for a response of the effects hook, in real seconds."""
OTLP_S = 6.0
"""Timeout for the first export of telemetry, in real seconds; most exporters send every five seconds by default."""
EXPECTED = (
    'Expected: 200 with JSON like {"applied": {"<message_id>": 1}, "state": {}, "pending": 0}, '
    "for unknown end users as well."
)

SELDOM = ("tls_ends_at", "shows_closed_accounts")
"""Facts that most apps need not state."""


class State(enum.StrEnum):
    """The result of a check."""

    WORKS = "works"
    WRONG = "wrong"
    MISSING = "missing"
    WARNING = "warning"


class Check(Struct, frozen=True, kw_only=True):
    """The result of checking one hook, or one part of the environment."""

    hook: str
    state: State
    message: str


class DoctorReport(Struct, frozen=True, kw_only=True):
    """The checks, and the exit code of the command."""

    format: Literal["fiskil-harness/doctor/1"] = "fiskil-harness/doctor/1"
    checks: tuple[Check, ...]
    exit_code: int


def diagnose(settings: Settings) -> list[Check]:
    """Start the app, check every hook and the environment, and return the results.

    Raises:
        ConfigError: The config specifies no app.
        AppError: The app does not start or does not become ready.
    """
    worker = Worker(settings, seed=0)
    try:
        worker.launch()
        checks = [Check(hook="app", state=State.WORKS, message="starts and becomes ready"), *_hooks(worker.driver)]
        checks += [*_gate(settings), *_statements(settings), *_missing(worker.driver)]
        checks += [*_browser(worker.driver), *_monitoring(worker.driver), *_environment()]
        return worker.redactor.redact_tree(checks)
    finally:
        worker.close()


def _hooks(driver: Driver) -> Iterator[Check]:
    yield _check("app.webhook", lambda: _webhook(driver))
    if driver.app.has(EFFECTS):
        yield _check(EFFECTS, lambda: _effects(driver))
    for hook in (START_SESSION, MESSAGE, REFRESH, REVOKE, METRICS):
        if driver.app.has(hook):
            yield _check(hook, lambda hook=hook: _call(driver, hook))  # type: ignore[misc]
    yield from _pages(driver)
    for name, path in driver.app.output().items():
        if name != "output":
            state, message = (State.WORKS, "exists") if path.exists() else (State.WARNING, "does not exist yet")
            yield Check(hook=f"app.observe.logs {name}", state=state, message=message)
    if driver.app.passes_value("otlp_url"):
        yield _check("otlp", lambda: _telemetry(driver))
    # After all other requests to the app, because the hook FAIL makes the app's next processing fail.
    if driver.app.has(FAIL) and driver.app.can_restart:
        yield _check(FAIL, lambda: _call(driver, FAIL))
    # Last, because the check of TLS restarts the app.
    if driver.app.has(TLS):
        yield _check(TLS, lambda: _tls(driver))


def _gate(settings: Settings) -> Iterator[Check]:
    """Check that the gate accepts the config."""
    try:
        judgement.check(settings)
    except HarnessError as error:
        yield Check(hook="gate", state=State.WRONG, message=f"does not accept this config: {error}")


def _statements(settings: Settings) -> Iterator[Check]:
    """Report attestations and waivers that have expired or expire soon."""
    for remark in statement_remarks(settings, real_now().date()):
        yield Check(hook="statements", state=State.WARNING, message=remark)


def _missing(driver: Driver) -> Iterator[Check]:
    missing_hooks = [hook for hook in HOOKS if not driver.app.has(hook)]
    if any(driver.app.passes_value(value) for value in ("otlp_url", "alert_url")) and METRICS in missing_hooks:
        missing_hooks.remove(METRICS)
    calls_api = driver.app.passes_value("api_url") or bool(driver.settings.app.object)
    today = real_now().date()
    statements: list[Attestation | Waiver] = [*driver.settings.attest, *driver.settings.waive]
    stated = {statement.practice for statement in statements if is_valid_on(statement, today)}
    for hook, of_hook in hook_costs(load_all(), missing_hooks, calls_api=calls_api).items():
        practice_ids = [practice_id for practice_id in of_hook if practice_id not in stated]
        if practice_ids:
            cost = f"without it these are not proven: {', '.join(practice_ids)}"
        else:
            cost = "what needs it is attested or waived" if of_hook else "no practice needs it"
        yield Check(hook=hook, state=State.MISSING, message=f"{HOOKS[hook]}; {cost}")
    facts = driver.settings.app.facts
    needless = {*SELDOM, *(["allowed_ips"] if driver.settings.app.passes("webhook_source_ips") else [])}
    missing = [name for name in facts.__struct_fields__ if getattr(facts, name) is None and name not in needless]
    if {"key_created", "rotate_days"} - {*missing}:
        missing = [name for name in missing if name not in {"key_created", "rotate_days"}]  # one of them is enough
    if missing:
        message = f"facts that only your team knows: {', '.join(missing)}"
        yield Check(hook="app.facts", state=State.MISSING, message=message)


def _browser(driver: Driver) -> Iterator[Check]:
    """Check that a browser starts on this machine, if the config lists pages of the app."""
    if not driver.app.has(PAGES):
        return
    try:
        driver.chromium.context()
    except HarnessError as error:
        yield Check(hook="browser", state=State.MISSING, message=f"{error} Without it no practice about pages is proven.")
    else:
        yield Check(hook="browser", state=State.WORKS, message="Chromium starts")


def _monitoring(driver: Driver) -> Iterator[Check]:
    """Check that the packages are installed that read metrics and OTLP exports, if the config has either."""
    if (driver.app.has(METRICS) or driver.app.passes_value("otlp_url")) and (missing := missing_extra()):
        unproven = ", ".join(hook_costs(load_all(), [METRICS])[METRICS])
        message = f"{missing} Without it only alerts prove these: {unproven}."
        yield Check(hook="monitoring", state=State.MISSING, message=message)


def _environment() -> Iterator[Check]:
    try:
        metadata.version("niquests")
    except metadata.PackageNotFoundError:
        return
    message = "is installed; it replaces urllib3, which breaks Schemathesis and other users of requests. Uninstall it."
    yield Check(hook="niquests", state=State.WARNING, message=message)


def _check(hook: str, check: Callable[[], tuple[State, str]]) -> Check:
    try:
        state, message = check()
    except HarnessError as error:
        state, message = State.WRONG, str(error)
    return Check(hook=hook, state=state, message=message)


def _effects(driver: Driver) -> tuple[State, str]:
    reply = driver.app.call(EFFECTS, UNKNOWN_END_USER, timeout_s=EFFECTS_S)
    if reply.status is None:
        return State.WRONG, f"sent no response within {EFFECTS_S:g} s: {reply.problem}. {EXPECTED}"
    if reply.status == NOT_FOUND:
        end_user = _known_end_user(driver)
        if is_unknown_path(driver.app, UNKNOWN_END_USER | end_user):
            # Without a known end user, a 404 may be the correct response.
            state = State.WRONG if end_user else State.WARNING
            return state, f"returns {reply.status}, like any path that does not exist. {EXPECTED}"
    if reply.status in {400, 403, 404, 422}:
        return State.WARNING, f"returns {reply.status} for an unknown end user; for known ones it must return JSON"
    try:
        effects = parse_effects(driver.app, reply)
    except HookError as error:
        return State.WRONG, f"{error} {EXPECTED}"
    return (State.WRONG, f"{effects.response}. {EXPECTED}") if isinstance(effects, EffectsUnknown) else _keys(effects)


def _keys(effects: EffectsReport) -> tuple[State, str]:
    values = {"applied": effects.applied, "state": effects.state, "pending": effects.pending}
    absent = [key for key, value in values.items() if value is None]
    if not absent:
        return State.WORKS, f"returns applied, state and pending; {IDS_NEEDED}"
    return State.WARNING, missing_parts(absent)


def _known_end_user(driver: Driver) -> dict[str, str]:
    """Let the app start a session, and return the id of the newest end user as a template value; {} if there is none."""
    if driver.app.has(START_SESSION):
        driver.app.call(START_SESSION, UNKNOWN_END_USER)
    end_user_ids = list(driver.fiskil.sandbox.store.end_users)
    return {"end_user_id": end_user_ids[-1]} if end_user_ids else {}


def _telemetry(driver: Driver) -> tuple[State, str]:
    """Check that the app exports telemetry to ``{otlp_url}``."""
    telemetry = driver.fiskil.telemetry
    wait_until(lambda: len(telemetry.sent), cap_s=OTLP_S)
    if telemetry.refusal:
        return State.WRONG, f"exports an unreadable format: {telemetry.refusal}"
    if not telemetry.sent:
        question = "Does the app export there, and often enough?"
        return State.WARNING, f"received nothing at {{otlp_url}} within {OTLP_S:g} s. {question}"
    return State.WORKS, "exports to {otlp_url}"


def _tls(driver: Driver) -> tuple[State, str]:
    """Check that the app serves TLS with the harness's certificate, and switch the app back to plain HTTP."""
    app, tls = driver.app, driver.settings.app.tls
    needs_restart = bool(tls and (tls.command or tls.env))
    url = app.serve_tls()
    try:
        if needs_restart:
            app.restart()
        target = Target.of(url, allow_hosts=driver.settings.sandbox.allow_hosts)
        handshakes = [handshake(target.host, target.port, version, timeout_s=HANDSHAKE_S) for version in MODERN]
    finally:
        app.serve_plain()
        if needs_restart:
            app.restart()
    completed = [handshake for handshake in handshakes if handshake.is_supported]
    if not completed:
        return State.WRONG, f"does not serve {' or '.join(MODERN)} at {url}"
    if not app_has_certificate(driver.settings):
        return State.WARNING, "serves TLS; it does not use {tls_cert_file}, so its certificate cannot be checked"
    if any(handshake.certificate != certificate_of(driver.fiskil.certificates.chain_file) for handshake in completed):
        return State.WRONG, "presents another certificate than the one in {tls_cert_file}"
    return State.WORKS, "serves TLS with the certificate in {tls_cert_file}"


def _call(driver: Driver, hook: str) -> tuple[State, str]:
    message_values = _cancellation_message(driver) if hook == MESSAGE else {}
    reply = driver.app.call(hook, {**UNKNOWN_END_USER, "point": "before", **message_values})
    state, message = _judge_reply(reply)
    if hook in {REFRESH, REVOKE} and reply.status is not None and 300 <= reply.status < 400:
        return state, f"{message}: a redirect counts as done after the API calls that do it"
    if hook == MESSAGE and state is not State.WRONG and not driver.app.has(ORIGIN_IN_MESSAGE):
        return state, f"{message}; it has no {{origin}}, so it is unknown whether the app accepts messages of other windows"
    if hook == START_SESSION and reply.status is not None and reply.status < 400:
        template = driver.settings.app.drive.start_session
        session = choose(reply, template.session if template and template.session else "$.session", hook)
        session_id = session.rpartition("sess_id=")[2].partition("&")[0]
        if driver.fiskil.sandbox.session(session_id) is None:
            return State.WRONG, "returns a session that was not created in this sandbox. Does the app use {api_url}?"
        return State.WORKS, "opens an auth session"
    return state, message


def _cancellation_message(driver: Driver) -> dict[str, str]:
    """Return the template values of the message that the consent page posts when an unknown end user cancels."""
    message = {"isCompleted": False, "error": "access_denied", "errorType": Ending.CANCELLED.value}
    return values_of(message) | {"session_id": "00000000-0000-4000-8000-000000000000", "origin": driver.fiskil.auth_origin}


def _pages(driver: Driver) -> Iterator[Check]:
    browser = driver.app.browser.copy()
    if driver.settings.app.login.path or driver.settings.app.login.cookies:
        yield _check(LOGIN, lambda: _login(driver, browser))
    for name, template in driver.settings.app.observe.pages.items():
        yield _check(f"app.observe.pages.{name}", lambda template=template: _page(driver, browser, template))  # type: ignore[misc]


def _login(driver: Driver, browser: HttpClient) -> tuple[State, str]:
    """Log *browser* in as an end user that the app does not know, so an app may refuse the login."""
    allow_hosts = driver.settings.sandbox.allow_hosts
    values = {**driver.app.values, **UNKNOWN_END_USER}
    try:
        log_in_client(browser, driver.settings.app.login, values, url=driver.app.url, allow_hosts=allow_hosts)
    except StepError as error:
        problem = str(error).removeprefix("app.login.path ").removesuffix(".")
        return State.WARNING, f"{problem}: correct for an unknown end user, wrong if the path is mistyped"
    return State.WORKS, "logs an end user in" if driver.settings.app.login.path else "sets its cookies"


def _page(driver: Driver, browser: HttpClient, template: str) -> tuple[State, str]:
    path = fill_text(template, {**driver.app.values, **UNKNOWN_END_USER})
    reply = browser.request("GET", driver.app.url + path)
    if detour := _detour(reply):
        if driver.settings.app.login.path or driver.settings.app.login.cookies:
            return State.WARNING, f"{detour}, although app.login was used: correct for an unknown end user"
        return (
            State.WARNING,
            f"{detour}: if your pages need a login, set app.login; otherwise none is examined",
        )
    if reply.status is not None and 200 <= reply.status < 300 and reply.content_type != "text/html":
        return State.WRONG, f"returns {reply.content_type or 'no content type'}, not a page"
    return _judge_reply(reply)


def _detour(reply: HttpReply) -> str:
    """Return what shows that *reply* may be a login instead of the page; empty if nothing does."""
    if reply.status is not None and 300 <= reply.status < 400:
        return f"redirects to {urlsplit(reply.headers.get('location', '')).path}"
    return "shows a password field" if has_password_field(reply.body) else ""


def _judge_reply(reply: HttpReply) -> tuple[State, str]:
    if reply.status is None:
        return State.WRONG, f"sent no response: {reply.problem}"
    if reply.status >= 500 or reply.status == 405:
        return State.WRONG, f"returns {reply.status}"
    if reply.status >= 400:
        return State.WARNING, f"returns {reply.status}: correct for an unknown end user, wrong if the path is mistyped"
    return State.WORKS, f"returns {reply.status}"


def _webhook(driver: Driver) -> tuple[State, str]:
    """Deliver one genuine message about an end user that the app does not know; the app must acknowledge it anyway."""
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
    allow_hosts = driver.settings.sandbox.allow_hosts
    target = Target.of(driver.app.url + driver.settings.app.webhook.path, allow_hosts=allow_hosts)
    ca_file = driver.fiskil.certificates.ca_file if target.is_tls else None
    sender = Sender(driver.fiskil.loop, target, ca_file=ca_file, timeout_s=driver.settings.app.limits.ack_s + 5)
    delivery = sender.deliver(Outgoing.of(message, event="e0"), Journal())
    if delivery.is_acknowledged:
        return State.WORKS, f"acknowledges a genuine message with {delivery.status}"
    if delivery.status in {404, 405}:
        return State.WRONG, f"returns {delivery.status} at {target.path}. Is app.webhook.path correct?"
    if delivery.status in {401, 403}:
        return State.WRONG, f"refuses a genuine message with {delivery.status}. Does the app use {{webhook_secret}}?"
    return State.WRONG, f"does not acknowledge a genuine message: {delivery.status or delivery.problem}"
