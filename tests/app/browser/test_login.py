"""entrance: a way past a log-in, for each person once, and its key shows nowhere."""

import base64
import html
import json
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from fiskil_harness.app.browser.login import lent
from fiskil_harness.core.config.schema import Login
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.journal import Fetched, PageView
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.server.local_fiskil import LocalFiskil, secrets_of

KEY = "let-me-in-4711-0815"


def test_a_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The config names the variable alone."""
    monkeypatch.setenv("APP_TEST_KEY", KEY)

    assert lent(Login(secrets={"key": "APP_TEST_KEY"})) == {"key": KEY}


def test_what_was_lent_is_taken_out_of_every_text(fiskil: LocalFiskil) -> None:
    """As our own secrets are."""
    fiskil.lent = (KEY,)

    told = Redactor(lambda: secrets_of(fiskil)).redact(f"GET /in?key={KEY}")

    assert told == "GET /in?key=<way_in>"


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
def test_a_key_that_may_be_lent_is_found_in_every_spelling(key: str, spelling: str) -> None:
    """Keys that would not be are refused before."""
    spelt = SPELLINGS[spelling](key)

    told = Redactor(lambda: [("way_in", key)]).redact(f"k={spelt}")

    assert "<way_in>" in told
    assert spelt not in told


@pytest.mark.slow
@pytest.mark.parametrize(
    ("way_in", "said"),
    [
        (Login(path="/test/wayin"), "The way in, app.login.path, answered 404."),
        (Login(cookies={"plan": "x" * 9000}), "The browser takes no cookie like 'plan' of app.login.cookies."),
    ],
)
def test_pages_are_not_judged_where_nobody_was_let_in(tmp_path: Path, way_in: Login, said: str) -> None:
    """What is to be seen there is the page to log in at."""
    settings = gallery.settings(gallery.app("pages_behind_a_login"))
    app = msgspec.structs.replace(settings.app, login=way_in)
    driver = Driver(msgspec.structs.replace(settings, app=app), workdir=tmp_path, seed=0)

    given = (steps.OpenPage(page="connect"), steps.OpenPage(page="connections"))
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=given, probes=()))
    driver.close()

    assert said in crashed
    assert journal.all(PageView) == []


@pytest.mark.slow
def test_pages_behind_behind_a_log_in_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is opened once, before the first page, with the cookies; its key shows in no picture."""
    monkeypatch.setenv("APP_TEST_KEY", KEY)
    settings = gallery.settings(gallery.app("pages_behind_a_login"))
    way_in = Login(
        path="/test/way-in?key={client_id}&note={key}",
        cookies={"plan": "basic-{end_user_ref}"},
        secrets={"key": "APP_TEST_KEY"},
    )
    app = msgspec.structs.replace(settings.app, login=way_in)
    driver = Driver(msgspec.structs.replace(settings, app=app), workdir=tmp_path, seed=0)

    given = (steps.OpenPage(page="connect"), steps.OpenPage(page="connections"))
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=given, probes=()))
    driver.close()

    asked = [fetched for fetched in journal.all(Fetched) if "/test/way-in" in fetched.url]
    assert (crashed, len(asked), KEY in asked[0].url) == ("", 1, True)
    assert [view.problem for view in journal.all(PageView)] == [""] * 4
    assert "plan=basic-rehearsal" in dict(journal.all(Fetched)[-1].headers)["cookie"]
