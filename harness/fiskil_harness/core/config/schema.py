"""The schema of the config: every key of ``fiskil-harness.toml`` as frozen values.

Optional hooks are None if the config does not set them; facts that only the team knows have no defaults.
"""

import datetime
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from fiskil_harness.core.config.webhook_format import Payload, Scheme


class RequestTemplate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An HTTP request to the app, whose strings may contain template values such as ``{end_user_id}``.

    ``request`` is ``METHOD /path``; for ``app.observe.effects`` and ``app.observe.metrics`` also ``METHOD URL``, for another
    origin of this machine. ``session`` is the JSONPath or header of the auth session in the response, for example
    ``$.auth_url`` or ``header:Location``.
    """

    request: str
    json: Any = None
    form: dict[str, str] | None = None
    headers: dict[str, str] = {}
    session: str | None = None


class Webhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The app's webhook receiver.

    ``end_user_id`` and ``consent_id`` are for an app that knows only one end user and one consent: the harness uses these
    ids. ``scheme`` and ``payload`` are for a receiver that expects another sender's format. Without a scheme, messages have
    Fiskil's signature.
    """

    path: str = "/webhooks/fiskil"
    end_user_id: str | None = None
    consent_id: str | None = None
    scheme: Scheme | None = None
    payload: Payload = Payload()


