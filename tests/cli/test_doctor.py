"""The doctor: every hook is tried once, and what is said about it can be acted on."""

import datetime
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from fiskil_harness.cli.doctor_checks import Check, State, diagnose
from fiskil_harness.core import catalog
from fiskil_harness.core.clock import stopwatch
from fiskil_harness.core.config import FILE, Attestation, GateSettings, RequestTemplate, Settings, Waiver, load
from fiskil_harness.errors import AppError, ConfigError

pytestmark = pytest.mark.slow

MakeSettings = Callable[..., Settings]
DAY = datetime.date(2026, 1, 1)
STATEMENT = Attestation(practice="nope", statement="We do.", owner="Ann", date=DAY, expires=DAY)
HOOK = {"request": "POST /webhooks/fiskil"}


def found(settings: Settings) -> dict[str, Check]:
    """What the doctor says, by hook."""
    return {check.hook: check for check in diagnose(settings)}


def test_a_receiver_that_refuses_genuine_messages_is_told_about_its_secret(receiver_settings: MakeSettings) -> None:
    """The usual cause is named."""
    other = "b3RoZXItc2VjcmV0LW90aGVyLXNlY3JldA=="

    says = found(receiver_settings(FISKIL_WEBHOOK_SECRET=other))["app.webhook"]

    assert (says.state, says.message) == (
        State.WRONG,
        "refuses a genuine message with 401; does the app get {webhook_secret}?",
    )


def test_drive_hooks_are_asked_with_an_end_user_that_nobody_knows(receiver_settings: MakeSettings) -> None:
    """A 4xx may be right or a mistyped path, an answer without the auth session is wrong."""
    drive: dict[str, Any] = {"refresh": HOOK, "start_session": {"request": "GET /healthz", "session": "$.auth_url"}}

    says = found(receiver_settings(app={"drive": drive}))

    assert says["app.drive.refresh"].state is State.WARNING
    assert "wrong if the path is mistyped" in says["app.drive.refresh"].message
    assert (
        says["app.drive.start_session"].state,
        "$.auth_url finds no text" in says["app.drive.start_session"].message,
    ) == (
        State.WRONG,
        True,
    )


@pytest.mark.parametrize(("origin", "is_told"), [({"origin": "{origin}"}, False), ({}, True)], ids=["with", "without"])
def test_the_message_hook_is_tried_with_a_cancellation(
    receiver_settings: MakeSettings, origin: dict[str, str], is_told: bool
) -> None:
    """A request without {origin} is good for less, and the doctor says for what."""
    drive = {"message": HOOK | {"json": {"said": "{message}"} | origin}}

    says = found(receiver_settings(app={"drive": drive}))["app.drive.message"]

    assert (says.state, "answered 401" in says.message) == (State.WARNING, True)
    assert ("carries no {origin}, so nobody can tell whether the app heeds other windows" in says.message) is is_told


def test_a_page_that_is_no_page_is_wrong(receiver_settings: MakeSettings) -> None:
    """A page answers HTML."""
    observe = {"effects": "GET /effects", "pages": {"connect": "/connect?customer={end_user_ref}"}}

    says = found(receiver_settings(app={"observe": observe}))["app.observe.pages.connect"]

    assert (says.state, says.message) == (State.WRONG, "answers application/json, not a page")


@pytest.mark.parametrize(
    ("hook", "flaw", "words"),
    [
        ("GET /status", "", "answered 200 (application/json) with none of applied, failed, pending, state. Wanted: 200"),
        ("GET /effects", "no_json", "answered 200 with something that is no JSON: ''. Wanted: 200 with JSON like "),
    ],
)
def test_an_effects_hook_that_leads_nowhere_is_wrong(
    receiver_settings: MakeSettings, hook: str, flaw: str, words: str
) -> None:
    """What came and what was wanted is said, before a gate runs on nothing."""
    settings = receiver_settings(app={"observe": {"effects": hook}}, FLAW=flaw)

    says = found(settings)["app.observe.effects"]

    assert says.state is State.WRONG
    assert words in says.message


def test_a_404_about_nobody_is_a_warning(receiver_settings: MakeSettings) -> None:
    """A receiver may be right to say so of an end user whom nothing has told it of."""
    says = found(receiver_settings(app={"observe": {"effects": "GET /elsewhere"}}))["app.observe.effects"]

    assert says.state is State.WARNING
    assert "answers 404, as any path does that is not there. Wanted: 200 with JSON like " in says.message


