"""The config's shape: every key that ``fiskil-harness.toml`` may hold, as frozen values.

Optional hooks are None when the config does not give them; facts that only the team knows have no defaults.
"""

import datetime
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from fiskil_harness.core.config.webhook_format import Payload, Scheme


class RequestTemplate(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One HTTP request to the app, its values templates.

    ``request`` is ``METHOD /path``; ``session`` selects the auth session from the answer (``$.auth_url``,
    ``header:Location``).
    """

    request: str
    json: Any = None
    form: dict[str, str] | None = None
    headers: dict[str, str] = {}
    session: str | None = None


class Webhook(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The app's receiver. The two ids are for apps that know only these.

    ``scheme`` and ``payload`` are for receivers of other senders; without a scheme the reading of Fiskil's rules.
    """

    path: str = "/webhooks/fiskil"
    end_user_id: str | None = None
    consent_id: str | None = None
    scheme: Scheme | None = None
    payload: Payload = Payload()


class Drive(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the harness may ask the app to do.

    ``message`` tells the app what the consent page said to the page that embeds it, as that page does.
    """

    start_session: RequestTemplate | None = None
    message: RequestTemplate | None = None
    refresh: RequestTemplate | None = None
    revoke: RequestTemplate | None = None
    fail: RequestTemplate | None = None


class Connected(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where in ``state`` the app says that an end user is connected, and the values that mean yes."""

    path: str
    values: tuple[Any, ...]


class Reducer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What events come to: where in ``state`` a consent's value stands, and which value each kind of event leaves there.

    Of several events about a consent the newest decides. Kinds that are left out leave the value open.
    """

    state: str
    becomes: dict[str, Any]


class Observe(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the app will tell.

    ``effects`` answers counts of applied messages, the number of pending ones, and the ``state``: the app's active view of
    an end user. Rows that were removed, or whose consent is over, are not active: they are left out, or they carry a mark.
    """

    effects: RequestTemplate | None = None
    metrics: RequestTemplate | None = None
    pages: dict[str, str] = {}
    logs: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    connected: Connected | None = None
    reducer: Reducer | None = None


class Login(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the end user's browser gets past a log-in, before it opens the first page.

    ``path`` is opened once for each person, ``cookies`` are set for the app beforehand; both are templates. ``secrets`` are
    values of their own for these, each from the environment variable that it names: they show in no report.
    """

    path: str | None = None
    cookies: dict[str, str] = {}
    secrets: dict[str, str] = {}


class Facts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What only the team knows; a missing fact is "not proven", never a default.

    ``tls_ends_at`` says that in production something before the app speaks TLS. ``dataset_words`` are names for datasets, in
    whatever language, besides those that pages usually use, ``revoke_words`` what controls say that end a consent.
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
    """Bounds in real seconds that the team promises to keep.

    ``body_bytes`` and ``body_s`` are the most that the receiver reads of one unsigned body, and for how long; they have no
    default, and what tries them runs only when it is asked for.
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
    """How the app serves TLS by itself, with the certificate and the key in ``{tls_cert_file}`` and ``{tls_key_file}``.

    ``url`` is its base there; with the port of its usual address everything is asked over TLS. ``command`` and ``env`` are
    how it is started for that; without either it serves TLS always.
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
    """The local Fiskil; ``webhook_secret_env`` names a variable when the app's secret cannot be chosen by us.

    ``interpretations`` are clauses of the contract that the real API leaves in doubt, each with the reading that is to rule.
    """

    tls: bool = False
    webhook_secret_env: str | None = None
    allow_hosts: tuple[str, ...] = ()
    interpretations: dict[str, str] = {}


class HostedSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fiskil's own API, for ``--api hosted``: where it is, and who is there already.

    The key pair stands in the environment, under the names that are given here. ``end_user_id`` is somebody with an active
    consent, ``end_user_ref`` the app's own name for them, and ``introduce`` tells the app that both are one, where it does
    not know. ``port`` is the relay's, for an app that runs already. A run is bounded by ``most_requests`` of the app, and by
    ``most_s`` real seconds.
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
    """Which practices must be proven: ``"all"``, or their ids.

    ``interpretations`` are those, besides the ones that rule, under which the app must hold too: ``"all"``, clauses, or
    ``clause=choice``.
    """

    required: Literal["all"] | tuple[str, ...] = "all"
    interpretations: Literal["all"] | tuple[str, ...] = ()


class Attestation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement by an owner about a practice that no experiment can tell."""

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
    """The whole config; ``folder`` is where it lies, and where the app's command runs.

    ``stated_limits`` are the names in ``app.limits`` that the config gives; defaults accuse no app.
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
