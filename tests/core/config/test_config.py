"""The config: every documented key is accepted, and every error states what to do."""

import datetime
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from fiskil_harness.core.config import RequestTemplate, Settings, load, parse
from fiskil_harness.errors import ConfigError, UnsafeTarget, UsageError

ALL_KEYS = """
[app]
command = "uvicorn shop:app --port {port}"
ready   = "GET /healthz"
ready_s = 12
[app.env]
FISKIL_BASE_URL       = "{api_url}"
FISKIL_AUTH_URL       = "{auth_url}"
FISKIL_CLIENT_ID      = "{client_id}"
FISKIL_CLIENT_SECRET  = "{client_secret}"
FISKIL_WEBHOOK_SECRET = "{webhook_secret}"
FISKIL_WEBHOOK_ALLOWED_IPS = "{webhook_source_ips}"
SSL_CERT_FILE         = "{ca_file}"
ALERT_URL             = "{alert_url}"
OTLP                  = "{otlp_url}"
TLS                   = "{tls_cert_file}:{tls_key_file}"
PUBLIC                = "{public_url}"
DATABASE_URL          = "sqlite:///{workdir}/app.db"
[app.webhook]
path = "/webhooks/fiskil"
end_user_id = "eu_1"
consent_id = "c_1"
[app.drive]
start_session = { request = "POST /connect", json = { customer = "{end_user_ref}" }, session = "$.auth_url" }
refresh = { request = "POST /customers/{end_user_ref}/refresh" }
revoke  = { request = "POST /customers/{end_user_ref}/disconnect", headers = { x = "{end_user_name}" } }
fail    = { request = "POST /_harness/fail?at={point}", form = { email = "{end_user_email}" } }
[app.observe]
effects = "GET /_harness/effects?end_user_id={end_user_id}"
metrics = "GET /metrics"
pages   = { connect = "/connect?customer={end_user_ref}", connections = "/connections?customer={end_user_ref}" }
logs    = ["{workdir}/app.log"]
ignore  = ["$.state.fetched_at"]
connected = { path = "$.state.connection", values = ["connected", true] }
[app.facts]
datasets = ["accounts", "balances", "transactions"]
history_days = 90
consent_days = 90
one_off = false
purpose = "to build your monthly budget"
privacy_url = "/privacy"
key_created = 2026-10-01
production_webhook_url = "https://api.example.com/webhooks/fiskil"
uses_events = ["consent.*", "banking.transactions.sync.completed"]
allowed_ips = ["127.0.0.1"]
[app.limits]
call_deadline_s = 10
request_deadline_s = 30
ack_s = 10
fresh_s = 5
alert_s = 30
idle_s = 10
[sandbox]
tls = true
allow_hosts = ["box.example"]
[gate]
required = ["webhooks.idempotent"]
[[attest]]
practice = "ux.explains-access"
statement = "reviewed"
owner = "Ada"
date = 2026-01-01
expires = 2027-01-01
[[waive]]
practice = "cache.no-excess-polling"
reason = "next release"
owner = "Ada"
date = 2026-01-01
expires = 2026-03-01
"""
SOURCE = "fiskil-harness.toml"
KNOWN = (
    "alert_url, api_url, auth_url, ca_file, client_id, client_secret, otlp_url, port, public_url, python, tls_cert_file, "
    "tls_key_file, tls_port, webhook_public_key, webhook_secret, webhook_source_ips, workdir"
)


def read(text: str) -> Settings:
    return parse(tomllib.loads(text), folder=Path("/nowhere"))


def complaint(text: str) -> str:
    with pytest.raises(ConfigError) as raised:
        read(text)
    return str(raised.value).removeprefix(f"{SOURCE}: ")


