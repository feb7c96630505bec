"""Converts command-line arguments to the settings of a running webhook receiver, and back to arguments that repeat a run."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.cli.runs import arguments_of

if TYPE_CHECKING:
    from fiskil_harness.core.config import Settings

USUAL_BYTES, USUAL_S = 2 * 1024 * 1024, 30.0
"""Default limits used with --heavy; exceeding them is advice, not a failure."""


def receiver_settings(
    url: str, secret_env: str | None, effects: str | None, uses_events: Sequence[str], scheme: str | None
) -> "Settings":
    """Return the settings for the receiver at *url*.

    Args:
        secret_env: The environment variable that contains the signing secret.
        effects: The request of the effects hook, such as ``GET /effects``.
        uses_events: Kinds of events that the app uses; patterns are allowed.
        scheme: Another sender whose signatures and format are used, such as ``github`` (default: Fiskil).

    Raises:
        UsageError: *secret_env* is None.
        ConfigError: The variable is not set, the secret is malformed, or another value is invalid.
        UnsafeTarget: *url* is not on loopback.
    """
    from urllib.parse import urlsplit

    from fiskil_harness.core.config import COMMAND_LINE, environment, parse
    from fiskil_harness.core.config.webhook_format import FISKIL, preset
    from fiskil_harness.errors import ConfigError, UsageError
    from fiskil_harness.webhooks import Target
    from fiskil_harness.webhooks.signature_schemes import key_of

    if secret_env is None:
        raise UsageError("A receiver at a URL needs --secret-env NAME: the variable that contains its signing secret.")
    Target.of(url)
    secret = environment(secret_env)
    if secret is None:
        raise ConfigError(f"{secret_env} is not set. Put the signing secret there, or name another variable.")
    key_of(secret, (preset(scheme) if scheme else FISKIL).scheme)
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    app: dict[str, Any] = {"url": f"{parts.scheme}://{parts.netloc}", "webhook": {"path": path}}
    if effects:
        app["observe"] = {"effects": effects}
    if scheme:
        app["webhook"]["scheme"] = scheme
    if uses_events:
        app["facts"] = {"uses_events": list(uses_events)}
    raw = {"app": app, "sandbox": {"webhook_secret_env": secret_env}}
    return parse(raw, folder=Path.cwd(), source=COMMAND_LINE)


def settings_of_folder(
    url: str,
    secret_env: str | None,
    uses_events: Sequence[str],
    *,
    folder: Path | None = None,
    config_file: Path | None = None,
) -> "tuple[Settings | None, str]":
    """Return the settings of *config_file* or the config in *folder* if it describes *url*, and a sentence that says so.

    The settings are None if the folder has no config, or one of another app; without a config the sentence is "".

    Args:
        secret_env: The environment variable that contains the signing secret; None uses that of the config.
        uses_events: Kinds of events that the app uses; empty uses those of the config.
        folder: The folder of the config (default: the current folder).
        config_file: The config; None uses the one in *folder*.

    Raises:
        ConfigError: The variable of the signing secret is not set.
        UnsafeTarget: *url* is not on loopback.
    """
    from fiskil_harness.core.config import environment, find, load
    from fiskil_harness.errors import ConfigError
    from fiskil_harness.webhooks import Target

    config = config_file or find(folder or Path.cwd())
    if config is None:
        return None, ""
    try:
        settings = load(config)
    except ConfigError as error:
        return None, f"{config.name} was not used: {error}"
    app = settings.app
    if not app.url or _address(app.url + app.webhook.path) != _address(url):
        other = f"it is about {app.url}{app.webhook.path}" if app.url else "it has no app.url"
        return None, f"The hooks of {config.name} were not used: {other}."
    Target.of(url, allow_hosts=settings.sandbox.allow_hosts)
    name = secret_env or settings.sandbox.webhook_secret_env
    if name is None:
        return None, f"The hooks of {config.name} were not used: it has no sandbox.webhook_secret_env."
    if environment(name) is None:
        raise ConfigError(f"{name} is not set. Put the signing secret there, or name another variable.")
    facts = msgspec.structs.replace(app.facts, uses_events=tuple(uses_events) or app.facts.uses_events)
    settings = msgspec.structs.replace(
        settings,
        app=msgspec.structs.replace(app, facts=facts),
        sandbox=msgspec.structs.replace(settings.sandbox, webhook_secret_env=name),
    )
    return settings, f"The hooks of {config.name} are used, because it describes the app at this address."


def _address(url: str) -> tuple[str, str, int | None, str]:
    """Return the parts of *url* that two names of one receiver have in common."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port, path


def receiver_arguments(secret_env: str | None, effects: str | None, uses_events: Sequence[str], scheme: str | None) -> str:
    """Return the command-line arguments that describe the receiver, except its URL, to repeat a run."""
    named = {"--secret-env": secret_env, "--effects": effects, "--uses-events": tuple(uses_events), "--scheme": scheme}
    return arguments_of(named)


def with_body_limits(settings: "Settings", *, body_bytes: int | None, body_s: float | None) -> "Settings":
    """Return *settings* with the receiver's limits for unsigned bodies, or with default limits if both are None."""
    stated = {name: value for name, value in (("body_bytes", body_bytes), ("body_s", body_s)) if value is not None}
    limits = msgspec.structs.replace(settings.app.limits, **stated or {"body_bytes": USUAL_BYTES, "body_s": USUAL_S})
    app = msgspec.structs.replace(settings.app, limits=limits)
    return msgspec.structs.replace(settings, app=app, stated_limits=settings.stated_limits | stated.keys())
