"""The settings: read from the environment once, and validated before anything starts.

No other module reads the environment.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SQLITE = "sqlite:///"
POSTGRESQL = "postgresql://"


class SettingsError(Exception):
    """A setting is missing or invalid."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The validated settings. Secrets stay out of ``repr``."""

    base_url: str
    auth_url: str
    client_id: str
    client_secret: str = field(repr=False)
    webhook_key: bytes = field(repr=False)
    webhook_allowed_ips: frozenset[str]
    ca_file: str
    alert_url: str
    database_path: str
    public_url: str
    call_timeout_s: float
    deadline_s: float
    api_attempts: int
    history_days: int
    has_harness_hooks: bool


def load(environ: Mapping[str, str]) -> Settings:
    """Read every setting.

    Raises:
        SettingsError: A setting is missing or invalid; the message is one line with its name.
    """
    return Settings(
        base_url=_origin("FISKIL_BASE_URL", _required(environ, "FISKIL_BASE_URL")),
        auth_url=_origin("FISKIL_AUTH_URL", environ.get("FISKIL_AUTH_URL", "")),
        client_id=_required(environ, "FISKIL_CLIENT_ID"),
        client_secret=_required(environ, "FISKIL_CLIENT_SECRET"),
        webhook_key=_webhook_key(environ),
        webhook_allowed_ips=_split(environ.get("FISKIL_WEBHOOK_ALLOWED_IPS", "")),
        ca_file=_ca_file(environ),
        alert_url=environ.get("ALERT_URL", ""),
        database_path=_database_path(environ),
        public_url=_required(environ, "PUBLIC_URL").rstrip("/"),
        call_timeout_s=_positive(environ, "FISKIL_CALL_TIMEOUT_S", 2.0),
        deadline_s=_positive(environ, "FISKIL_DEADLINE_S", 8.0),
        api_attempts=int(_positive(environ, "API_ATTEMPTS", 4)),
        history_days=int(_positive(environ, "HISTORY_DAYS", 90)),
        has_harness_hooks=environ.get("HARNESS_HOOKS", "") == "1",
    )


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(name, "").strip()
    if not value:
        raise SettingsError(f"{name} is not set. The reference app needs it; see its README.")
    return value


def _origin(name: str, value: str) -> str:
    """Validate an origin. Credentials are sent over HTTPS only; plain HTTP is allowed on this machine."""
    if not value:
        return ""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(f"{name} must be an address like https://api.fiskil.com, got {value!r}.")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise SettingsError(f"{name} must use https unless it is on this machine, got {value!r}.")
    return value.rstrip("/")


def _webhook_key(environ: Mapping[str, str]) -> bytes:
    """Return the HMAC key; empty if no secret is set, in which case the receiver refuses everything."""
    try:
        return base64.b64decode(environ.get("FISKIL_WEBHOOK_SECRET", "").strip(), validate=True)
    except (binascii.Error, ValueError):
        raise SettingsError("FISKIL_WEBHOOK_SECRET is not base64. Copy it from the console as it is.") from None


def _ca_file(environ: Mapping[str, str]) -> str:
    value = environ.get("SSL_CERT_FILE", "")
    if value and not Path(value).is_file():
        raise SettingsError(f"SSL_CERT_FILE names no file: {value!r}.")
    return value


def _database_path(environ: Mapping[str, str]) -> str:
    value = environ.get("DATABASE_URL", SQLITE + "reference_app.db")
    if value.startswith(POSTGRESQL):
        return value
    if not value.startswith(SQLITE) or value == SQLITE:
        raise SettingsError(f"DATABASE_URL must read like sqlite:///app.db or postgresql://host/name, got {value!r}.")
    return value.removeprefix(SQLITE)


def _split(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _positive(environ: Mapping[str, str], name: str, default: float) -> float:
    text = environ.get(name, "") or str(default)
    try:
        value = float(text)
    except ValueError:
        value = 0
    if not 0 < value < 1_000_000:
        raise SettingsError(f"{name} must be a number above 0, got {text!r}.")
    return value
