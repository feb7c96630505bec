"""Template values of the config, such as ``{port}``, and the check that every template uses only existing ones."""

import re
import string

from fiskil_harness.core.config.hooks import COMMAND, LOGS, MESSAGE
from fiskil_harness.core.config.schema import RequestTemplate, Settings
from fiskil_harness.errors import ConfigError, nearest

DRIVEN = ("start_session", "message", "refresh", "revoke", "fail")
"""Names of the hooks in ``[app.drive]``."""

LAUNCH_VALUES = frozenset(
    {
        "port",
        "workdir",
        "public_url",
        "api_url",
        "auth_url",
        "client_id",
        "client_secret",
        "webhook_secret",
        "webhook_public_key",
        "webhook_source_ips",
        "ca_file",
        "alert_url",
        "otlp_url",
        "tls_cert_file",
        "tls_key_file",
        "tls_port",
        "python",
    }
)
"""Template values for the app's command, environment and log files; ``python`` is the interpreter of the harness."""

REDUCER_VALUES = frozenset({"consent_id", "end_user_id"})
"""Template values for ``app.observe.reducer.state``, the path of a consent's value in the app's state."""

END_USER_VALUES = frozenset({"end_user_ref", "end_user_id", "end_user_email", "end_user_name"})
"""Template values that belong to an end user."""

REQUEST_VALUES = LAUNCH_VALUES | END_USER_VALUES | {"point"}
"""Template values for requests to the app's hooks and for its pages."""

MESSAGE_VALUES = frozenset({"message", "origin", "session_id", "error_type", "error_id", "consent_id"})
"""Template values that only the hook ``app.drive.message`` has, in addition to those of every request."""


def refuse_bad_templates(settings: Settings) -> None:
    """Check every template of the config.

    Raises:
        ConfigError: A template is malformed or uses a value that does not exist; the message suggests the nearest match.
    """
    app = settings.app
    launch: list[tuple[str, str]] = [(COMMAND, app.command or ""), ("app.url", app.url or "")]
    launch += [(f"app.env.{key}", value) for key, value in app.env.items()]
    if app.tls:
        launch += [("app.tls.url", app.tls.url), ("app.tls.command", app.tls.command or "")]
        launch += [(f"app.tls.env.{key}", value) for key, value in app.tls.env.items()]
    launch += [(LOGS, value) for value in app.observe.logs]
    for place, text in launch:
        _refuse_unknown_values(place, text, LAUNCH_VALUES, settings.source)
    if app.observe.reducer:
        _refuse_unknown_values("app.observe.reducer.state", app.observe.reducer.state, REDUCER_VALUES, settings.source)
    requests: list[tuple[str, str]] = [(f"app.observe.pages.{key}", value) for key, value in app.observe.pages.items()]
    for place, template in requests_of(settings):
        requests += [(place, text) for text in texts_of(template)]
    own = REQUEST_VALUES | app.login.secrets.keys()
    for place, text in [
        ("path", app.login.path or ""),
        *((f"cookies.{cooky}", text) for cooky, text in app.login.cookies.items()),
    ]:
        _refuse_unknown_values(f"app.login.{place}", text, own, settings.source)
    for place, text in requests:
        values = REQUEST_VALUES | (MESSAGE_VALUES if place == MESSAGE else frozenset())
        _refuse_unknown_values(place, text, values, settings.source)


def filled(state: str, **ids: str) -> str:
    """Return the JSONPath template *state* with *ids* filled in. An id in brackets is quoted, so that it is no index."""
    for name, value in ids.items():
        state = state.replace(f"[{{{name}}}]", f"['{value}']").replace(f"{{{name}}}", value)
    return state


def texts_of(template: RequestTemplate) -> list[str]:
    """Return every string of a request in which template values may occur."""
    return [template.request, *_texts([template.json, template.form, template.headers])]


def carries(template: RequestTemplate | None, *names: str) -> bool:
    """Return True if the request *template* uses one of the template values *names*."""
    return template is not None and any(f"{{{name}}}" in text for text in texts_of(template) for name in names)


def requests_of(settings: Settings) -> list[tuple[str, RequestTemplate]]:
    """Return every request that the config defines, each after its config key."""
    app = settings.app
    named = [("app.ready", app.ready)]
    named += [(f"app.drive.{name}", getattr(app.drive, name)) for name in DRIVEN]
    named += [(f"app.observe.{name}", getattr(app.observe, name)) for name in ("effects", "metrics")]
    named += [("hosted.introduce", settings.hosted.introduce)]
    return [(name, template) for name, template in named if template is not None]


def _texts(node: object) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, dict):
        return [text for value in node.values() for text in _texts(value)]
    if isinstance(node, list | tuple):
        return [text for value in node for text in _texts(value)]
    return []


_NAME = re.compile(r"[\w.\[\]]*")


def _refuse_unknown_values(place: str, text: str, known: frozenset[str], source: str) -> None:
    try:
        parsed = string.Formatter().parse(text)
        fields = [(name, layout or conversion) for _, name, layout, conversion in parsed if name is not None]
    except ValueError as error:
        raise ConfigError(f"{source}: {place} is not a valid template: {error}. Write {{{{ and }}}} for braces.") from None
    for name, layout in fields:
        if name in known and layout:
            raise ConfigError(f"{source}: {place} formats {{{name}}}, but values are only inserted. Write {{{name}}}.")
        if name not in known:
            if not _NAME.fullmatch(name):
                raise ConfigError(
                    f"{source}: {place} has {{{name}}}, which is not the name of a value. "
                    "Write literal braces twice: {{ and }}."
                )
            near = nearest(name, known)
            hint = f" Did you mean {{{near}}}?" if near else ""
            raise ConfigError(
                f"{source}: {place} uses {{{name}}}, which does not exist.{hint} Known: {', '.join(sorted(known))}."
            )
