"""Checks of the config beyond types: contradictions, requests, URLs and unknown names.

All of them run before a process or a socket starts.
"""

import ipaddress
import re
import shlex
import socket
from collections.abc import Iterator
from datetime import timedelta
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import msgspec

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import real_now
from fiskil_harness.core.config.environment import environment
from fiskil_harness.core.config.hooks import COMMAND
from fiskil_harness.core.config.placeholders import carries, filled, requests_of
from fiskil_harness.core.config.schema import AppSettings, Drive, Facts, Login, Reducer, Settings, Tls
from fiskil_harness.core.config.urls import is_absolute, redacted_url, why_unusable
from fiskil_harness.core.config.webhook_format import refuse_bad_dialect
from fiskil_harness.core.model import PERMISSIONS
from fiskil_harness.core.model.events import EVENT_KINDS
from fiskil_harness.core.net.origins import web_origin
from fiskil_harness.errors import ConfigError, UnsafeTarget, UsageError, nearest

KEY = re.compile(r"[A-Za-z0-9._~-]{12,}")
"""Pattern of secrets that can be redacted: unescaped in URLs, HTML and JSON, and long enough to be found in base64."""

COOKIE_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
UNFIT_FOR_COOKIES = re.compile(r"[;\x00-\x1f\x7f]")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ELSEWHERE = ("app.observe.effects", "app.observe.metrics")
"""Hooks that may have another origin than the app, such as that of a worker."""

MOST_S = {"call_deadline_s": 60, "request_deadline_s": 60, "ack_s": 30, "fresh_s": 60, "alert_s": 300}
"""Upper bounds of the limits in ``app.limits``, in seconds: a larger limit would make every delay acceptable."""


def refuse_contradictions(settings: Settings) -> None:
    """Check for keys that contradict each other, invalid URLs and paths, and hooks that lack a value that they need.

    Raises:
        ConfigError: Keys contradict each other, a URL or path is invalid, or a hook cannot work.
        UnsafeTarget: The host of a URL is neither loopback nor in ``sandbox.allow_hosts``.
    """
    for problem in _contradictions(settings):
        raise ConfigError(f"{settings.source}: {problem}")


def _contradictions(settings: Settings) -> Iterator[str]:
    app = settings.app
    starts = [name for name in ("command", "url", "object") if getattr(app, name)]
    if len(starts) > 1:
        yield f"[app] gives {' and '.join(starts)}. Give one of them."
    if app.url:
        _refuse_bad_address(app.url, settings)
    if app.tls:
        yield from _in_tls(settings, app.tls)
    if not app.webhook.path.startswith("/"):
        yield f"app.webhook.path must start with '/', got {app.webhook.path!r}."
    refuse_bad_dialect(app.webhook.scheme, app.webhook.payload, source=settings.source)
    for name, page in app.observe.pages.items():
        if not page.startswith("/"):
            yield f"app.observe.pages.{name} must start with '/', got {page!r}."
    yield from _in_login(app.login)
    yield from _in_requests(settings)
    yield from _in_hooks(app.drive)
    if app.facts.tls_ends_at and not (app.facts.production_webhook_url or "").strip().lower().startswith("https://"):
        yield (
            "app.facts.tls_ends_at states what terminates TLS in production. "
            "Then app.facts.production_webhook_url must be an https:// URL."
        )


def _in_requests(settings: Settings) -> Iterator[str]:
    """Yield a problem for each request that is malformed; raise for a URL of another machine."""
    for name, template in requests_of(settings):
        method, _, path = template.request.partition(" ")
        if name in ELSEWHERE and method in METHODS and is_absolute(path):
            _refuse_bad_address(path, settings, place=name, gets_deliveries=False)
        elif method not in METHODS or not path.startswith("/"):
            yield f"{name} must be like 'POST /path', got {template.request!r}. Methods: {', '.join(METHODS)}."


def _in_login(login: Login) -> Iterator[str]:
    """Yield a problem if the login path is invalid, a secret is unset or cannot be redacted, or a cookie is invalid."""
    if login.path and not login.path.startswith("/"):
        yield f"app.login.path must start with '/', got {login.path!r}."
    for name, variable in login.secrets.items():
        if environment(variable) is None:
            yield f"{variable} is not set. Put the value of {name!r} of app.login.secrets there, or name another variable."
        if not KEY.fullmatch(environment(variable) or ""):
            yield (
                f"the value of {variable} (app.login.secrets: {name!r}) cannot be kept out of reports. "
                "Use 12 characters or more, all of them letters from A to Z, digits, '-', '.', '_' or '~'."
            )
    for name, text in login.cookies.items():
        if not COOKIE_NAME.fullmatch(name):
            yield f"app.login.cookies has {name!r}, which is not a valid cookie name."
        if UNFIT_FOR_COOKIES.search(text):
            yield f"app.login.cookies.{name} holds a ';' or a control character: {text!r}."


