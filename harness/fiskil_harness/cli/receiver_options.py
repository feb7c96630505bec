"""A receiver that is running already, as the command line tells of it: its settings, and its options once more."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from fiskil_harness.cli.run_options import quoted

if TYPE_CHECKING:
    from fiskil_harness.core.config import Settings

USUAL_BYTES, USUAL_S = 2 * 1024 * 1024, 30.0
"""What a receiver that promises nothing is tried with; it is told, and nobody is accused by it."""


def settings_at(
    url: str, secret_env: str | None, effects: str | None, uses_events: Sequence[str], scheme: str | None
) -> "Settings":
    """The settings for the receiver at *url*, whose signing secret the variable *secret_env* holds.

    Raises:
        UsageError: No variable is named.
        ConfigError: The secret is missing or malformed, or another part is.
    """
    from urllib.parse import urlsplit

    from fiskil_harness.core.config import environment, parse
    from fiskil_harness.core.config.webhook_format import FISKIL, preset
    from fiskil_harness.errors import ConfigError, UsageError
    from fiskil_harness.webhooks import Target
    from fiskil_harness.webhooks.signature_schemes import key_of

    if secret_env is None:
        raise UsageError("A receiver at a URL needs --secret-env NAME: the variable that holds its signing secret.")
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
    return parse(raw, folder=Path.cwd(), source="the command line")


def options_of(secret_env: str | None, effects: str | None, uses_events: Sequence[str], scheme: str | None) -> str:
    """What a command needs, beside the URL, to meet the receiver again."""
    tail = f" --secret-env {secret_env}" + (f" --effects {quoted([effects])}" if effects else "")
    tail += "".join(f" --uses-events {quoted([kind])}" for kind in uses_events)
    return tail + (f" --scheme {scheme}" if scheme else "")


def burdened(settings: "Settings", *, body_bytes: int | None, body_s: float | None) -> "Settings":
    """*settings* with what the receiver promises of unsigned bodies; where it promises neither, with what is usual."""
    given = {name: value for name, value in (("body_bytes", body_bytes), ("body_s", body_s)) if value is not None}
    limits = msgspec.structs.replace(settings.app.limits, **given or {"body_bytes": USUAL_BYTES, "body_s": USUAL_S})
    app = msgspec.structs.replace(settings.app, limits=limits)
    return msgspec.structs.replace(settings, app=app, stated_limits=settings.stated_limits | given.keys())


def burden_of(*, is_heavy: bool, body_bytes: int | None, body_s: float | None) -> str:
    """The options of a heavy rehearsal once more."""
    tail = " --heavy" if is_heavy else ""
    tail += f" --body-bytes {body_bytes}" if body_bytes is not None else ""
    return tail + (f" --body-s {body_s:g}" if body_s is not None else "")