class Drive(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Requests that make the app do something.

    ``message`` passes the consent page's message to the app, as the embedding page does.
    """

    start_session: RequestTemplate | None = None
    message: RequestTemplate | None = None
    refresh: RequestTemplate | None = None
    revoke: RequestTemplate | None = None
    fail: RequestTemplate | None = None


class Connected(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The JSONPath in ``state`` that shows whether an end user is connected, and its values that mean connected."""

    path: str
    values: tuple[Any, ...]


class Reducer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The value that the app must store for a consent after webhook events about it.

    ``state`` is the JSONPath of the value in the app's state. ``becomes`` maps a kind of event to the value after it. The
    newest event about the consent decides; if its kind is not listed, any value is correct.
    """

    state: str
    becomes: dict[str, Any]


class Observe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Requests and files that show what the app did.

    ``effects`` returns counts of applied messages, the number of pending messages, and ``state``: the data of an end user
    that the app uses. The state leaves out or marks rows that were removed or whose consent has ended.
    """

    effects: RequestTemplate | None = None
    metrics: RequestTemplate | None = None
    pages: dict[str, str] = {}
    logs: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    connected: Connected | None = None
    reducer: Reducer | None = None


class Login(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The login of the end user's browser, before the browser opens the first page.

    ``path`` is opened once for each person; ``cookies`` are set before that. Both may contain template values. ``secrets``
    maps further template values to the environment variables that contain them; reports never show these values.
    """

    path: str | None = None
    cookies: dict[str, str] = {}
    secrets: dict[str, str] = {}


class Facts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Facts that only the team knows. No default is assumed: practices that depend on a missing fact are not proven.

    ``tls_ends_at`` states which component terminates TLS in production. ``dataset_words`` maps datasets to further names
    that the app's pages use, in any language. ``revoke_words`` are labels of buttons and links that end a consent.
    ``shows_closed_accounts`` is False if the app does not store whether an account is open.
    """

    datasets: tuple[str, ...] | None = None
    dataset_words: dict[str, tuple[str, ...]] = {}
    revoke_words: tuple[str, ...] = ()
    history_days: int | None = None
    consent_days: int | None = None
    one_off: bool | None = None
    purpose: str | None = None
    privacy_url: str | None = None
    key_created: datetime.date | None = None
    rotate_days: int | None = None
    production_webhook_url: str | None = None
    tls_ends_at: Literal["proxy"] | None = None
    uses_events: tuple[str, ...] | None = None
    allowed_ips: tuple[str, ...] | None = None
    syncing_words: tuple[str, ...] = ()
    shows_closed_accounts: bool | None = None


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits that the team guarantees for its app. Times are real seconds.

    ``body_bytes`` and ``body_s`` are the size and the time up to which the receiver reads an unsigned body. They have no
    default; the deliveries that test them run only on request.
    """

    call_deadline_s: float = 10
    request_deadline_s: float = 30
    ack_s: float = 10
    fresh_s: float = 5
    alert_s: float = 30
    idle_s: float = 10
    body_bytes: int | None = None
    body_s: float | None = None


class Tls(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """TLS that the app serves itself, with the certificate ``{tls_cert_file}`` and the key ``{tls_key_file}``.

    ``url`` is the app's base URL over TLS. If this URL has the app's usual port, every request uses TLS. ``command`` and
    ``env`` start the app with TLS; if neither is set, the app always serves TLS.
    """

    url: str = "https://127.0.0.1:{tls_port}"
    command: str | None = None
    env: dict[str, str] = {}


class AppSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The app under test: it is given as a start command, a base URL, or a Python object."""

    command: str | None = None
    url: str | None = None
    object: str | None = None
    ready: RequestTemplate | None = None
    ready_s: float = 30
    env: dict[str, str] = {}
    tls: Tls | None = None
    webhook: Webhook = Webhook()
    drive: Drive = Drive()
    observe: Observe = Observe()
    login: Login = Login()
    facts: Facts = Facts()
    limits: Limits = Limits()

    def passes(self, value: str) -> bool:
        """Return True if the command or the environment passes the template value *value*, such as ``port``, to the app."""
        return any(f"{{{value}}}" in text for text in (self.command or "", *self.env.values()))


class SandboxSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of the local Fiskil.

    ``tls`` serves the API and the consent page over TLS. ``auth_origin`` is the consent page's origin as the app knows it.
    ``webhook_secret_env`` is the environment variable with the app's webhook secret, for an app whose secret the harness
    cannot choose. ``interpretations`` maps clauses that Fiskil's documentation leaves open to the interpretation to follow.
    """

    tls: bool = False
    auth_origin: str | None = None
    webhook_secret_env: str | None = None
    allow_hosts: tuple[str, ...] = ()
    interpretations: dict[str, str] = {}


class HostedSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of runs against Fiskil's own API, with ``--api hosted``.

    ``client_id_env`` and ``client_secret_env`` are the environment variables that contain the key pair. ``end_user_id`` is
    an existing end user with an active consent, and ``end_user_ref`` the app's own name for this end user. ``introduce`` is
    a request that passes both to an app that does not know that they belong together. ``port`` is the port of the relay,
    for an app that is already running. A run ends after ``most_requests`` requests of the app or ``most_s`` real seconds.
    """

    url: str = "https://api.fiskil.com"
    allow_hosts: tuple[str, ...] = ()
    ca_file: str | None = None
    client_id_env: str = "FISKIL_CLIENT_ID"
    client_secret_env: str = "FISKIL_CLIENT_SECRET"
    end_user_id: str | None = None
    end_user_ref: str = "test-hosted"
    introduce: RequestTemplate | None = None
    port: int = 0
    most_requests: int = 500
    most_s: float = 900


class GateSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The conditions for an open gate.

    ``required`` are the practices that must be proven: ``"all"``, or a list of ids. ``interpretations`` are alternative
    interpretations under which the app must also pass: ``"all"``, clause ids, or ``clause=choice``. ``defence_in_depth``
    lets failures count in scenarios in which the provider itself sends what it must not; otherwise they are advice.
    """

    required: Literal["all"] | tuple[str, ...] = "all"
    interpretations: Literal["all"] | tuple[str, ...] = ()
    defence_in_depth: bool = False


class Attestation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement by an owner about a practice that no experiment can test.

    *screenshots* are digests of screenshots that the owner has reviewed, because words alone could not decide: the first 12
    or more hexadecimal digits of each, as the report shows them.
    """

    practice: str
    statement: str
    owner: str
    date: datetime.date
    expires: datetime.date
    screenshots: tuple[str, ...] = ()


class Waiver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A violation that an owner accepts until a date."""

    practice: str
    reason: str
    owner: str
    date: datetime.date
    expires: datetime.date


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole config.

    ``plugins`` are the modules of a team's own probes, steps, faults, signature schemes, people and scenarios. ``folder``
    contains the config file; the app's command runs there. ``source`` is the file's name. ``stated_limits`` are the keys of
    ``app.limits`` that the config sets: exceeding such a limit is a failure, exceeding a default is not.
    """

    plugins: tuple[str, ...] = ()
    app: AppSettings = AppSettings()
    sandbox: SandboxSettings = SandboxSettings()
    hosted: HostedSettings = HostedSettings()
    gate: GateSettings = GateSettings()
    attest: tuple[Attestation, ...] = ()
    waive: tuple[Waiver, ...] = ()
    folder: Path = Path()
    source: str = ""
    stated_limits: frozenset[str] = frozenset()
