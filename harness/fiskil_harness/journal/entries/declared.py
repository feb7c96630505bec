"""Facts that probes need in advance: statements of the config, and the values that are secret."""

from typing import Any

from fiskil_harness.journal.entries.entry import Entry


class Limits(Entry, frozen=True, kw_only=True):
    """The time limits, in real seconds, that the app's team promises (``app.limits``).

    *last_attempt* belongs to the sender: a message is discarded after the attempt with this number.
    *assumed* names the limits that are defaults; the team did not promise them, so exceeding one is no failure.
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
    """The state of a consent after each kind of event (``app.observe.reducer``); not written if the config omits it."""

    becomes: dict[str, Any]


class UsedEvents(Entry, frozen=True, kw_only=True):
    """The kinds of events that the app processes (``app.facts.uses_events``); not written if the config omits it."""

    patterns: tuple[str, ...]


API_URL_IN_ENV = "{api_url} in [app.env]"
"""Missing setting: the config does not pass the API's URL to the app. Reported in place of a missing hook."""


CA_FILE_IN_ENV = "{ca_file} in [app.env]"
"""Missing setting: the config does not pass the trusted certificates to the app. Reported in place of a missing hook."""


class ApiUrlMissing(Entry, frozen=True, kw_only=True):
    """The config does not pass the API's URL to the app (``API_URL_IN_ENV``), so none of its calls can be observed."""


class History(Entry, frozen=True, kw_only=True):
    """The number of days for which the app stores rows (``app.facts.history_days``); not written if the config omits it."""

    days: int


class Declared(Entry, frozen=True, kw_only=True):
    """Facts about the app that its team states (``app.facts``); None or empty if the config omits them.

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

    *is_in_env* states whether the app's environment contains it.
    """

    client_secret: str
    is_in_env: bool = True

    def __repr__(self) -> str:
        """Return a text without the secret."""
        return f"KeyInUse(is_in_env={self.is_in_env})"


class Canaries(Entry, frozen=True, kw_only=True):
    """Secret values that the sandbox created, by kind; none of them may appear anywhere, so the repr hides them."""

    values: dict[str, tuple[str, ...]]

    def __repr__(self) -> str:
        """Return the kinds alone."""
        return f"Canaries({', '.join(sorted(self.values))})"