def test_a_404_about_somebody_is_wrong() -> None:
    """The app started a session for them."""
    settings = load(catalog.folder("examples") / "reference_app" / FILE)
    app = settings.app
    observe = type(app.observe)(effects=RequestTemplate(request="GET /elsewhere?end_user_id={end_user_id}"))
    drive = type(app.drive)(start_session=app.drive.start_session)

    narrowed = msgspec.structs.replace(app, observe=observe, drive=drive, tls=None)
    says = found(msgspec.structs.replace(settings, app=narrowed))

    assert says["app.observe.effects"].state is State.WRONG


def test_an_effects_hook_that_hangs_is_waited_for_once(
    receiver_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a bounded time, which the app's own deadline for requests does not stretch."""
    monkeypatch.setattr("fiskil_harness.cli.doctor.EFFECTS_S", 0.2)
    elapsed = stopwatch()
    settings = receiver_settings(app={"observe": {"effects": "GET /silent"}, "limits": {"request_deadline_s": 60}})

    says = found(settings)["app.observe.effects"]

    assert (says.state, says.message.partition(" Wanted")[0]) == (
        State.WRONG,
        "did not answer within 0.2 s: no answer within the limit.",
    )
    assert elapsed() < 30


@pytest.mark.parametrize(
    ("url", "environment", "state", "words"),
    [
        ("https://127.0.0.1:{tls_port}", {}, State.WRONG, "nobody speaks TLS 1.2 or TLS 1.3 at https://127.0.0.1:"),
        (
            "https://127.0.0.1:{port}",
            {"CERT_FILE": "{tls_cert_file}", "KEY_FILE": "{tls_key_file}"},
            State.WORKS,
            "speaks TLS with the certificate that it was given",
        ),
    ],
    ids=["nowhere", "everywhere"],
)
def test_serving_tls_is_tried(
    receiver_settings: MakeSettings, url: str, environment: dict[str, str], state: State, words: str
) -> None:
    """With a handshake, and the certificate is looked at."""
    says = found(receiver_settings(app={"tls": {"url": url, "env": environment}}))["app.tls"]

    assert (says.state, says.message[: len(words)]) == (state, words)


@pytest.mark.parametrize(
    ("flaw", "state", "words"),
    [("exports", State.WORKS, "exports to {otlp_url}"), ("", State.WARNING, "nothing came to {otlp_url} within 0.1 s;")],
)
def test_the_endpoint_for_telemetry_is_looked_at(
    receiver_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch, flaw: str, state: State, words: str
) -> None:
    """Whether anything came there, of an app that is told of it."""
    monkeypatch.setattr("fiskil_harness.cli.doctor.OTLP_S", 0.1)

    says = found(receiver_settings(FLAW=flaw, OTLP_URL="{otlp_url}"))["otlp"]

    assert (says.state, says.message[: len(words)]) == (state, words)


def test_an_app_that_does_not_start_is_the_whole_diagnosis(receiver_settings: MakeSettings) -> None:
    """Its last lines are the message."""
    with pytest.raises(AppError, match="cannot find the moon"):
        diagnose(receiver_settings(EXITS="1"))


def test_a_config_without_an_app_is_refused() -> None:
    """There is nobody to examine."""
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
def test_what_the_gate_refuses_is_wrong(receiver_settings: MakeSettings, part: dict[str, Any], words: str) -> None:
    """Nobody is sent to a gate that refuses the config at once."""
    says = found(msgspec.structs.replace(receiver_settings(), **part))["gate"]

    assert says.state is State.WRONG
    assert words in says.message


def test_a_missing_hook_says_which_practices_it_helps_to_prove(receiver_settings: MakeSettings) -> None:
    """The scenarios that ship tell which."""
    says = found(receiver_settings())["app.drive.refresh"]

    assert says.state is State.MISSING
    assert "helps to prove" in says.message


def test_statements_that_time_has_passed_by_are_told(receiver_settings: MakeSettings) -> None:
    """Before the gate counts them as absent."""
    waiver = Waiver(practice="webhooks.https", reason="January.", owner="Bo", date=DAY, expires=DAY)
    settings = msgspec.structs.replace(receiver_settings(), waive=(waiver,))

    says = found(settings)["statements"]

    assert says.state is State.WARNING
    assert says.message == "[[waive]] webhooks.https by Bo expired on 2026-01-01, so it counts as absent."
