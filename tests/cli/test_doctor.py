"""The checks of doctor: every hook is used once, and each message check what to do."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fiskil_harness.app.monitoring import MISSING
from fiskil_harness.cli import doctor_checks
from fiskil_harness.cli.doctor_checks import Check, State, diagnose
from fiskil_harness.core import catalog
from fiskil_harness.core.clock import real_now, stopwatch
from fiskil_harness.core.config import FILE, Attestation, GateSettings, RequestTemplate, Settings, Waiver, load, parse
from fiskil_harness.errors import AppError, ConfigError

pytestmark = pytest.mark.slow

MakeSettings = Callable[..., Settings]
DAY = datetime.date(2026, 1, 1)
STATEMENT = Attestation(practice="nope", statement="We do.", owner="Ann", date=DAY, expires=DAY)
HOOK = {"request": "POST /webhooks/fiskil"}


def checks_of(settings: Settings) -> dict[str, Check]:
    """Return the checks by hook."""
    return {check.hook: check for check in diagnose(settings)}


def test_a_receiver_that_refuses_genuine_messages_is_wrong(receiver_settings: MakeSettings) -> None:
    """The message names the usual cause, another secret."""
    other = "b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldA=="

    check = checks_of(receiver_settings(FISKIL_WEBHOOK_SECRET=other))["app.webhook"]

    assert (check.state, check.message) == (
        State.WRONG,
        "refuses a genuine message with 401. Does the app use {webhook_secret}?",
    )


def test_drive_hooks_are_called_for_an_unknown_end_user(receiver_settings: MakeSettings) -> None:
    """A 4xx is a warning, because the path may be mistyped; a response without an auth session is wrong."""
    drive: dict[str, Any] = {"refresh": HOOK, "start_session": {"request": "GET /healthz", "session": "$.auth_url"}}

    check = checks_of(receiver_settings(app={"drive": drive}))

    assert check["app.drive.refresh"].state is State.WARNING
    assert "wrong if the path is mistyped" in check["app.drive.refresh"].message
    assert (
        check["app.drive.start_session"].state,
        "$.auth_url selects no text" in check["app.drive.start_session"].message,
    ) == (State.WRONG, True)


@pytest.mark.parametrize(("origin", "is_noted"), [({"origin": "{origin}"}, False), ({}, True)], ids=["with", "without"])
def test_the_message_hook_is_called_with_a_cancellation(
    receiver_settings: MakeSettings, origin: dict[str, str], is_noted: bool
) -> None:
    """The check notes a request without {origin}, because it allows fewer experiments."""
    drive = {"message": HOOK | {"json": {"body": "{message}"} | origin}}

    check = checks_of(receiver_settings(app={"drive": drive}))["app.drive.message"]

    assert (check.state, "returns 401" in check.message) == (State.WARNING, True)
    assert ("has no {origin}, so it is unknown whether the app accepts messages of other" in check.message) is is_noted


def test_a_missing_extra_costs_practices(receiver_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install, and which practices need it."""
    monkeypatch.setattr(doctor_checks, "missing_extra", lambda: MISSING)

    check = checks_of(receiver_settings(app={"observe": {"effects": "GET /effects", "metrics": "GET /metrics"}}))[
        "monitoring"
    ]

    assert check.state is State.MISSING
    assert check.message.startswith(MISSING)
    assert "alerts.error-rate" in check.message


def test_a_page_that_is_not_html_is_wrong(receiver_settings: MakeSettings) -> None:
    """The message contains the content type."""
    observe = {"effects": "GET /effects", "pages": {"connect": "/connect?customer={end_user_ref}"}}

    check = checks_of(receiver_settings(app={"observe": observe}))["app.observe.pages.connect"]

    assert (check.state, check.message) == (State.WRONG, "returns application/json, not a page")


@pytest.mark.parametrize(
    ("headers", "status", "body", "shown"),
    [
        ({"Location": "/login?next=%2Faccounts"}, 302, "", "redirects to /login: if your pages need a login"),
        (
            {"Content-Type": "text/html"},
            200,
            '<input type="password">',
            "shows a password field: if your pages need a login",
        ),
    ],
    ids=["redirect", "form"],
)
@pytest.mark.parametrize("has_login", [False, True])
def test_a_page_behind_a_login_needs_one(
    httpserver: HTTPServer, headers: dict[str, str], status: int, body: str, shown: str, *, has_login: bool
) -> None:
    """Without ``app.login`` the probes would see the login in place of each page."""
    httpserver.expect_request("/accounts").respond_with_data(body, status=status, headers=headers)
    httpserver.expect_request("/webhooks/fiskil").respond_with_data(status=204)
    login = {"login": {"cookies": {"customer": "{end_user_ref}"}}} if has_login else {}
    app = {"url": httpserver.url_for("").rstrip("/"), "observe": {"pages": {"accounts": "/accounts"}}, **login}

    check = checks_of(parse({"app": app}, folder=Path()))["app.observe.pages.accounts"]

    assert check.state is State.WARNING
    if has_login:
        assert check.message == f"{shown.partition(':')[0]}, although app.login was used: correct for an unknown end user"
    else:
        assert check.message.startswith(shown)


