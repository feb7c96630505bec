"""The rules that keep a soak test away from systems that are not ready for it.

The target is on this machine, or its host is in the config and it serves a token that only its owner can have put there.
"""

import hashlib
import ipaddress
import socket
from urllib.parse import urlsplit

from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.errors import UnsafeTarget, UsageError

TOKEN_PATH = "/.well-known/fiskil-harness-soak"
MOST_RATE = 5_000
MOST_USERS = 5_000
MOST_END_USERS = 100_000
MOST_DURATION_S = 4 * 3600
MOST_DELIVERIES = 5_000_000
SHORTEST_S = 2


def token_for(host: str) -> str:
    """Return the text that the target *host* must serve at ``TOKEN_PATH``."""
    return "fiskil-harness-soak-" + hashlib.sha256(f"fiskil-harness soak on {host}".encode()).hexdigest()[:32]


def refuse_excess(*, rate: float, users: int, end_users: int, duration_s: float, deliveries: int) -> None:
    """Check a request against the hard caps, which no option raises.

    Raises:
        UsageError: A value is above its cap, or the run is too short.
    """
    caps = {
        "--rate": (rate, MOST_RATE, "deliveries a second"),
        "--users": (users, MOST_USERS, "simulated users"),
        "--end-users": (end_users, MOST_END_USERS, "end users"),
        "--duration": (duration_s, MOST_DURATION_S, "seconds"),
        "--rate times --duration": (deliveries, MOST_DELIVERIES, "deliveries"),
    }
    for name, (value, cap, unit) in caps.items():
        if value > cap:
            raise UsageError(f"{name} is {value:g}, and soak never exceeds {cap:,} {unit}. Choose less.")
    if duration_s < SHORTEST_S:
        raise UsageError(f"--duration is {duration_s:g} s; the shortest soak test takes {SHORTEST_S} s.")


def refuse_unsafe_target(url: str, *, allow_hosts: tuple[str, ...], client: HttpClient | None = None) -> bool:
    """Check that *url* may be put under load; return True if it is on another machine.

    Raises:
        UnsafeTarget: The host is neither loopback nor in *allow_hosts*, or it does not serve the token.
    """
    host = urlsplit(url).hostname or ""
    if is_loopback(host):
        return False
    if host not in allow_hosts:
        raise UnsafeTarget(
            f"{host!r} is not this machine, and soak puts load on another machine only with permission. "
            f'For your own staging system, set allow_hosts = ["{host}"] under [sandbox] in the config.'
        )
    place = f"{url.rstrip('/')}{TOKEN_PATH}"
    reply = (client or HttpClient(timeout_s=10)).request("GET", place)
    if reply.status != 200 or reply.body.decode("utf-8", "replace").strip() != token_for(host):
        raise UnsafeTarget(
            f"{place} does not return the token that allows load on {host}; it returned {reply.status or reply.problem}. "
            f"Let it return this text: {token_for(host)}"
        )
    return True


def is_loopback(host: str) -> bool:
    """Return true if every address of *host* is on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        pass
    try:
        addresses = {record[4][0] for record in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return bool(addresses) and all(ipaddress.ip_address(address).is_loopback for address in addresses)
