"""URL and credentials of the hosted API, from config and environment, checked before any connection is opened."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from fiskil_harness.core.config import Settings, environment
from fiskil_harness.core.config.hooks import REFRESH
from fiskil_harness.errors import ConfigError, UnsafeTarget
from fiskil_harness.faults.proxy.reverse.url_rewriting import Origin, is_loopback

HOSTED = "https://api.fiskil.com"
API_URL_IN_ENV = "{api_url} in [app.env]"


class Address(Struct, frozen=True, kw_only=True):
    """The URL of the hosted API, its CA file, the key pair, and the id of the end user whose data is read."""

    url: str
    ca_file: Path | None
    client_id: str
    client_secret: str
    end_user_id: str

    def __repr__(self) -> str:
        """Return a text without secrets."""
        return f"Address(url={self.url!r}, ca_file={self.ca_file!r}, client_secret=...)"


def problems(settings: Settings, look: Callable[[str], str | None] = environment) -> list[tuple[str, str]]:
    """Return everything that is missing or wrong, as pairs of a config key or variable and a problem.

    The problem is a sentence whose subject is the key or variable, such as "is missing".

    Args:
        look: Returns the value of an environment variable, or None if the variable is not set.
    """
    hosted, app = settings.hosted, settings.app
    missing = [
        (name, "is not set; put the key pair of a sandbox team there, or name another variable under [hosted]")
        for name in (hosted.client_id_env, hosted.client_secret_env)
        if not look(name)
    ]
    if not hosted.end_user_id:
        missing.append(("hosted.end_user_id", "is missing; name an end user of your sandbox team who has an active consent"))
    ca_file = _ca_file(settings)
    if ca_file is not None and not ca_file.is_file():
        missing.append(("hosted.ca_file", f"is {hosted.ca_file!r}, but this file does not exist"))
    if app.command and not app.passes("api_url"):
        missing.append((API_URL_IN_ENV, "is missing; without it the app would call Fiskil directly, not through the relay"))
    if app.url and not hosted.port:
        problem = "is missing; the app is already running, so set a port and configure the app to call http://127.0.0.1:PORT"
        missing.append(("hosted.port", problem))
    if app.drive.refresh is None and not app.object:
        missing.append((REFRESH, "is missing; only this hook makes the app read from the API"))
    return missing


def address_of(settings: Settings, look: Callable[[str], str | None] = environment) -> Address:
    """Return the URL and the credentials of the hosted API.

    Args:
        look: Returns the value of an environment variable, or None if the variable is not set.

    Raises:
        ConfigError: A key of the config or a variable is missing or wrong.
        UsageError: ``hosted.url`` is not an origin.
        UnsafeTarget: The URL is not https, or its host is neither Fiskil's, nor loopback, nor listed under ``allow_hosts``.
    """
    hosted = settings.hosted
    url = refuse_unsafe(hosted.url, hosted.allow_hosts, source=settings.source or "the config")
    for key, problem in problems(settings, look):
        raise ConfigError(f"--api hosted: {key} {problem}.")
    return Address(
        url=url,
        ca_file=_ca_file(settings),
        client_id=look(hosted.client_id_env) or "",
        client_secret=look(hosted.client_secret_env) or "",
        end_user_id=hosted.end_user_id or "",
    )


def refuse_unsafe(url: str, allow_hosts: tuple[str, ...], *, source: str) -> str:
    """Return *url* as an origin if a key pair may be sent there.

    Args:
        source: Where the URL comes from, for error messages.

    Raises:
        UsageError: *url* is not an origin.
        UnsafeTarget: *url* is not https, or its host is neither Fiskil's, nor loopback, nor in *allow_hosts*.
    """
    origin = Origin(url)
    if not origin.is_tls:
        raise UnsafeTarget(f"{source}: hosted.url is {url!r}, but a key pair is only sent over TLS. Set an https URL.")
    host = origin.hostname
    if host != Origin(HOSTED).hostname and not is_loopback(host) and host not in allow_hosts:
        raise UnsafeTarget(
            f"{source}: the host of hosted.url is {host!r}, which is neither "
            f"Fiskil's {Origin(HOSTED).hostname!r} nor loopback. "
            "If your key pair belongs there, name the host under [hosted] allow_hosts."
        )
    return origin.url


def _ca_file(settings: Settings) -> Path | None:
    name = settings.hosted.ca_file
    if not name:
        return None
    return Path(name) if Path(name).is_absolute() else settings.folder / name