def test_pages_are_requested_with_the_login(httpserver: HTTPServer) -> None:
    """The page opens only with the cookie that the login sets."""

    def page(request: Request) -> Response:
        if request.cookies.get("session") != "secret":
            return Response(status=302, headers={"Location": "/log-in"})
        return Response("Accounts", content_type="text/html")

    cookie = {"Set-Cookie": "session=secret; Path=/"}
    httpserver.expect_request("/test/log-in", query_string="as=test-unknown").respond_with_data(status=204, headers=cookie)
    httpserver.expect_request("/accounts").respond_with_handler(page)
    httpserver.expect_request("/webhooks/fiskil").respond_with_data(status=204)
    login = {"path": "/test/log-in?as={end_user_ref}"}
    app = {"url": httpserver.url_for("").rstrip("/"), "observe": {"pages": {"accounts": "/accounts"}}, "login": login}

    checks = checks_of(parse({"app": app}, folder=Path()))

    assert (checks["app.login"].state, checks["app.login"].message) == (State.WORKS, "logs an end user in")
    assert (checks["app.observe.pages.accounts"].state, checks["app.observe.pages.accounts"].message) == (
        State.WORKS,
        "returns 200",
    )


def test_a_login_that_fails_is_named(httpserver: HTTPServer) -> None:
    """The path may be mistyped, or the app refuses an end user that it does not know."""
    httpserver.expect_request("/webhooks/fiskil").respond_with_data(status=204)
    httpserver.expect_request("/test/lgo-in").respond_with_data(status=404)
    app = {"url": httpserver.url_for("").rstrip("/"), "login": {"path": "/test/lgo-in"}}

    check = checks_of(parse({"app": app}, folder=Path()))["app.login"]

    message = "returned 404: correct for an unknown end user, wrong if the path is mistyped"
    assert (check.state, check.message) == (State.WARNING, message)


@pytest.mark.parametrize(
    ("hook", "flaw", "words"),
    [
        ("GET /status", "", "returned 200 (application/json) with none of applied, failed, pending, state. Expected: 200"),
        ("GET /effects", "no_json", "returned 200 with a body that is not JSON: ''. Expected: 200 with JSON like "),
    ],
)
def test_an_invalid_response_of_the_effects_hook_is_wrong(
    receiver_settings: MakeSettings, hook: str, flaw: str, words: str
) -> None:
    """The message states the response and the expected format."""
    settings = receiver_settings(app={"observe": {"effects": hook}}, FLAW=flaw)

    check = checks_of(settings)["app.observe.effects"]

    assert check.state is State.WRONG
    assert words in check.message


def test_a_404_for_an_unknown_end_user_is_a_warning(receiver_settings: MakeSettings) -> None:
    """It may be the correct response of a receiver."""
    check = checks_of(receiver_settings(app={"observe": {"effects": "GET /elsewhere"}}))["app.observe.effects"]

    assert check.state is State.WARNING
    assert "returns 404, like any path that does not exist. Expected: 200 with JSON like " in check.message


def test_a_404_for_a_known_end_user_is_wrong() -> None:
    """The app has started a session for this end user."""
    settings = load(catalog.folder("examples") / "reference_app" / FILE)
    app = settings.app
    observe = type(app.observe)(effects=RequestTemplate(request="GET /elsewhere?end_user_id={end_user_id}"))
    drive = type(app.drive)(start_session=app.drive.start_session)

    narrowed = msgspec.structs.replace(app, observe=observe, drive=drive, tls=None)
    check = checks_of(msgspec.structs.replace(settings, app=narrowed))

    assert check["app.observe.effects"].state is State.WRONG


