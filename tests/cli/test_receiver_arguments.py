"""The command `webhooks` uses the config in the folder if it describes the app at the address, and says whether it does."""

from pathlib import Path

import pytest

from fiskil_harness.cli.receiver_arguments import receiver_settings, settings_of_folder
from fiskil_harness.errors import ConfigError, UnsafeTarget

URL = "http://127.0.0.1:8000/hook"
CONFIG = """
[app]
url = "http://localhost:8000"
[app.webhook]
path = "/hook"
[app.observe]
effects = "GET /effects"
[app.facts]
uses_events = ["consent.*"]
[sandbox]
webhook_secret_env = "MY_SECRET"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a config, whose secret is set."""
    monkeypatch.setenv("MY_SECRET", "c2VjcmV0")
    (tmp_path / "fiskil-harness.toml").write_text(CONFIG)
    return tmp_path


def test_the_hooks_of_the_same_address_are_used(folder: Path) -> None:
    """Another name of the same machine is the same address; the config's secret and facts are used too."""
    settings, note = settings_of_folder(URL, None, (), folder=folder)

    assert settings is not None
    assert settings.app.observe.effects is not None
    assert (settings.app.facts.uses_events, settings.sandbox.webhook_secret_env) == (("consent.*",), "MY_SECRET")
    assert note == "The hooks of fiskil-harness.toml are used, because it describes the app at this address."


def test_options_override_the_config(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable of the secret and the events can be given."""
    monkeypatch.setenv("OTHER_SECRET", "c2VjcmV0")

    settings, _ = settings_of_folder(URL, "OTHER_SECRET", ("banking.*",), folder=folder)

    assert settings is not None
    assert (settings.app.facts.uses_events, settings.sandbox.webhook_secret_env) == (("banking.*",), "OTHER_SECRET")


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("8000", "8001", "The hooks of fiskil-harness.toml were not used: it is about http://localhost:8001/hook."),
        ("/hook", "/other", "The hooks of fiskil-harness.toml were not used: it is about http://localhost:8000/other."),
        (
            'url = "http://localhost:8000"',
            'command = "serve {port}"',
            "The hooks of fiskil-harness.toml were not used: it has no app.url.",
        ),
        (
            'webhook_secret_env = "MY_SECRET"',
            "",
            "The hooks of fiskil-harness.toml were not used: it has no sandbox.webhook_secret_env.",
        ),
        ("[sandbox]", "[sandbok]", "fiskil-harness.toml was not used: "),
    ],
)
def test_another_config_is_not_used(folder: Path, before: str, after: str, reason: str) -> None:
    """The sentence says why."""
    (folder / "fiskil-harness.toml").write_text(CONFIG.replace(before, after))

    settings, note = settings_of_folder(URL, None, (), folder=folder)

    assert settings is None
    assert note.startswith(reason)


def test_a_folder_without_a_config_is_not_mentioned(tmp_path: Path) -> None:
    """There is nothing to say."""
    assert settings_of_folder(URL, None, (), folder=tmp_path) == (None, "")


def test_a_missing_secret_and_a_remote_address_are_refused(folder: Path) -> None:
    """As without a config."""
    with pytest.raises(ConfigError, match="NONE_SUCH is not set"):
        settings_of_folder(URL, "NONE_SUCH", (), folder=folder)
    (folder / "fiskil-harness.toml").write_text(CONFIG.replace("localhost", "192.0.2.1"))
    with pytest.raises(UnsafeTarget):
        settings_of_folder("http://192.0.2.1:8000/hook", None, (), folder=folder)


def test_the_effects_hook_may_listen_at_another_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker of this machine reports the effects; another machine is refused."""
    monkeypatch.setenv("MY_SECRET", "c2VjcmV0")
    effects = "GET http://127.0.0.1:9000/effects?end_user_id={end_user_id}"

    settings = receiver_settings(URL, "MY_SECRET", effects, (), None)

    assert settings.app.observe.effects is not None
    assert settings.app.observe.effects.request == effects
    with pytest.raises(UnsafeTarget, match=r"app\.observe\.effects names '192\.0\.2\.1', which is not loopback"):
        receiver_settings(URL, "MY_SECRET", "GET http://192.0.2.1/effects", (), None)