def test_every_documented_key_is_accepted() -> None:
    """A config with all keys is read, and each value is in its field."""
    settings = read(ALL_KEYS)

    assert settings.app.ready == RequestTemplate(request="GET /healthz")
    assert settings.app.drive.start_session == RequestTemplate(
        request="POST /connect", json={"customer": "{end_user_ref}"}, session="$.auth_url"
    )
    assert settings.app.observe.pages["connections"] == "/connections?customer={end_user_ref}"
    assert settings.app.facts.key_created == datetime.date(2026, 10, 1)
    assert settings.sandbox.allow_hosts == ("box.example",)
    assert settings.gate.required == ("webhooks.idempotent",)
    assert [attestation.owner for attestation in settings.attest] == [waiver.owner for waiver in settings.waive] == ["Ada"]
    assert settings.folder == Path("/nowhere")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('auth_origin = "auth.fiskil.com"', "sandbox.auth_origin: 'auth.fiskil.com' is not an origin. Write scheme"),
        (
            'auth_origin = "https://auth.fiskil.com"',
            "the consent page is served without TLS. Set tls = true under [sandbox].",
        ),
        ('tls = true\nauth_origin = "http://auth.test"', "the consent page is served over TLS. Write an https URL"),
    ],
)
def test_an_unusable_origin_of_the_consent_page_is_refused(text: str, words: str) -> None:
    """The origin has the scheme with which the page is served, because the harness opens it there."""
    assert words in complaint(f"[sandbox]\n{text}")


def test_the_origin_of_the_consent_page_is_read() -> None:
    """It may have a slash at its end."""
    settings = read('[sandbox]\ntls = true\nauth_origin = "https://auth.fiskil.com/"')

    assert settings.sandbox.auth_origin == "https://auth.fiskil.com/"


def test_an_empty_config_has_the_documented_defaults() -> None:
    """It has no hook, no fact and the default limits, and requires every practice."""
    settings = read("")

    assert settings.app.drive.start_session is settings.app.observe.effects is None
    assert settings.app.facts.datasets is None
    assert (settings.app.limits.request_deadline_s, settings.app.limits.ack_s) == (30, 10)
    assert (settings.app.webhook.path, settings.gate.required, settings.sandbox.tls) == ("/webhooks/fiskil", "all", False)


