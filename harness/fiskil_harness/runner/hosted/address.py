"""Where the hosted API is and who asks there: told by the config and the environment, refused before a socket opens."""

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
    """The origin, whom to trust for it, the key pair, and the end user whose data is read."""

    url: str
    ca_file: Path | None
    client_id: str
    client_secret: str
    end_user_id: str

    def __repr__(self) -> str:
        """Nothing secret."""
        return f"Address(url={self.url!r}, ca_file={self.ca_file!r}, client_secret=...)"


def problems(settings: Settings, look: Callable[[str], str | None] = environment) -> list[tuple[str, str]]:
    """What is missing or cannot be meant, each with the key or the variable that it is about; nothing where all is there."""
    hosted, app = settings.hosted, settings.app
    found = [
        (name, "is not set; put the pair of a sandbox team there, or name another variable under [hosted]")
        for name in (hosted.client_id_env, hosted.client_secret_env)
        if not look(name)
    ]
    if not hosted.end_user_id:
        found.append(("hosted.end_user_id", "is missing; name an end user of your sandbox team who has an active consent"))
    ca_file = _ca_file(settings)
    if ca_file is not None and not ca_file.is_file():
        found.append(("hosted.ca_file", f"names {hosted.ca_file!r}, where no file is"))
    told = " ".join((app.command or "", *app.env.values()))
    if app.command and "{api_url}" not in told:
        found.append((API_URL_IN_ENV, "is missing; without it the app would call Fiskil itself, past the relay"))
    if app.url and not hosted.port:
        found.append(
            ("hosted.port", "is missing; the app runs already, so give a port and let it call http://127.0.0.1:PORT")
        )
    if app.drive.refresh is None and not app.object:
        found.append((REFRESH, "is missing; nothing else makes the app read there"))
    return found


def address_of(settings: Settings, look: Callable[[str], str | None] = environment) -> Address:
    """Where the hosted API is.

    Raises:
        ConfigError: Something is missing.
        UnsafeTarget: The host is neither Fiskil's, nor loopback, nor named under ``allow_hosts``; or it is not https.
    """
    hosted = settings.hosted
    url = refuse_unsafe(hosted.url, hosted.allow_hosts, source=settings.source or "the config")
    for key, says in problems(settings, look):
        raise ConfigError(f"--api hosted: {key} {says}.")
    return Address(
        url=url,
        ca_file=_ca_file(settings),
        client_id=look(hosted.client_id_env) or "",
        client_secret=look(hosted.client_secret_env) or "",
        end_user_id=hosted.end_user_id or "",
    )


def refuse_unsafe(url: str, allow_hosts: tuple[str, ...], *, source: str) -> str:
    """*url* as an origin, if a key pair may be sent there.

    Raises:
        UsageError: It is no origin.
        UnsafeTarget: It is not https, or the host is a stranger.
    """
    origin = Origin(url)
    if not origin.is_tls:
        raise UnsafeTarget(f"{source}: hosted.url is {url!r}, and a key pair travels under TLS alone. Give an https URL.")
    host = origin.hostname
    if host != Origin(HOSTED).hostname and not is_loopback(host) and host not in allow_hosts:
        raise UnsafeTarget(
            f"{source}: hosted.url names {host!r}, which is neither Fiskil's {Origin(HOSTED).hostname!r} nor loopback. "
            "If your key pair belongs there, name the host under [hosted] allow_hosts."
        )
    return origin.url


def _ca_file(settings: Settings) -> Path | None:
    given = settings.hosted.ca_file
    if not given:
        return None
    return Path(given) if Path(given).is_absolute() else settings.folder / given
