"""Facts that are known before the scenario begins and that probes need: settings of the config, and secret values."""

import ipaddress
from typing import Any

from fiskil_harness.journal.entries.entry import Entry


class Limits(Entry, frozen=True, kw_only=True):
    """The limits that the app's team promises in the config (``app.limits``); times are real seconds.

    *last_attempt* is a limit of the webhook sender instead: after this many attempts it discards the message. *assumed* are
    the names of limits that the config does not set; their values are defaults, and exceeding a default is no failure.
    """

    call_deadline_s: float
    request_deadline_s: float
    fresh_s: float
    ack_s: float = 10
    body_bytes: int | None = None
    body_s: float | None = None
    last_attempt: int = 5
    assumed: tuple[str, ...] = ()


class Reduction(Entry, frozen=True, kw_only=True):
    """The state that a consent has in the app after each kind of event, as the config declares (``app.observe.reducer``).

    No entry is recorded if the config omits the setting.
    """

    becomes: dict[str, Any]


class UsedEvents(Entry, frozen=True, kw_only=True):
    """The kinds of events that the app processes, as the config declares (``app.facts.uses_events``).

    No entry is recorded if the config omits the setting.
    """

    patterns: tuple[str, ...]


class AllowedAddresses(Entry, frozen=True, kw_only=True):
    """The networks from which the app accepts messages, as the config declares (``app.facts.allowed_ips``).

    No entry is recorded if the config omits the setting, or if it passes Fiskil's addresses of the run to the app.
    """

    networks: tuple[str, ...]

    def covers(self, address: str) -> bool:
        """Return True if one of the networks contains *address*."""
        return any(_contains(network, address) for network in self.networks)


def _contains(network: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False


API_URL_IN_ENV = "{api_url} in [app.env]"
"""Name that findings report as missing if the config does not pass the API's URL to the app."""


CA_FILE_IN_ENV = "{ca_file} in [app.env]"
"""Name that findings report as missing if the config does not pass the trusted certificates to the app."""


class ApiUrlMissing(Entry, frozen=True, kw_only=True):
    """The config does not pass the API's URL to the app (``API_URL_IN_ENV``), so the app's calls cannot be observed."""


class History(Entry, frozen=True, kw_only=True):
    """The number of days for which the app stores rows, as the config declares (``app.facts.history_days``).

    No entry is recorded if the config omits the setting.
    """

    days: int


class Declared(Entry, frozen=True, kw_only=True):
    """Facts about the app that its team states in the config (``app.facts``); None or empty if the config omits them.

    *syncing_words* are the words with which the app's own pages announce data that is still syncing.
    """

    datasets: tuple[str, ...] | None = None
    consent_days: int | None = None
    one_off: bool | None = None
    dataset_words: dict[str, tuple[str, ...]] = {}
    revoke_words: tuple[str, ...] = ()
    purpose: str | None = None
    privacy_url: str | None = None
    key_age_days: int | None = None
    rotate_days: int | None = None
    syncing_words: tuple[str, ...] = ()


class Production(Entry, frozen=True, kw_only=True):
    """The webhook URL of the app in production (``app.facts.production_webhook_url``); None if the config omits it."""

    webhook_url: str | None = None


class KeyInUse(Entry, frozen=True, kw_only=True):
    """The client secret with which the app was started; its repr hides it.

    *is_in_env* is True if the app's environment contains the secret.
    """

    client_secret: str
    is_in_env: bool = True

    def __repr__(self) -> str:
        """Return a text without the secret."""
        return f"KeyInUse(is_in_env={self.is_in_env})"


class Canaries(Entry, frozen=True, kw_only=True):
    """Secret values that the sandbox created, by kind: probes search the app's output for them. The repr hides them."""

    values: dict[str, tuple[str, ...]]

    def __repr__(self) -> str:
        """Return a text with the kinds of secrets, without the secrets."""
        return f"Canaries({', '.join(sorted(self.values))})"