def _in_tls(settings: Settings, tls: Tls) -> Iterator[str]:
    """Yield a problem if the TLS URL is not https, or a command is given for an app that is already running."""
    _refuse_bad_address(tls.url, settings, place="app.tls.url")
    if not tls.url.startswith("https://"):
        yield f"app.tls.url must begin with https://, got {redacted_url(tls.url)}."
    if (tls.command or tls.env) and not settings.app.command:
        yield "[app.tls] has a command, but [app] has none. For an app that is already running, give only its url."


def _in_hooks(drive: Drive) -> Iterator[str]:
    """Yield a problem if a hook of ``[app.drive]`` lacks the key or template value without which it is useless."""
    session = drive.start_session
    if session and not (session.session or "").startswith(("$", "header:")):
        yield (
            "app.drive.start_session needs session = '$.auth_url' (or '$.session_id', 'header:Location'), "
            "the place of the auth session in the app's response."
        )
    if drive.message and not carries(drive.message, "message", "error_type"):
        yield "app.drive.message must use {message}, the consent page's message, or its {error_type}."
    if drive.fail and "{point}" not in str(drive.fail):
        yield "app.drive.fail must use {point}: before, midway, after or database."


def refuse_bad_values(settings: Settings) -> None:
    """Check that values of the right type are also usable.

    Raises:
        ConfigError: A value is empty, out of range, unknown or malformed.
    """
    for problem in _bad_values(settings):
        raise ConfigError(f"{settings.source}: {problem}")


def _bad_values(settings: Settings) -> Iterator[str]:
    yield from _in_commands(settings.app)
    yield from _in_numbers(settings)
    yield from _in_names(settings.app.facts)
    yield from _in_paths(settings.app)
    yield from _in_variables(settings.app)
    try:
        Interpretations(settings.sandbox.interpretations)
    except UsageError as error:
        yield f"[sandbox.interpretations]: {error}"
    if settings.app.observe.reducer is not None:
        yield from _in_reducer(settings.app, settings.app.observe.reducer)
    for kind, entries in (("attest", settings.attest), ("waive", settings.waive)):
        for entry in entries:
            if entry.expires < entry.date:
                yield f"[[{kind}]] for {entry.practice!r} expires before its date."
    yield from _in_auth_origin(settings)
    variable = settings.sandbox.webhook_secret_env
    if variable and environment(variable) is None:
        yield (
            f"{variable} is not set. Put the signing secret there, "
            "or name another variable under [sandbox] webhook_secret_env."
        )


def _in_auth_origin(settings: Settings) -> Iterator[str]:
    origin = settings.sandbox.auth_origin
    if origin is None:
        return
    try:
        is_https = web_origin(origin).startswith("https:")
    except UsageError as error:
        yield f"sandbox.auth_origin: {error}"
        return
    if is_https != settings.sandbox.tls:
        yield (
            f"sandbox.auth_origin is {origin!r}, but the consent page is served "
            f"{'without TLS. Set tls = true' if is_https else 'over TLS. Write an https URL'} under [sandbox]."
        )


