"""Calls the app's hooks over HTTP. If the app is a Python object, calls its methods instead."""

import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from fiskil_harness.app.templates import fill
from fiskil_harness.core.config import RequestTemplate
from fiskil_harness.core.config.hooks import (
    COMMAND,
    CONNECTED,
    LOGS,
    MESSAGE,
    ORIGIN_IN_MESSAGE,
    PAGES,
    REDUCER,
    START_SESSION,
    TLS,
)
from fiskil_harness.core.config.placeholders import carries
from fiskil_harness.core.config.template_values import Values
from fiskil_harness.core.config.urls import joined
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.errors import HookError, HookMissing

if TYPE_CHECKING:
    from fiskil_harness.app.app_under_test import AppUnderTest


HOW_TO_PASS_PORT = (
    "the harness chose this port, and neither app.command nor [app.env] passes {port} to your app: "
    'add --port {port} to the command, or PORT = "{port}" to [app.env]'
)


def template_of(app: "AppUnderTest", hook: str) -> RequestTemplate | None:
    """Return the request template of *hook* in the config, or None if the config has no such template."""
    node: Any = app.settings
    for part in hook.split("."):
        node = getattr(node, part, None)
    return node if isinstance(node, RequestTemplate) else None


def is_available(app: "AppUnderTest", hook: str) -> bool:
    """Return true if the config or the Python object provides *hook*."""
    if hook == COMMAND:
        return app.can_restart
    if hook == TLS:
        return app.settings.app.tls is not None
    if hook in {CONNECTED, REDUCER, PAGES, LOGS}:
        return bool(getattr(app.settings.app.observe, hook.rpartition(".")[2]))
    if hook == ORIGIN_IN_MESSAGE:
        return carries(template_of(app, MESSAGE), "origin") or _method(app, MESSAGE) is not None
    return template_of(app, hook) is not None or _method(app, hook) is not None


def call(
    app: "AppUnderTest", hook: str, values: Values, *, timeout_s: float | None = None, browser: HttpClient | None = None
) -> HttpReply:
    """Call a hook. The result of a Python method is returned as a JSON response. *browser* replaces the app's usual one.

    Raises:
        HookMissing: The config does not provide the hook.
        HookError: The method of the Python object raised an exception.
    """
    method = _method(app, hook)
    if method is not None:
        return _call_method(hook, method, {**app.values, **values})
    template = template_of(app, hook)
    if template is None:
        raise HookMissing(hook)
    request = fill(template, {**app.values, **values})
    return (browser or app.browser).request(
        request.method,
        joined(app.url, request.path),
        json=request.json,
        form=request.form,
        headers=request.headers,
        timeout_s=timeout_s,
    )


def is_ready(app: "AppUnderTest") -> bool:
    """Return true if the app responds to its ready request or, without a ready request, accepts connections."""
    if template_of(app, "app.ready") is not None or _method(app, "app.ready") is not None:
        reply = call(app, "app.ready", {"end_user_ref": "", "end_user_id": ""}, timeout_s=2)
        return reply.status is not None and 200 <= reply.status < 400
    return is_listening(app)


def why_not_ready(app: "AppUnderTest") -> str:
    """Return a sentence about the likely cause of an app that runs and is not ready."""
    if not is_listening(app):
        passed = "" if app.passes_value("port") else f"; {HOW_TO_PASS_PORT}"
        return f"Nothing listens at {app.url}{passed}."
    template = template_of(app, "app.ready")
    if template is None:
        return ""
    reply = call(app, "app.ready", {"end_user_ref": "", "end_user_id": ""}, timeout_s=2)
    return f"{template.request} returned {reply.status or reply.problem}; app.ready must name a request that returns 2xx."


def is_listening(app: "AppUnderTest") -> bool:
    """Return true if a process accepts connections at the host and port of the app's URL."""
    try:
        parts = urlsplit(app.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        with socket.create_connection((parts.hostname or "", port), timeout=1):
            return True
    except (OSError, ValueError):
        return False


def _method(app: "AppUnderTest", hook: str) -> Any:
    return getattr(getattr(app.process, "object", None), hook.rpartition(".")[2], None)


def _call_method(hook: str, method: Any, values: Values) -> HttpReply:
    try:
        result = method(values)
    except Exception as error:
        raise HookError(f"{hook} raised {type(error).__name__}: {error}") from error
    if hook == START_SESSION:
        result = {"session": result}
    status = 503 if hook == "app.ready" and not result else 200
    return HttpReply(status=status, headers={"content-type": "application/json"}, body=msgspec.json.encode(result))