@pytest.mark.parametrize("hook", ["effects", "metrics"])
def test_a_request_may_be_a_plain_string(hook: str) -> None:
    """``GET /path`` is short for a table with ``request``."""
    short = read(f'[app.observe]\n{hook} = "GET /x"')
    table = read(f'[app.observe]\n{hook} = {{ request = "GET /x" }}')

    assert short == table


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "ap = 1",
            "unknown key 'ap' in [the top level]. Did you mean 'app'? "
            "Known: app, attest, gate, hosted, plugins, sandbox, waive.",
        ),
        (
            '[app]\ncomand = "x"',
            "unknown key 'comand' in [app]. Did you mean 'command'? "
            "Known: command, drive, env, facts, limits, login, object, observe, ready, ready_s, tls, url, webhook.",
        ),
        (
            '[app.drive]\nstart_sesion = { request = "POST /x" }',
            "unknown key 'start_sesion' in [app.drive]. Did you mean 'start_session'? "
            "Known: fail, message, refresh, revoke, start_session.",
        ),
        (
            '[app.drive.refresh]\nrequest = "POST /x"\nbody = "y"',
            "unknown key 'body' in [app.drive.refresh]. Known: form, headers, json, request, session.",
        ),
        (
            '[[waive]]\npractise = "x"',
            "unknown key 'practise' in [waive]. Did you mean 'practice'? Known: date, expires, owner, practice, reason.",
        ),
        (
            "folder = 'x'",
            "unknown key 'folder' in [the top level]. Known: app, attest, gate, hosted, plugins, sandbox, waive.",
        ),
    ],
)
def test_an_unknown_key_is_an_error_with_the_nearest_key(text: str, expected: str) -> None:
    """The message contains the section, the nearest key and every known key."""
    assert complaint(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[app]\ncommand = 5", "Expected 'str', got 'int' at 'app.command'."),
        ("[app]\nlimits = 5", "Expected 'table', got 'int' at 'app.limits'."),
        ("[app.env]\nPORT = 5", "Expected 'str', got 'int' at 'app.env[...]'."),
        ("[app.facts]\nkey_created = 'soon'", "Invalid RFC3339 encoded date at 'app.facts.key_created'."),
        ("[[attest]]\npractice = 'x'", "Table missing required field 'statement' at 'attest[0]'."),
        ("[gate]\nrequired = 'some'", "Invalid enum value 'some' at 'gate.required'."),
        ("[app.observe]\neffects = 3", "Expected 'table', got 'int' at 'app.observe.effects'."),
    ],
)
def test_a_wrong_type_is_an_error_with_its_place(text: str, expected: str) -> None:
    """The message contains the expected type, the actual type and the key."""
    assert complaint(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[app]\ncommand = "x"\nurl = "http://127.0.0.1:1"',
            "[app] gives command and url. Give one of them.",
        ),
        ('[app]\nurl = "127.0.0.1:8000"', "app.url must be like 'http://127.0.0.1:8000', got '127.0.0.1:8000'."),
        ('[app]\nurl = "http://[::1"', "app.url must be like 'http://127.0.0.1:8000', got 'http://[::1'."),
        (
            '[app]\nurl = "http://127.0.0.1:port"',
            "app.url must be like 'http://127.0.0.1:8000', got 'http://127.0.0.1:port'.",
        ),
        ('[app.webhook]\npath = "webhooks"', "app.webhook.path must start with '/', got 'webhooks'."),
        ('[app.observe]\npages = { connect = "connect" }', "app.observe.pages.connect must start with '/', got 'connect'."),
        ('[app.login]\npath = "log-in"', "app.login.path must start with '/', got 'log-in'."),
        ('[app.login]\ncookies = { "a b" = "c" }', "app.login.cookies has 'a b', which is not a valid cookie name."),
        (
            '[app.login]\ncookies = { plan = "basic; Path=/" }',
            "app.login.cookies.plan holds a ';' or a control character: 'basic; Path=/'.",
        ),
        (
            '[app]\nready = "/healthz"',
            "app.ready must be like 'POST /path', got '/healthz'. Methods: GET, POST, PUT, PATCH, DELETE.",
        ),
        (
            '[app.drive]\nrefresh = "post /x"',
            "app.drive.refresh must be like 'POST /path', got 'post /x'. Methods: GET, POST, PUT, PATCH, DELETE.",
        ),
        (
            '[app.drive]\nstart_session = "POST /connect"',
            "app.drive.start_session needs session = '$.auth_url' (or '$.session_id', 'header:Location'), "
            "the place of the auth session in the app's response.",
        ),
        (
            '[app.drive]\nmessage = "POST /link/message?session={session_id}"',
            "app.drive.message must use {message}, the consent page's message, or its {error_type}.",
        ),
        (
            '[app.drive]\nfail = "POST /fail"',
            "app.drive.fail must use {point}: before, midway, after or database.",
        ),
        ('[app]\ncommand = "run \\"it"', "app.command cannot be read: no closing quotation."),
        ('[app]\ncommand = "  "', "app.command is empty."),
        ("[app.limits]\nack_s = 0", "app.limits.ack_s must be greater than 0, got 0.0."),
        ("[app.limits]\nidle_s = inf", "app.limits.idle_s must be greater than 0, got inf."),
        ("[app.limits]\nfresh_s = nan", "app.limits.fresh_s must be greater than 0, got nan."),
        ("[app.limits]\ncall_deadline_s = 61", "app.limits.call_deadline_s must be at most 60 s, got 61."),
        ("[app.limits]\nrequest_deadline_s = 60.5", "app.limits.request_deadline_s must be at most 60 s, got 60.5."),
        ("[app.limits]\nack_s = 31", "app.limits.ack_s must be at most 30 s, got 31."),
        ("[app.limits]\nfresh_s = 3600", "app.limits.fresh_s must be at most 60 s, got 3600."),
        ("[app.limits]\nalert_s = 301", "app.limits.alert_s must be at most 300 s, got 301."),
        ("[app.facts]\nsource = '.'", "[app.facts] source does not exist any more, because nothing reads it. Remove it."),
        (
            "[app.facts]\nkey_created = 9999-01-01",
            "app.facts.key_created is 9999-01-01, which is in the future; state the day on which the key was created.",
        ),
        ("[app]\nready_s = -1", "app.ready_s must be greater than 0, got -1.0."),
        (
            '[app.facts]\ntls_ends_at = "proxy"\nproduction_webhook_url = "http://api.example.com/hook"',
            "app.facts.tls_ends_at states what terminates TLS in production. "
            "Then app.facts.production_webhook_url must be an https:// URL.",
        ),
        ("[app.facts]\nhistory_days = -90", "app.facts.history_days must be greater than 0, got -90."),
        (
            '[app.observe]\nignore = ["state.fetched_at"]',
            "app.observe.ignore must be a JSONPath like '$.state.fetched_at', got 'state.fetched_at'.",
        ),
        (
            '[app.observe]\nconnected = { path = "$.state[", values = [] }',
            "app.observe.connected.path must be a JSONPath like '$.state.fetched_at', got '$.state['.",
        ),
        (
            '[[waive]]\npractice = "a.b"\nreason = "x"\nowner = "x"\ndate = 2026-02-01\nexpires = 2026-01-01',
            "[[waive]] for 'a.b' expires before its date.",
        ),
    ],
)
def test_an_invalid_value_is_refused(text: str, expected: str) -> None:
    """Contradictions and unusable values are errors before anything starts."""
    assert complaint(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('url = "http://127.0.0.1:8443"', "app.tls.url must begin with https://, got 'http://127.0.0.1:8443'."),
        (
            'command = "run"',
            "[app.tls] has a command, but [app] has none. For an app that is already running",
        ),
        ('url = "https://203.0.113.7"', "app.tls.url names '203.0.113.7', which is not loopback"),
        (
            'url = "https://127.0.0.1:{tls_prt}"',
            "app.tls.url uses {tls_prt}, which does not exist. Did you mean {tls_port}?",
        ),
        ('env = { CERT = "{cert}" }', "app.tls.env.CERT uses {cert}, which does not exist."),
        ('command = "run \'it"', "app.tls.command cannot be read: no closing quotation."),
    ],
)
def test_an_invalid_tls_section_is_refused(text: str, expected: str) -> None:
    """The error is raised before the app is started."""
    app = "" if "[app.tls]" in expected else '[app]\ncommand = "serve"\n'

    with pytest.raises(UsageError) as raised:
        read(f"{app}[app.tls]\n{text}")

    assert expected in str(raised.value)


