"""What probes must know beforehand: what the config states, and which values are secret."""

from typing import Any

from fiskil_harness.journal.entries.entry import Entry


class Limits(Entry, frozen=True, kw_only=True):
    """The bounds in real seconds that the app's team promises to keep (``app.limits``).

    ``last_attempt`` is the sender's own: the number of the attempt after which a message is discarded.
    ``assumed`` names those that are mere defaults: nobody promised them, so they accuse nobody.
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
    """The value that each kind of event leaves for its consent (``app.observe.reducer``); absent where nobody says."""

    becomes: dict[str, Any]


class UsedEvents(Entry, frozen=True, kw_only=True):
    """The kinds of events that the app's team says it acts on (``app.facts.uses_events``); absent where nobody says."""

    patterns: tuple[str, ...]


API_URL_IN_ENV = "{api_url} in [app.env]"
"""What a config lacks that does not tell the app where the API is; no hook, but it stands in the place of one."""


CA_FILE_IN_ENV = "{ca_file} in [app.env]"
"""What a config lacks that does not tell the app whose certificates to trust; no hook either."""


class ApiUrlMissing(Entry, frozen=True, kw_only=True):
    """The config does not tell the app where the API is (``API_TOLD``), so no call of its can be seen."""


class History(Entry, frozen=True, kw_only=True):
    """For how many days the app's team says that it keeps rows (``app.facts.history_days``); absent where nobody says."""

    days: int


class Declared(Entry, frozen=True, kw_only=True):
    """What the app's team says it uses and for how long (``app.facts``); None where nobody says.

    ``syncing_words`` are words of its own pages for data that is on its way.
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
    """Where the app's team says that webhooks go in production (``app.facts.production_webhook_url``); None: nobody says."""

    webhook_url: str | None = None


class KeyInUse(Entry, frozen=True, kw_only=True):
    """The app was started with this key, which has no readable form; ``is_told`` says whether its environment carries it."""

    client_secret: str
    is_in_env: bool = True

    def __repr__(self) -> str:
        """Nothing secret."""
        return f"KeyInUse(is_in_env={self.is_in_env})"


class Canaries(Entry, frozen=True, kw_only=True):
    """Secret values that the sandbox minted, by kind; none of them may show anywhere, so they have no readable form."""

    values: dict[str, tuple[str, ...]]

    def __repr__(self) -> str:
        """The kinds alone."""
        return f"Canaries({', '.join(sorted(self.values))})"
