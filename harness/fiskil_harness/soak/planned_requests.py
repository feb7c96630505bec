"""Turns the config's hooks and pages into requests that workers can send, with only the end user's values left open."""

from urllib.parse import urlencode

import msgspec

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.app.hooks import template_of
from fiskil_harness.app.templates import fill, fill_text
from fiskil_harness.core.config.hooks import REFRESH
from fiskil_harness.soak.plan import PlannedRequest

OPEN = {"end_user_ref": "soak-end-user-ref", "end_user_id": "soak-end-user-id"}
"""Texts that stand for the end user's values while the other values are filled in."""
OTHERS = {"end_user_email": "soak@example.com", "end_user_name": "Soak Test", "point": "before"}


def planned(app: AppUnderTest, hook: str) -> PlannedRequest | None:
    """Return the request of *hook*; None if the config has none."""
    template = template_of(app, hook)
    if template is None:
        return None
    request = fill(template, {**app.values, **OTHERS, **OPEN})
    headers, body = dict(request.headers), ""
    if request.json is not None:
        body = msgspec.json.encode(request.json).decode()
        headers.setdefault("Content-Type", "application/json")
    elif request.form is not None:
        body = urlencode(request.form)
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    return PlannedRequest(
        name=hook.rpartition(".")[2],
        method=request.method,
        path=_opened(request.path),
        body=_opened(body),
        headers={name: _opened(text) for name, text in headers.items()},
    )


def reads_of(app: AppUnderTest) -> tuple[PlannedRequest, ...]:
    """Return the requests of a reader: every page of the app, and a refresh."""
    values = {**app.values, **OTHERS, **OPEN}
    pages = [
        PlannedRequest(
            name=f"page {name}", method="GET", path=_opened(fill_text(path, values)), headers={"Accept": "text/html"}
        )
        for name, path in app.settings.app.observe.pages.items()
    ]
    refresh = planned(app, REFRESH)
    return (*pages, refresh) if refresh else tuple(pages)


def _opened(text: str) -> str:
    for name, value in OPEN.items():
        text = text.replace(value, f"{{{name}}}")
    return text