def test_an_unknown_dataset_is_an_error_with_the_nearest_name() -> None:
    """The message suggests the nearest dataset and lists all."""
    message = complaint('[app.facts]\ndatasets = ["acounts"]')

    assert message.startswith("app.facts.datasets has 'acounts'. Did you mean 'accounts'? Known: accounts, balances, ")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('acounts = ["Konten"]', "app.facts.dataset_words has 'acounts'. Did you mean 'accounts'? Known: accounts, "),
        ("accounts = []", "app.facts.dataset_words.accounts must be a list of words, none of them empty."),
        ('accounts = ["Konten", " "]', "app.facts.dataset_words.accounts must be a list of words, none of them empty."),
    ],
)
def test_dataset_words_need_a_known_dataset_and_words(line: str, expected: str) -> None:
    """A wrong dataset would never be found on a page, and an empty word would be found everywhere."""
    assert complaint(f"[app.facts.dataset_words]\n{line}").startswith(expected)


def test_an_empty_word_for_revoking_is_refused() -> None:
    """An empty word would match every control of a page."""
    message = complaint('[app.facts]\nrevoke_words = ["Freigabe beenden", ""]')

    assert message == "app.facts.revoke_words must be a list of words, none of them empty."


def test_an_event_pattern_that_matches_nothing_is_refused() -> None:
    """A misspelt pattern would make every event look unused. Source: webhooks.events"""
    message = complaint('[app.facts]\nuses_events = ["consents.*"]')

    assert message.startswith("app.facts.uses_events has 'consents.*', which no event matches.")


