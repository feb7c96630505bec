"""The login of the end user's browser: performed once for each end user, and its key appears in no report."""

import base64
import contextlib
import html
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from fiskil_harness.app.browser.login import login_secrets
from fiskil_harness.core.config.schema import AppSettings, Login, Settings
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import Fetched, PageView
from fiskil_harness.runner.driver import Driver
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario

KEY = "let-me-in-4711-0815"


def test_a_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The config contains only the variable's name."""
    monkeypatch.setenv("APP_TEST_KEY", KEY)

    assert login_secrets(Login(secrets={"key": "APP_TEST_KEY"})) == {"key": KEY}


def test_a_login_key_is_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A login's key is redacted like the harness's own secrets."""
    monkeypatch.setenv("APP_TEST_KEY", KEY)
    app = AppSettings(login=Login(secrets={"key": "APP_TEST_KEY"}))

    with contextlib.closing(Worker(Settings(app=app), seed=0)) as worker:
        redacted = worker.redactor.redact(f"GET /in?key={KEY}")

    assert redacted == "GET /in?key=<login_secret>"


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in an address": lambda key: quote(quote(key, safe=""), safe=""),
    "in HTML": html.escape,
    "in JSON": json.dumps,
    "in base64": lambda key: base64.b64encode(f'{{"k":"{key}"}}'.encode()).decode(),
    "in hex": lambda key: key.encode().hex(),
}


@pytest.mark.parametrize("key", ["letmein-4711", "123456789012", "aaaaaaaaaaaa", "a.b_c~d-e.f_", KEY])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_accepted_key_is_redacted_in_every_spelling(key: str, spelling: str) -> None:
    """An accepted key is redacted in every encoding; other keys are refused earlier."""
    encoded = SPELLINGS[spelling](key)

    redacted = Redactor(lambda: [("login_secret", key)]).redact(f"k={encoded}")

    assert "<login_secret>" in redacted
    assert encoded not in redacted


@pytest.mark.slow
@pytest.mark.parametrize(
    ("login", "expected"),
    [
        (Login(path="/test/wayin"), "app.login.path returned 404."),
        (Login(cookies={"plan": "x" * 9000}), "The browser rejects the cookie 'plan' of app.login.cookies."),
    ],
)
def test_no_page_is_recorded_after_a_failed_login(tmp_path: Path, login: Login, expected: str) -> None:
    """After a failed login no page is recorded, because only the login page would be seen."""
    settings = gallery.settings(gallery.app("pages_behind_a_login"))
    app = msgspec.structs.replace(settings.app, login=login)
    driver = Driver(msgspec.structs.replace(settings, app=app), workdir=tmp_path, seed=0)

    opened = (steps.OpenPage(page="connect"), steps.OpenPage(page="connections"))
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=opened, probes=()))
    driver.close()

    assert expected in crashed
    assert journal.all(PageView) == []


@pytest.mark.slow
def test_pages_behind_a_login_are_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The login URL is opened once before the first page, with the cookies, and its key appears in no picture."""
    monkeypatch.setenv("APP_TEST_KEY", KEY)
    settings = gallery.settings(gallery.app("pages_behind_a_login"))
    login = Login(
        path="/test/way-in?key={client_id}&note={key}",
        cookies={"plan": "basic-{end_user_ref}"},
        secrets={"key": "APP_TEST_KEY"},
    )
    app = msgspec.structs.replace(settings.app, login=login)
    driver = Driver(msgspec.structs.replace(settings, app=app), workdir=tmp_path, seed=0)

    opened = (steps.OpenPage(page="connect"), steps.OpenPage(page="connections"))
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=opened, probes=()))
    driver.close()

    requests = [fetched for fetched in journal.all(Fetched) if "/test/way-in" in fetched.url]
    assert (crashed, len(requests), KEY in requests[0].url) == ("", 1, True)
    assert [view.problem for view in journal.all(PageView)] == [""] * 4
    assert "plan=basic-test-" in dict(journal.all(Fetched)[-1].headers)["cookie"]
