"""Secrets that a team wrote into its config are known; ordinary values are none, because a journal needs them."""

import tomllib
from pathlib import Path

from fiskil_harness.core.config import parse
from fiskil_harness.core.redaction.config_secrets import config_secrets

CONFIG = """
[app]
command = "serve {port}"
[app.env]
DATABASE_URL = "postgres://bo:p%40ssword1@db/{workdir}"
LOCAL_URL = "postgres://postgres:postgres@db/app"
API_KEY = "hunter2hunter2"
OTHER = "k3V9pQ7xTz2LmN8rWd5Y"
PORT = "{port}"
TOKEN_URL = "{api_url}/v1/token"
KEY_FILE = "/etc/keys/app1.pem"
AUTH_METHOD = "client_secret_post"
TOKEN_TTL_MS = "3600000"
NODE_ENV = "production2"
SCHEME = "standard-webhooks-v1a"
[app.webhook]
path = "/hooks?key=webhook-key-1&tenant=tenant-17"
[app.drive]
refresh = { request = "POST /refresh?key=query-key-2", json = { a = [{ password = "body-pass-4" }], key = "{client_id}-1" } }
revoke = { request = "POST /x", headers = { authorization = "Bearer header-3" }, form = { csrf_token = "form-token-5" } }
[app.observe]
pages = { connect = "/connect?key=page-key-6" }
[app.login]
cookies = { sid = "cookie-7-value" }
[app.facts]
production_webhook_url = "https://bo:url-pass-8@api.example.com/hooks"
"""


def test_secrets_of_every_place_are_known(tmp_path: Path) -> None:
    """Values with template values, paths, words and numbers are no secrets."""
    secrets = dict.fromkeys(value for _, value in config_secrets(parse(tomllib.loads(CONFIG), folder=tmp_path)))

    assert set(secrets) == {
        "p%40ssword1",
        "p@ssword1",
        "hunter2hunter2",
        "k3V9pQ7xTz2LmN8rWd5Y",
        "webhook-key-1",
        "query-key-2",
        "header-3",
        "body-pass-4",
        "form-token-5",
        "page-key-6",
        "cookie-7-value",
        "url-pass-8",
    }