@pytest.mark.parametrize("pattern", ["*", "consent.*", "banking.*.completed", "energy.usage.sync.completed"])
def test_event_patterns_of_every_kind_are_accepted(pattern: str) -> None:
    """A pattern may name event kinds that the sandbox does not send. Source: webhooks.events"""
    assert read(f'[app.facts]\nuses_events = ["{pattern}"]').app.facts.uses_events == (pattern,)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[app]\ncommand = "run {prt}"',
            f"app.command uses {{prt}}, which does not exist. Did you mean {{port}}? Known: {KNOWN}.",
        ),
        (
            '[app.env]\nX = "{webhok_secret}"',
            f"app.env.X uses {{webhok_secret}}, which does not exist. Did you mean {{webhook_secret}}? Known: {KNOWN}.",
        ),
        (
            '[app.env]\nX = "{port"',
            "app.env.X is not a valid template: expected '}' before end of string. Write {{ and }} for braces.",
        ),
        (
            "[app.env]\nX = '{\"a\":1}'",
            'app.env.X has {"a"}, which is not the name of a value. Write literal braces twice: {{ and }}.',
        ),
        (
            '[app.env]\nX = "{port.__class__}"',
            f"app.env.X uses {{port.__class__}}, which does not exist. Did you mean {{port}}? Known: {KNOWN}.",
        ),
    ],
)
def test_an_unknown_template_value_is_refused(text: str, expected: str) -> None:
    """The message contains the key, the nearest value and every known value."""
    assert complaint(text) == expected


def test_only_the_message_hook_has_message_values() -> None:
    """Other hooks refuse these values, and a mistyped one is an error with the nearest name."""
    message = complaint('[app.drive]\nrefresh = "POST /refresh?of={session_id}"')
    assert "app.drive.refresh uses {session_id}, which does not exist." in message

    message = complaint('[app.drive]\nmessage = { request = "POST /m", json = { m = "{mesage}", e = "{error_type}" } }')
    assert "app.drive.message uses {mesage}, which does not exist. Did you mean {message}?" in message


@pytest.mark.parametrize(
    "text",
    [
        '[app.drive]\nrefresh = { request = "POST /{nothing}" }',
        '[app.drive]\nrefresh = { request = "POST /", json = { a = [{ b = "{nothing}" }] } }',
        '[app.drive]\nrefresh = { request = "POST /", form = { a = "{nothing}" } }',
        '[app.drive]\nrefresh = { request = "POST /", headers = { a = "{nothing}" } }',
        '[app.observe]\npages = { a = "/{nothing}" }',
        '[app.observe]\nlogs = ["{nothing}"]',
        '[app.observe]\neffects = "GET /{nothing}"',
    ],
)
def test_templates_are_checked_in_every_key(text: str) -> None:
    """Requests, their bodies and headers, pages and log files may contain templates."""
    assert "uses {nothing}, which does not exist." in complaint(text)


@pytest.mark.parametrize(
    "url",
    ["http://192.0.2.1:8000", "http://0.0.0.0", "http://[2001:db8::1]/", "https://no-such-host.invalid", "http://{port}"],
)
def test_an_app_on_another_machine_is_refused(url: str) -> None:
    """Only loopback addresses are accepted, unless the config allows the host by name."""
    with pytest.raises(UnsafeTarget, match=re.escape("which is not loopback, and the harness uses only loopback.")):
        read(f'[app]\nurl = "{url}"')


