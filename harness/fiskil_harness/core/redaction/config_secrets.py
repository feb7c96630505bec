"""Secrets that a team wrote into its config as they are: in URLs, environment variables, headers, cookies and bodies.

A value is a secret if its name suggests one, or if a long run of its letters and digits looks random. A value with a
template value such as ``{port}``, a path, words and a number are none. A person may have typed the value, so only the whole
value is a secret: its parts may be words that the harness uses too.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.placeholders import requests_of
from fiskil_harness.core.redaction.secret import has_random_run
from fiskil_harness.core.redaction.secret_index import SHORTEST

KIND = "config_secret"
_NAME = re.compile(r"auth|cookie|credential|key|passw|pwd|secret|session|signature|token", re.IGNORECASE)
_NO_SECRET = re.compile(r"[A-Za-z]+(?:[_.-][A-Za-z]+)*|[\d.,:]+|\.{0,2}/.*", re.DOTALL)
"""Pattern of words, a number and a path."""


def config_secrets(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield the kind and the value of each secret that *settings* contains, without those in environment variables."""
    app = settings.app
    named: list[tuple[str, Any]] = [*app.env.items(), *(app.tls.env.items() if app.tls else ())]
    named += [("cookie", text) for text in app.login.cookies.values()]
    urls = [app.webhook.path, *app.observe.pages.values(), app.login.path or "", app.facts.production_webhook_url or ""]
    for _, template in requests_of(settings):
        urls.append(template.request.partition(" ")[2])
        named += [*template.headers.items(), ("", template.json), *(template.form or {}).items()]
    values = [value for name, node in named for value in _values(name, node)]
    values += [secret for url in urls for secret in secrets_in_url(url)]
    yield from ((KIND, value) for value in dict.fromkeys(values) if len(value) >= SHORTEST)


def _values(name: str, node: Any) -> Iterator[str]:
    """Yield the secrets in *node*, the value of the variable, header or field *name*."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _values(str(key), value)
    elif isinstance(node, list | tuple):
        for value in node:
            yield from _values(name, value)
    elif isinstance(node, str):
        yield from secrets_in_url(node) if "://" in node else _in_text(name, node)


def _in_text(name: str, text: str) -> Iterator[str]:
    value = text.rsplit(maxsplit=1)[-1] if text.split() else ""  # without a scheme, such as Bearer
    if "{" not in value and not _NO_SECRET.fullmatch(value) and (_NAME.search(name) or _looks_random(value)):
        yield value


def secrets_in_url(url: str) -> Iterator[str]:
    """Yield the password in *url*, and the secrets in its query, both as they are and decoded."""
    try:
        parts = urlsplit(url)
        passwords = {parts.password or "", unquote(parts.password or "")}
    except ValueError:
        return
    for password in sorted(passwords):
        yield from _in_text("password", password)
    for name, value in parse_qsl(parts.query):
        yield from _in_text(name, value)


def _looks_random(value: str) -> bool:
    return has_random_run(value.encode("utf-8", "surrogatepass"))
