"""Where the hosted API may be, and what a config must tell before anything goes there."""

from pathlib import Path
from typing import Any

import pytest

from fiskil_harness.core.config import Settings, parse
from fiskil_harness.errors import ConfigError, UnsafeTarget, UsageError
from fiskil_harness.runner.hosted.address import address_of, problems, refuse_unsafe

PAIR = {"FISKIL_CLIENT_ID": "cid_1", "FISKIL_CLIENT_SECRET": "fsk_secret"}


def settings_of(**hosted: Any) -> Settings:
    app = {
        "command": "app {port}",
        "env": {"FISKIL_BASE_URL": "{api_url}"},
        "drive": {"refresh": "POST /customers/{end_user_ref}/refresh"},
    }
    return parse({"app": app, "hosted": {"end_user_id": "eu_1", **hosted}}, folder=Path())


def test_the_documented_host_is_the_default() -> None:
    """Who says nothing means Fiskil's own API; the secret is not in what is printed."""
    address = address_of(settings_of(), PAIR.get)

    assert (address.url, address.client_id, address.end_user_id) == ("https://api.fiskil.com", "cid_1", "eu_1")
    assert "fsk_secret" not in repr(address)


@pytest.mark.parametrize(
    "url", ["https://api.fiskil.com", "https://127.0.0.1:8443", "https://localhost:1", "https://[::1]:1"]
)
def test_known_hosts_are_taken(url: str) -> None:
    """Fiskil's own, and this machine."""
    assert refuse_unsafe(url, (), source="a config") == url


@pytest.mark.parametrize(
    "url",
    [
        "https://api.fiskil.com.evil.example",
        "https://api.fiskil.example",
        "https://fiskil.com",
        "https://127.0.0.1.evil.example",
        "http://127.0.0.1:8080",
        "http://api.fiskil.com",
        "https://user@api.fiskil.com",
        "https://api.fiskil.com/v1",
        "ftp://api.fiskil.com",
        "https://",
    ],
)
def test_strangers_are_refused(url: str) -> None:
    """A key pair goes to nobody whom neither we nor the config know, and never in the clear."""
    with pytest.raises(UsageError):
        refuse_unsafe(url, (), source="a config")


def test_a_host_may_be_named() -> None:
    """By the config, which is the user's own word."""
    assert refuse_unsafe("https://mirror.example", ("mirror.example",), source="a config") == "https://mirror.example"
    with pytest.raises(UnsafeTarget, match="allow_hosts"):
        address_of(settings_of(url="https://mirror.example"), PAIR.get)


def test_missing_credentials_are_named() -> None:
    """Each by its variable."""
    with pytest.raises(ConfigError, match=r"--api hosted: OTHER_ID is not set"):
        address_of(settings_of(client_id_env="OTHER_ID"), PAIR.get)
    with pytest.raises(ConfigError, match="FISKIL_CLIENT_SECRET is not set"):
        address_of(settings_of(), {"FISKIL_CLIENT_ID": "cid_1"}.get)


def test_an_app_that_would_pass_the_relay_by_is_refused() -> None:
    """It inherits the key pair, so it must be told of the relay."""
    settings = parse({"app": {"command": "app"}}, folder=Path())

    assert [key for key, _ in problems(settings, PAIR.get)] == [
        "hosted.end_user_id",
        "{api_url} in [app.env]",
        "app.drive.refresh",
    ]


def test_a_running_app_needs_a_port() -> None:
    """Somebody must have told it where the relay will be."""
    raw = {"url": "http://127.0.0.1:1", "drive": {"refresh": "POST /refresh"}}

    first = parse({"app": raw, "hosted": {"end_user_id": "eu_1"}}, folder=Path())
    second = parse({"app": raw, "hosted": {"end_user_id": "eu_1", "port": 8766}}, folder=Path())

    assert [key for key, _ in problems(first, PAIR.get)] == ["hosted.port"]
    assert problems(second, PAIR.get) == []


def test_a_missing_ca_file_is_told() -> None:
    """Before anything is sent."""
    with pytest.raises(ConfigError, match=r"hosted.ca_file names 'none.pem', where no file is"):
        address_of(settings_of(ca_file="none.pem"), PAIR.get)