@pytest.mark.parametrize("hook", ["effects", "metrics"])
@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/x", "https://localhost:{port}/x?e=1", "HTTP://[::1]:9000"])
def test_a_hook_that_observes_may_have_another_origin(hook: str, url: str) -> None:
    """A worker or a metrics server of this machine may listen at its own port."""
    template = getattr(read(f'[app.observe]\n{hook} = "GET {url}"').app.observe, hook)

    assert template.request == f"GET {url}"


@pytest.mark.parametrize(
    ("hook", "url", "expected"),
    [
        ("observe]\neffects", "http://192.0.2.1/x", "app.observe.effects names '192.0.2.1', which is not loopback"),
        (
            "observe]\nmetrics",
            "http://fiskil.example/x",
            "app.observe.metrics names 'fiskil.example', which is not loopback",
        ),
        ("observe]\neffects", "http://127.0.0.1{port}.example/", "which is not loopback"),
        ("observe]\neffects", "http://a:b@127.0.0.1/x", "app.observe.effects carries a user name or a password"),
        ("observe]\neffects", "http://[::1", "app.observe.effects must be like 'http://127.0.0.1:8000'"),
        ("observe]\neffects", "ftp://127.0.0.1/x", "app.observe.effects must be like 'POST /path'"),
        ("drive]\nrevoke", "http://127.0.0.1:9000/x", "app.drive.revoke must be like 'POST /path'"),
    ],
)
def test_another_origin_of_a_hook_is_refused(hook: str, url: str, expected: str) -> None:
    """Only loopback is called, and only what observes the app; a config can allow the host by name."""
    with pytest.raises((ConfigError, UnsafeTarget), match=re.escape(expected)):
        read(f'[app.{hook} = "POST {url}"')


@pytest.mark.parametrize(
    ("state", "becomes", "expected"),
    [
        ("$.state.status", "becomes = {}", "app.observe.reducer.state must use {consent_id}, got '$.state.status'"),
        (
            "$[{consent}]",
            "becomes = {}",
            "app.observe.reducer.state uses {consent}, which does not exist. Did you mean {consent_id}?",
        ),
        ("$[{consent_id}]", "becomes = {}", "app.observe.reducer.becomes is empty; name the value that an event leaves"),
        ("$[{consent_id}]", 'becomes.consent.recieved = "a"', "not the name of an event. Did you mean 'consent.received'?"),
        (
            "$[{consent_id}]",
            'become.consent.received = "a"',
            "unknown key 'become' in [app.observe.reducer]. Did you mean 'becomes'?",
        ),
        ("$..[{consent_id}", 'becomes.consent.received = "a"', "app.observe.reducer.state must be a JSONPath"),
    ],
)
def test_an_invalid_reducer_is_refused(state: str, becomes: str, expected: str) -> None:
    """The error is raised before anything starts, with the nearest match."""
    with pytest.raises(ConfigError, match=re.escape(expected)):
        read(f'[app.observe]\neffects = "GET /e"\n[app.observe.reducer]\nstate = "{state}"\n{becomes}')


def test_a_reducer_without_effects_is_refused() -> None:
    """A reducer reads the app's state, which only the effects hook returns."""
    with pytest.raises(ConfigError, match=re.escape("needs app.observe.effects, which returns the app's state")):
        read('[app.observe.reducer]\nstate = "$[{consent_id}]"\nbecomes.consent.received = "a"')


def test_event_kinds_of_a_reducer_may_be_unquoted() -> None:
    """Nested TOML tables are joined to one event kind, and numbers stay numbers."""
    settings = read(
        '[app.observe]\neffects = "GET /e"\n[app.observe.reducer]\nstate = "$[{consent_id}]"\n'
        'becomes.consent.received = 1\nbecomes."consent.revoked" = "gone"'
    )

    assert settings.app.observe.reducer is not None
    assert settings.app.observe.reducer.becomes == {"consent.received": 1, "consent.revoked": "gone"}


