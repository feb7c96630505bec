"""The schema of the config: every key of ``fiskil-harness.toml`` as frozen values.

Optional hooks are None if the config does not give them; facts that only the team knows have no defaults.
"""

import datetime
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from fiskil_harness.core.config.webhook_format import Payload, Scheme


class RequestTemplate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One HTTP request to the app; its values are templates.

    ``request`` is ``METHOD /path``; ``session`` selects the auth session from the response (``$.auth_url``,
    ``header:Location``).
    """

    request: str
    json: Any = None
    form: dict[str, str] | None = None
    headers: dict[str, str] = {}
    session: str | None = None


class Webhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The app's receiver. The two ids are for apps that know only this end user and consent.

    ``scheme`` and ``payload`` are for receivers of other senders; without a scheme, Fiskil's signature applies.
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
    """The path in ``state`` that shows whether an end user is connected, and the values that mean connected."""

    path: str
    values: tuple[Any, ...]


class Reducer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The value that events leave in the app: the path in ``state`` and the value for each kind of event.

    The newest event about a consent decides. Kinds that are not listed leave the value undefined.
    """

    state: str
    becomes: dict[str, Any]


class Observe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Requests and files that show what the app did.

    ``effects`` returns counts of applied messages, the number of pending ones, and the ``state``: the app's active view of
    an end user. Rows that were removed, or whose consent has ended, are left out or carry a mark.
    """

    effects: RequestTemplate | None = None
    metrics: RequestTemplate | None = None
    pages: dict[str, str] = {}
    logs: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    connected: Connected | None = None
    reducer: Reducer | None = None


class Login(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A log-in for the end user's browser, before it opens the first page.

    ``path`` is opened once for each person; ``cookies`` are set before that. Both are templates. ``secrets`` are extra
    template values, each from the environment variable that it names; they appear in no report.
    """

    path: str | None = None
    cookies: dict[str, str] = {}
    secrets: dict[str, str] = {}


class Facts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Facts that only the team knows; a missing fact means "not proven", never a default.

    ``tls_ends_at`` names what terminates TLS in production. ``dataset_words`` are further names of datasets on pages, in any
    language; ``revoke_words`` are labels of controls that end a consent.
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
    source: str | None = None
    allowed_ips: tuple[str, ...] | None = None
    syncing_words: tuple[str, ...] = ()


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits in real seconds that the team guarantees.

    ``body_bytes`` and ``body_s`` limit how much of an unsigned body the receiver reads, and for how long. They have no
    default; the deliveries that test them run on request only.
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

    ``url`` is its base URL over TLS; if it has the usual port, every request uses TLS. ``command`` and ``env`` start the app
    for TLS; without either it always serves TLS.
    """

    url: str = "https://127.0.0.1:{tls_port}"
    command: str | None = None
    env: dict[str, str] = {}


class AppSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The app under test: a command, an address, or a Python object."""

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


class SandboxSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The local Fiskil. ``webhook_secret_env`` names the variable with the app's secret if we cannot choose it.

    ``interpretations`` maps doubtful clauses of the contract to the interpretation that applies.
    """

    tls: bool = False
    webhook_secret_env: str | None = None
    allow_hosts: tuple[str, ...] = ()
    interpretations: dict[str, str] = {}


class HostedSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fiskil's own API, for ``--api hosted``: its address, and an end user who exists there.

    The environment variables named here hold the key pair. ``end_user_id`` has an active consent, ``end_user_ref`` is the
    app's own name for this end user, and ``introduce`` links the two if the app does not know. ``port`` is the relay's, for
    an app that is already running. A run ends after ``most_requests`` of the app or ``most_s`` real seconds.
    """

    url: str = "https://api.fiskil.com"
    allow_hosts: tuple[str, ...] = ()
    ca_file: str | None = None
    client_id_env: str = "FISKIL_CLIENT_ID"
    client_secret_env: str = "FISKIL_CLIENT_SECRET"
    end_user_id: str | None = None
    end_user_ref: str = "rehearsal-hosted"
    introduce: RequestTemplate | None = None
    port: int = 0
    most_requests: int = 500
    most_s: float = 900


class GateSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The practices that must be proven: ``"all"``, or their ids.

    ``interpretations`` are further interpretations under which the app must pass: ``"all"``, clauses, or ``clause=choice``.
    """

    required: Literal["all"] | tuple[str, ...] = "all"
    interpretations: Literal["all"] | tuple[str, ...] = ()


class Attestation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement by an owner about a practice that no experiment can test."""

    practice: str
    statement: str
    owner: str
    date: datetime.date
    expires: datetime.date


class Waiver(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A violation that an owner accepts until a date."""

    practice: str
    reason: str
    owner: str
    date: datetime.date
    expires: datetime.date


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole config; ``folder`` holds it, and the app's command runs there.

    ``stated_limits`` are the names in ``app.limits`` that the config gives; exceeding a default is no failure.
    """

    app: AppSettings = AppSettings()
    sandbox: SandboxSettings = SandboxSettings()
    hosted: HostedSettings = HostedSettings()
    gate: GateSettings = GateSettings()
    attest: tuple[Attestation, ...] = ()
    waive: tuple[Waiver, ...] = ()
    folder: Path = Path()
    source: str = ""
    stated_limits: frozenset[str] = frozenset()
