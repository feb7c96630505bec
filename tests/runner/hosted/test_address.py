"""Addresses of the hosted API that are allowed, and keys that a config needs for it."""

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
    """A config without a URL means Fiskil's API, and the printed address contains no secret."""
    address = address_of(settings_of(), PAIR.get)

    assert (address.url, address.client_id, address.end_user_id) == ("https://api.fiskil.com", "cid_1", "eu_1")
    assert "fsk_secret" not in repr(address)


@pytest.mark.parametrize(
    "url", ["https://api.fiskil.com", "https://127.0.0.1:8443", "https://localhost:1", "https://[::1]:1"]
)
def test_known_hosts_are_allowed(url: str) -> None:
    """Fiskil's host and loopback need no entry in the config."""
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
def test_unknown_hosts_are_rejected(url: str) -> None:
    """A key pair is sent only to known hosts, and only over TLS."""
    with pytest.raises(UsageError):
        refuse_unsafe(url, (), source="a config")


def test_the_config_may_allow_a_host() -> None:
    """A host in ``allow_hosts`` is allowed; without the entry the error names this key."""
    assert refuse_unsafe("https://mirror.example", ("mirror.example",), source="a config") == "https://mirror.example"
    with pytest.raises(UnsafeTarget, match="allow_hosts"):
        address_of(settings_of(url="https://mirror.example"), PAIR.get)


def test_missing_credentials_are_named() -> None:
    """The error names the environment variable that is not set."""
    with pytest.raises(ConfigError, match=r"--api hosted: OTHER_ID is not set"):
        address_of(settings_of(client_id_env="OTHER_ID"), PAIR.get)
    with pytest.raises(ConfigError, match="FISKIL_CLIENT_SECRET is not set"):
        address_of(settings_of(), {"FISKIL_CLIENT_ID": "cid_1"}.get)


def test_an_app_that_does_not_use_the_relay_is_rejected() -> None:
    """An app without ``{api_url}`` would call the hosted API directly with the key pair."""
    settings = parse({"app": {"command": "app"}}, folder=Path())

    assert [key for key, _ in problems(settings, PAIR.get)] == [
        "hosted.end_user_id",
        "{api_url} in [app.env]",
        "app.drive.refresh",
    ]


def test_a_running_app_needs_a_port() -> None:
    """An app that already runs is configured with the relay's address, so the port must be fixed."""
    raw = {"url": "http://127.0.0.1:1", "drive": {"refresh": "POST /refresh"}}

    first = parse({"app": raw, "hosted": {"end_user_id": "eu_1"}}, folder=Path())
    second = parse({"app": raw, "hosted": {"end_user_id": "eu_1", "port": 8766}}, folder=Path())

    assert [key for key, _ in problems(first, PAIR.get)] == ["hosted.port"]
    assert problems(second, PAIR.get) == []


def test_a_missing_ca_file_is_an_error() -> None:
    """ConfigError is raised before a request is sent."""
    with pytest.raises(ConfigError, match=r"hosted.ca_file is 'none.pem', but this file does not exist"):
        address_of(settings_of(ca_file="none.pem"), PAIR.get)