def _refuse_bad_address(url: str, settings: Settings, *, place: str = "app.url", gets_deliveries: bool = True) -> None:
    # The harness fills in template values later; until then, a digit in their place keeps the URL parseable.
    filled = re.sub(r"\{\w+\}", "1", url)
    unusable = why_unusable(url)
    if unusable:
        raise ConfigError(f"{settings.source}: {place} {unusable}")
    try:
        parts = urlsplit(filled)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ConfigError(f"{settings.source}: {place} must be like 'http://127.0.0.1:8000', got {redacted_url(url)}.")
    host = parts.hostname or ""
    if host not in settings.sandbox.allow_hosts and not _is_loopback(host):
        raise UnsafeTarget(
            f"{settings.source}: {place} names {host!r}, which is not loopback, and the harness uses only loopback. "
            "If it is your own machine, list it under [sandbox] allow_hosts."
        )
    unusable = why_unusable(url, host) if gets_deliveries else ""
    if unusable:
        raise ConfigError(f"{settings.source}: {place} {unusable}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:
        addresses = {ipaddress.ip_address(pair[4][0]) for pair in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return bool(addresses) and all(address.is_loopback for address in addresses)


def _in_commands(app: AppSettings) -> Iterator[str]:
    for place, command in ((COMMAND, app.command), ("app.tls.command", app.tls.command if app.tls else None)):
        if command is None:
            continue
        try:
            if not shlex.split(command):
                yield f"{place} is empty."
        except ValueError as error:
            yield f"{place} cannot be read: {str(error).lower()}."


def _in_variables(app: AppSettings) -> Iterator[str]:
    for place, variables in (("app.env", app.env), ("app.tls.env", app.tls.env if app.tls else {})):
        for name in variables:
            if not name or "=" in name:
                yield f"{place} has the variable {name!r}, but a name is not empty and contains no '='."


def _in_numbers(settings: Settings) -> Iterator[str]:
    app = settings.app
    numbers = {f"app.limits.{name}": value for name, value in msgspec.structs.asdict(app.limits).items()}
    numbers |= {"app.ready_s": app.ready_s}
    numbers |= {f"hosted.{name}": getattr(settings.hosted, name) for name in ("most_requests", "most_s")}
    numbers |= {f"app.facts.{name}": getattr(app.facts, name) for name in ("history_days", "consent_days", "rotate_days")}
    for name, value in numbers.items():
        if value is not None and not 0 < value < float("inf"):
            yield f"{name} must be greater than 0, got {value}."
    for name, most_s in MOST_S.items():
        limit_s = getattr(app.limits, name)
        if limit_s > most_s:
            yield f"app.limits.{name} must be at most {most_s} s, got {limit_s:g}."
    key_created = app.facts.key_created
    if key_created is not None and key_created > real_now().date() + timedelta(days=1):
        yield f"app.facts.key_created is {key_created}, which is in the future; state the day on which the key was created."


def _in_names(facts: Facts) -> Iterator[str]:
    for name in facts.datasets or ():
        if name not in PERMISSIONS:
            yield f"app.facts.datasets has {name!r}.{_hint(name, tuple(PERMISSIONS))}"
    for name, words in facts.dataset_words.items():
        if name not in PERMISSIONS:
            yield f"app.facts.dataset_words has {name!r}.{_hint(name, tuple(PERMISSIONS))}"
        if not words or not all(word.strip() for word in words):
            yield f"app.facts.dataset_words.{name} must be a list of words, none of them empty."
    if not all(word.strip() for word in facts.revoke_words):
        yield "app.facts.revoke_words must be a list of words, none of them empty."
    for pattern in facts.uses_events or ():
        if not any(fnmatchcase(kind, pattern) for kind in EVENT_KINDS):
            yield f"app.facts.uses_events has {pattern!r}, which no event matches.{_hint(pattern, EVENT_KINDS)}"


def _in_reducer(app: AppSettings, reducer: Reducer) -> Iterator[str]:
    place = "app.observe.reducer"
    if "{consent_id}" not in reducer.state:
        yield f"{place}.state must use {{consent_id}}, got {reducer.state!r}: each consent has its own value."
    if app.observe.effects is None and not app.object:
        yield f"{place} needs app.observe.effects, which returns the app's state."
    if not reducer.becomes:
        yield f'{place}.becomes is empty; name the value that an event leaves, like "consent.revoked" = "revoked".'
    for kind in reducer.becomes:
        if kind not in EVENT_KINDS:
            yield f"{place}.becomes has {kind!r}, which is not the name of an event.{_hint(kind, EVENT_KINDS)}"


def _hint(name: str, known: tuple[str, ...]) -> str:
    near = nearest(name, known)
    return (f" Did you mean {near!r}?" if near else "") + f" Known: {', '.join(known)}."


def _in_paths(app: AppSettings) -> Iterator[str]:
    paths = [("app.observe.ignore", path) for path in app.observe.ignore]
    if app.observe.reducer:
        paths.append(("app.observe.reducer.state", filled(app.observe.reducer.state, consent_id="c", end_user_id="e")))
    if app.observe.connected:
        paths.append(("app.observe.connected.path", app.observe.connected.path))
    if app.drive.start_session and (app.drive.start_session.session or "").startswith("$"):
        paths.append(("app.drive.start_session.session", app.drive.start_session.session or ""))
    if not paths:
        return
    import jsonpath

    for place, path in paths:
        try:
            jsonpath.compile(path)
            is_path = path.startswith("$")
        except jsonpath.JSONPathError:
            is_path = False
        if not is_path:
            yield f"{place} must be a JSONPath like '$.state.fetched_at', got {path!r}."