def test_the_error_about_a_host_states_how_to_allow_it() -> None:
    """The message names the config key that allows the host."""
    with pytest.raises(UnsafeTarget) as raised:
        read('[app]\nurl = "http://192.0.2.1:8000"')

    assert str(raised.value) == (
        "fiskil-harness.toml: app.url names '192.0.2.1', which is not loopback, and the harness uses only loopback. "
        "If it is your own machine, list it under [sandbox] allow_hosts."
    )


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:8000", "http://127.9.9.9", "http://localhost:3000/base", "http://127.0.0.1:{port}"],
)
def test_an_app_on_loopback_is_accepted(url: str) -> None:
    """Every form of a loopback address is accepted."""
    assert read(f'[app]\nurl = "{url}"').app.url == url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://user:geheim@127.0.0.1:1", "app.url carries a user name or a password"),
        ("http://user:g/geheim@127.0.0.1", "app.url must be like"),
        ("http://[::1]:8000", "app.url names the IPv6 address '::1'"),
    ],
)
def test_an_unusable_url_is_refused_without_its_password(url: str, expected: str) -> None:
    """The harness sends no passwords, so a URL with one is an error whose message does not contain the password."""
    message = complaint(f'[app]\nurl = "{url}"')

    assert expected in message
    assert "geheim" not in message


def test_a_host_that_is_allowed_by_name_is_accepted() -> None:
    """``allow_hosts`` permits a host that is not loopback."""
    assert (
        read('[app]\nurl = "http://box.example"\n[sandbox]\nallow_hosts = ["box.example"]').app.url == "http://box.example"
    )


def test_an_unset_secret_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable, and no secret is generated in its place."""
    monkeypatch.delenv("NOT_SET_ANYWHERE", raising=False)

    message = complaint('[sandbox]\nwebhook_secret_env = "NOT_SET_ANYWHERE"')

    assert message == (
        "NOT_SET_ANYWHERE is not set. Put the signing secret there, "
        "or name another variable under [sandbox] webhook_secret_env."
    )


def test_an_unset_login_secret_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable and its purpose; a variable that is set fills the template."""
    monkeypatch.delenv("NOT_SET_ANYWHERE", raising=False)
    monkeypatch.setenv("APP_TEST_KEY", "let-me-in-4711")

    message = complaint('[app.login]\nsecrets = { key = "NOT_SET_ANYWHERE" }')
    settings = read('[app.login]\npath = "/in?key={key}"\nsecrets = { key = "APP_TEST_KEY" }')

    assert (
        message
        == "NOT_SET_ANYWHERE is not set. Put the value of 'key' of app.login.secrets there, or name another variable."
    )
    assert settings.app.login.path == "/in?key={key}"


@pytest.mark.parametrize(
    "key", ["1234", "let-me-in-0", "a b&c=d/e+f%g", "pässwörter-zu-viel", "let-me-in-4711;", "let-me-in-4711\n"]
)
def test_a_login_secret_that_cannot_be_redacted_is_refused(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """A short secret occurs everywhere, and other characters have several encodings; the message does not contain it."""
    monkeypatch.setenv("APP_TEST_KEY", key)

    assert complaint('[app.login]\nsecrets = { key = "APP_TEST_KEY" }') == (
        "the value of APP_TEST_KEY (app.login.secrets: 'key') cannot be kept out of reports. "
        "Use 12 characters or more, all of them letters from A to Z, digits, '-', '.', '_' or '~'."
    )


def test_the_harness_file_comes_before_pyproject(tmp_path: Path) -> None:
    """fiskil-harness.toml is read rather than pyproject.toml, and its folder is kept."""
    (tmp_path / "pyproject.toml").write_text('[tool.fiskil-harness.app]\ncommand = "theirs"')
    (tmp_path / SOURCE).write_text('[app]\ncommand = "ours"')

    settings = load(folder=tmp_path)

    assert (settings.app.command, settings.folder, settings.source) == ("ours", tmp_path, SOURCE)


def test_a_table_of_pyproject_is_read(tmp_path: Path) -> None:
    """[tool.fiskil-harness] has the same keys, and its errors name the file."""
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "x"\n[tool.fiskil-harness.app]\nurl = "http://127.0.0.1:1"\n'
        '[tool.fiskil-harness.app.observe]\neffects = "GET /e"'
    )

    settings = load(folder=tmp_path)

    assert settings.app.observe.effects == RequestTemplate(request="GET /e")
    assert settings.source == "pyproject.toml"


