"""entrance: a way past a log-in, for each person once, and its key shows nowhere."""

from pathlib import Path

import msgspec
import pytest

from harness import gallery, steps
from harness.driver import Driver
from harness.entrance import lent
from harness.journal import Fetched, Shown
from harness.local import LocalFiskil, secrets_of
from harness.redact import Redactor
from harness.scenario import Scenario
from harness.settings.schema import Entrance

KEY = "let-me-in-4711-0815"


def test_a_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The config names the variable alone."""
    monkeypatch.setenv("APP_TEST_KEY", KEY)

    assert lent(Entrance(secrets={"key": "APP_TEST_KEY"})) == {"key": KEY}


def test_what_was_lent_is_taken_out_of_every_text(fiskil: LocalFiskil) -> None:
    """As our own secrets are."""
    fiskil.lent = (KEY,)

    told = Redactor(lambda: secrets_of(fiskil)).redact(f"GET /in?key={KEY}")

    assert told == "GET /in?key=<way_in>"


@pytest.mark.slow
def test_pages_behind_a_log_in_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is opened once, before the first page, with the cookies; its key shows in no picture."""
    monkeypatch.setenv("APP_TEST_KEY", KEY)
    settings = gallery.settings(gallery.app("pages_behind_a_login"))
    way_in = Entrance(
        path="/test/way-in?key={client_id}&note={key}",
        cookies={"plan": "basic-{end_user_ref}"},
        secrets={"key": "APP_TEST_KEY"},
    )
    app = msgspec.structs.replace(settings.app, entrance=way_in)
    driver = Driver(msgspec.structs.replace(settings, app=app), workdir=tmp_path, seed=0)

    given = (steps.LookAt(page="connect"), steps.LookAt(page="connections"))
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=given, probes=()))
    driver.close()

    asked = [one for one in journal.all(Fetched) if "/test/way-in" in one.url]
    assert (crashed, len(asked), KEY in asked[0].url) == ("", 1, True)
    assert [one.lack for one in journal.all(Shown)] == [""] * 4
    assert "plan=basic-rehearsal" in dict(journal.all(Fetched)[-1].headers)["cookie"]
