"""Hooks and pages become requests in which only the end user's values are open."""

from pathlib import Path

from fiskil_harness.app.app_under_test import open_app
from fiskil_harness.core.config import parse
from fiskil_harness.core.config.hooks import REVOKE, START_SESSION
from fiskil_harness.soak.plan import PlannedRequest, filled
from fiskil_harness.soak.planned_requests import planned, reads_of

CONFIG = {
    "app": {
        "url": "http://127.0.0.1:1",
        "drive": {
            "start_session": {
                "request": "POST /start?at={public_url}",
                "json": {"customer": "{end_user_ref}"},
                "session": "$.auth_url",
            },
            "refresh": {"request": "POST /refresh", "form": {"id": "{end_user_id}"}},
        },
        "observe": {"pages": {"home": "/home/{end_user_ref}"}},
    }
}


def test_requests_keep_only_the_end_users_values_open(tmp_path: Path) -> None:
    """The other values are those of the app, and bodies have their content type."""
    app = open_app(parse(CONFIG, folder=tmp_path), values={"public_url": "http://127.0.0.1:1"}, workdir=tmp_path)

    session = planned(app, START_SESSION)
    page, refresh = reads_of(app)

    assert session == PlannedRequest(
        name="start_session",
        method="POST",
        path="/start?at=http%3A%2F%2F127.0.0.1%3A1",
        body='{"customer":"{end_user_ref}"}',
        headers={"Content-Type": "application/json"},
    )
    assert (page.method, page.path) == ("GET", "/home/{end_user_ref}")
    assert (refresh.body, filled(refresh.body, end_user_id="eu_1")) == ("id={end_user_id}", "id=eu_1")
    assert planned(app, REVOKE) is None