@pytest.mark.parametrize(
    "text", ["", '[project]\nname = "x"', "# [tool.fiskil-harness]\n", "[tool.fiskil-harness-else]\na = 1"]
)
def test_a_folder_without_a_config_is_an_error(tmp_path: Path, text: str) -> None:
    """The message names the two places that were searched, and what to do."""
    (tmp_path / "pyproject.toml").write_text(text)

    with pytest.raises(ConfigError) as raised:
        load(folder=tmp_path)

    assert str(raised.value) == (
        f"No fiskil-harness.toml in {str(tmp_path)!r} and no [tool.fiskil-harness] in its pyproject.toml. "
        "`fiskil-harness init` writes one, `--config FILE` uses another file."
    )


def test_a_named_pyproject_must_have_the_table(tmp_path: Path) -> None:
    """A named file without a config is an error, not an empty config."""
    path = tmp_path / "pyproject.toml"
    path.write_text("tool = 5")

    with pytest.raises(ConfigError) as raised:
        load(path)

    assert (
        str(raised.value)
        == f"{str(path)!r} has no [tool.fiskil-harness]. `fiskil-harness init` writes a fiskil-harness.toml."
    )


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """The message contains the path, and the command that writes a config."""
    path = tmp_path / "nothing.toml"

    with pytest.raises(ConfigError) as raised:
        load(path)

    assert str(raised.value) == (
        f"No config at {str(path)!r}. `fiskil-harness init` writes one. "
        "Without --config, the one in the current folder is used."
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [(b"[app", "is not valid TOML: "), (b"x = '\xff'", "cannot be read: "), (b"a = 1\na = 2", "is not valid TOML: ")],
)
def test_an_unreadable_file_is_an_error(tmp_path: Path, content: bytes, expected: str) -> None:
    """Invalid TOML and invalid text are errors with their position."""
    path = tmp_path / SOURCE
    path.write_bytes(content)

    with pytest.raises(ConfigError, match=expected):
        load(path)


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    """A folder cannot be read as a config."""
    with pytest.raises(ConfigError, match="cannot be read: "):
        load(tmp_path)


@pytest.mark.parametrize("value", [5, "text", [1], None])
def test_a_value_in_place_of_a_table_is_an_error(value: Any) -> None:
    """[app] must be a table."""
    with pytest.raises(ConfigError, match="Expected 'table'"):
        parse({"app": value}, folder=Path())


def test_a_stated_limit_is_distinguished_from_a_default(tmp_path: Path) -> None:
    """A limit that the config gives counts as stated, even if it equals the default."""
    settings = parse({"app": {"url": "http://127.0.0.1:1", "limits": {"call_deadline_s": 10}}}, folder=tmp_path)

    assert settings.stated_limits == {"call_deadline_s"}


def test_stated_limits_are_no_config_key(tmp_path: Path) -> None:
    """The config cannot set which limits count as stated."""
    with pytest.raises(ConfigError, match="unknown key 'stated_limits'"):
        parse({"stated_limits": []}, folder=tmp_path)