def test_an_effects_hook_that_hangs_has_a_timeout(receiver_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app's own deadline for requests does not extend the timeout."""
    monkeypatch.setattr("fiskil_harness.cli.doctor_checks.EFFECTS_S", 0.2)
    elapsed = stopwatch()
    settings = receiver_settings(app={"observe": {"effects": "GET /silent"}, "limits": {"request_deadline_s": 60}})

    check = checks_of(settings)["app.observe.effects"]

    assert (check.state, check.message.partition(" Expected")[0]) == (
        State.WRONG,
        "sent no response within 0.2 s: no response within the limit.",
    )
    assert elapsed() < 30


@pytest.mark.parametrize(
    ("url", "environment", "state", "words"),
    [
        ("https://127.0.0.1:{tls_port}", {}, State.WRONG, "does not serve TLS 1.2 or TLS 1.3 at https://127.0.0.1:"),
        (
            "https://127.0.0.1:{port}",
            {"CERT_FILE": "{tls_cert_file}", "KEY_FILE": "{tls_key_file}"},
            State.WORKS,
            "serves TLS with the certificate in {tls_cert_file}",
        ),
    ],
    ids=["closed port", "served"],
)
def test_tls_of_the_app_is_checked(
    receiver_settings: MakeSettings, url: str, environment: dict[str, str], state: State, words: str
) -> None:
    """The check completes a handshake and compares the certificate."""
    check = checks_of(receiver_settings(app={"tls": {"url": url, "env": environment}}))["app.tls"]

    assert (check.state, check.message[: len(words)]) == (state, words)


@pytest.mark.parametrize(
    ("flaw", "state", "words"),
    [("exports", State.WORKS, "exports to {otlp_url}"), ("", State.WARNING, "received nothing at {otlp_url} within 0.1 s.")],
)
def test_the_export_of_telemetry_is_checked(
    receiver_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch, flaw: str, state: State, words: str
) -> None:
    """If the config passes {otlp_url}, the app should export to it."""
    monkeypatch.setattr("fiskil_harness.cli.doctor_checks.OTLP_S", 0.1)

    check = checks_of(receiver_settings(FLAW=flaw, OTLP_URL="{otlp_url}"))["otlp"]

    assert (check.state, check.message[: len(words)]) == (state, words)


def test_an_app_that_does_not_start_is_an_error(receiver_settings: MakeSettings) -> None:
    """The message contains its last lines of output."""
    with pytest.raises(AppError, match="cannot find the moon"):
        diagnose(receiver_settings(EXITS="1"))


def test_a_config_without_an_app_is_refused() -> None:
    """There is nothing to check."""
    with pytest.raises(ConfigError, match="names no app"):
        diagnose(Settings())


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"gate": GateSettings(required=("nope",))}, "No practice 'nope'"),
        ({"gate": GateSettings(required=())}, "gate.required is empty"),
        ({"attest": (STATEMENT,)}, "No practice 'nope'"),
    ],
)
def test_a_config_that_the_gate_refuses_is_wrong(receiver_settings: MakeSettings, part: dict[str, Any], words: str) -> None:
    """The check reports what the gate would refuse before anything runs."""
    check = checks_of(msgspec.structs.replace(receiver_settings(), **part))["gate"]

    assert check.state is State.WRONG
    assert words in check.message


def test_a_missing_hook_lists_the_practices_that_it_costs(receiver_settings: MakeSettings) -> None:
    """They are the practices that the gate cannot prove without the hook."""
    checks = checks_of(receiver_settings())

    assert checks["app.drive.refresh"].state is State.MISSING
    assert "without it these are not proven: credentials.in-environment, " in checks["app.drive.refresh"].message
    assert checks["app.drive.message"].message.endswith("; no practice needs it")


def test_a_waived_practice_needs_no_hook(receiver_settings: MakeSettings) -> None:
    """An expired waiver does not count."""
    today = real_now().date()
    waiver = Waiver(practice="webhooks.https", reason="January.", owner="Bo", date=today, expires=today)
    waived = msgspec.structs.replace(receiver_settings(), waive=(waiver,))

    assert checks_of(waived)["app.tls"].message.endswith("; what needs it is attested or waived")
    assert checks_of(receiver_settings())["app.tls"].message.endswith("these are not proven: webhooks.https")


@pytest.mark.parametrize("fact", [{"key_created": DAY}, {"rotate_days": 60}])
def test_one_fact_about_the_key_is_enough(receiver_settings: MakeSettings, fact: dict[str, Any]) -> None:
    """Either its age or the interval of its rotation is judged."""
    stated = receiver_settings(app={"facts": {"uses_events": ["*"], **fact}})

    assert "key_created, rotate_days" in checks_of(receiver_settings())["app.facts"].message
    assert "key_created" not in (message := checks_of(stated)["app.facts"].message)
    assert "rotate_days" not in message


def test_facts_that_most_apps_need_not_state_are_not_missing(receiver_settings: MakeSettings) -> None:
    """An allow list that the app gets from the harness needs no fact either."""
    passed = receiver_settings(ALLOWED_IPS="{webhook_source_ips}")

    usual, message = (checks_of(settings)["app.facts"].message for settings in (receiver_settings(), passed))

    assert "allowed_ips" in usual
    assert not {"allowed_ips", "tls_ends_at", "shows_closed_accounts"} & {*message.replace(",", "").split()}


def test_an_expired_statement_is_a_warning(receiver_settings: MakeSettings) -> None:
    """The gate would not count it."""
    waiver = Waiver(practice="webhooks.https", reason="January.", owner="Bo", date=DAY, expires=DAY)
    settings = msgspec.structs.replace(receiver_settings(), waive=(waiver,))

    check = checks_of(settings)["statements"]

    assert check.state is State.WARNING
    assert check.message == "[[waive]] webhooks.https by Bo expired on 2026-01-01, so it does not count."
