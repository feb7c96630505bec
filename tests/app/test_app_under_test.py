"""The app under test: hooks over HTTP, Python objects in their place, and the errors for wrong ones."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec import structs
from pytest_httpserver import HTTPServer

from fiskil_harness.app.app_under_test import AppUnderTest, open_app
from fiskil_harness.app.effects import EffectsUnknown, is_connected, is_unknown_path, query_effects
from fiskil_harness.app.templates import choose, fill, select, without
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config import RequestTemplate, Settings, parse
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.core.net.server import free_port
from fiskil_harness.errors import AppError, ConfigError, HookError, HookMissing

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQ="


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., AppUnderTest]]:
    """Start apps that are stopped at the end."""
    import sys

    started: list[AppUnderTest] = []

    def begin(settings: Settings, given: Any = None) -> AppUnderTest:
        port = str(free_port())
        values = {
            "port": port,
            "public_url": f"http://127.0.0.1:{port}",
            "workdir": str(tmp_path),
            "webhook_secret": SECRET,
            "python": sys.executable,
        }
        app = open_app(settings, values=values, workdir=tmp_path, app_object=given)
        started.append(app)
        app.start()
        return app

    yield begin
    for app in started:
        app.stop()


def test_command_is_driven_and_observed(
    start: Callable[..., AppUnderTest], receiver_settings: Callable[..., Settings]
) -> None:
    """An app with a command is started on a free port and responds to its hooks."""
    app = start(receiver_settings())

    report = query_effects(app, {"end_user_id": "eu_1"})

    assert (report.applied, report.state, report.pending) == ({}, {}, 0)
    assert app.has("app.observe.effects")
    assert not app.has("app.drive.refresh")


def test_an_app_that_starts_afresh_twice_has_its_folder(
    start: Callable[..., AppUnderTest], receiver_settings: Callable[..., Settings]
) -> None:
    """The folder that a step made is emptied like the first one, and is not gone."""
    app = start(receiver_settings())
    app.use_empty_workdir()
    folder = Path(app.values["workdir"])
    (folder / "app.db").touch()

    app.restart_afresh()

    assert list(folder.iterdir()) == []


def test_restart_keeps_port_and_folder(
    start: Callable[..., AppUnderTest], receiver_settings: Callable[..., Settings]
) -> None:
    """After SIGKILL the app starts again at the same place."""
    app = start(receiver_settings())
    url = app.url

    app.restart()

    assert app.url == url
    assert app.is_ready()


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"command": "{python} -c 'import time; time.sleep(60)'"}, "neither app.command nor [app.env] passes {port}"),
        ({"ready": "GET /elsewhere"}, "GET /elsewhere returned 404; app.ready must name a request that returns 2xx."),
    ],
    ids=["no port", "wrong path"],
)
def test_an_app_that_is_not_ready_is_explained(
    start: Callable[..., AppUnderTest], receiver_settings: Callable[..., Settings], changes: dict[str, Any], cause: str
) -> None:
    """The error names the likely cause, besides the last lines that the app printed."""
    with pytest.raises(AppError, match=re.escape(cause)):
        start(receiver_settings(app={**changes, "ready_s": 2}))


def test_a_log_that_the_config_does_not_list_is_found(
    start: Callable[..., AppUnderTest], receiver_settings: Callable[..., Settings], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file outside the app's folder to which the app appends is a log, before and after a restart."""
    log = tmp_path_factory.mktemp("var") / "app.log"
    settings = receiver_settings()
    command = f"sh -c 'exec {settings.app.command} 9>>{log}'"
    app = start(structs.replace(settings, app=structs.replace(settings.app, command=command)))

    app.restart()

    assert app.unlisted_logs() == {"app.log": log}


def test_missing_hook_is_named(start: Callable[..., AppUnderTest], receiver_settings: Callable[..., Settings]) -> None:
    """The error for a hook that is missing from the config contains its name."""
    app = start(receiver_settings())

    with pytest.raises(HookMissing, match=r"The config gives no app\.drive\.refresh\."):
        app.call("app.drive.refresh", {"end_user_ref": "x"})


def test_the_effects_hook_may_have_another_origin(
    start: Callable[..., AppUnderTest], receiver_settings: Callable[..., Settings], httpserver: HTTPServer
) -> None:
    """A worker reports what the app did; its unknown paths are recognised too."""
    httpserver.expect_request("/report", query_string="e=eu_1").respond_with_json({"applied": {"m": 1}, "pending": 2})
    effects = f"GET {httpserver.url_for('/report')}?e={{end_user_id}}"
    app = start(receiver_settings(app={"observe": {"effects": effects}}))

    report = query_effects(app, {"end_user_id": "eu_1"})

    assert (report.applied, report.pending) == ({"m": 1}, 2)
    assert not is_unknown_path(app, {"end_user_id": "eu_1"})


@pytest.mark.parametrize(
    ("flaw", "words"),
    [
        ("no_json", r"app\.observe\.effects, GET /effects, returned 200 with a body that is not JSON: ''"),
        ("wrong_shape", r"Invalid response of app\.observe\.effects: .* applied maps message ids to counts, .*"),
    ],
)
def test_wrong_effects_are_explained(
    start: Callable[..., AppUnderTest], receiver_settings: Callable[..., Settings], flaw: str, words: str
) -> None:
    """The error for an invalid response of the effects hook explains what is wrong."""
    app = start(receiver_settings(FLAW=flaw))

    with pytest.raises(HookError, match=words):
        query_effects(app, {"end_user_id": "eu_1"})


@pytest.mark.parametrize(
    ("effects", "words"),
    [
        (None, "expected an object, got null."),
        (["a"], "expected an object, got a list."),
        ({"applied": ["a"]}, "expected an object, got a list at 'applied'."),
        ({"applied": {"a": -1}}, "expected a whole number from 0 at 'applied[...]'."),
        ({"pending": -3}, "expected a whole number from 0 at 'pending'."),
    ],
)
def test_invalid_effects_are_explained_in_terms_of_json(
    start: Callable[..., AppUnderTest], effects: object, words: str
) -> None:
    """The error uses the terms of JSON, not of Python, for teams of every language."""

    class Reporter:
        def start(self, values: dict[str, str]) -> str:
            return values["public_url"]

        def ready(self, _values: dict[str, str]) -> bool:
            return True

        def effects(self, _values: dict[str, str]) -> object:
            return effects

    app = start(parse({}, folder=Path()), given=Reporter())

    with pytest.raises(HookError, match=re.escape(f"Invalid response of app.observe.effects: {words}")):
        query_effects(app, {"end_user_id": "eu_1"})


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/elsewhere", "app.observe.effects, GET /elsewhere, returned 404 (application/json)"),
        (
            "/status",
            "app.observe.effects, GET /status, returned 200 (application/json) with none of applied, failed, pending, state",
        ),
    ],
)
def test_a_hook_without_a_report_is_quoted(
    start: Callable[..., AppUnderTest], receiver_settings: Callable[..., Settings], path: str, words: str
) -> None:
    """The report keeps the request without its query, and the response: the app may not know the end user."""
    app = start(receiver_settings(app={"observe": {"effects": f"GET {path}?of={{end_user_id}}"}}))

    report = query_effects(app, {"end_user_id": "eu_1"})

    assert report == EffectsUnknown(response=words)
    assert is_unknown_path(app, {"end_user_id": "eu_1"})


def test_an_existing_hook_differs_from_an_unknown_path(
    start: Callable[..., AppUnderTest], receiver_settings: Callable[..., Settings]
) -> None:
    """A hook may report nothing yet and still differ from an unknown path."""
    app = start(receiver_settings(FLAW="no_pending", app={"observe": {"effects": "GET /v1/effects"}}))

    assert not isinstance(query_effects(app, {}), EffectsUnknown)


def test_a_running_app_must_respond(start: Callable[..., AppUnderTest]) -> None:
    """The error for an address without a server contains the address."""
    settings = parse({"app": {"url": "http://127.0.0.1:{port}"}}, folder=Path())

    with pytest.raises(AppError, match=r"No response from http://127\.0\.0\.1:\d+\. Start the app"):
        start(settings)


def test_asgi_object(start: Callable[..., AppUnderTest]) -> None:
    """An ASGI application is served, and driven over HTTP like any other app."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": b'{"applied": {"1": 1}}'})

    app = start(parse({"app": {"observe": {"effects": "GET /effects"}}}, folder=Path()), application)

    assert query_effects(app, {}).applied == {"1": 1}
    assert not app.can_restart


def test_wsgi_object(start: Callable[..., AppUnderTest]) -> None:
    """A WSGI application is served too."""

    def application(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b'{"state": {"path": "%s"}}' % environ["PATH_INFO"].encode()]

    app = start(parse({"app": {"observe": {"effects": "GET /effects"}}}, folder=Path()), application)

    assert query_effects(app, {}).state == {"path": "/effects"}


def test_a_wsgi_object_s_requests_are_not_logged(
    start: Callable[..., AppUnderTest], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Queries may contain secrets, so only errors are logged, through the logging module."""

    def application(environ: Any, start_response: Any) -> list[bytes]:
        if environ["PATH_INFO"] == "/breaks":
            raise ValueError("out of tea")
        start_response("200 OK", [("Content-Type", "application/json")])
        return [b"{}"]

    app = start(parse({"app": {"observe": {"effects": "GET /effects"}}}, folder=Path()), application)

    assert [httpx.get(f"{app.url}{path}", timeout=30).status_code for path in ("/x?code=secret", "/breaks")] == [200, 500]
    assert wait_until(lambda: "ValueError: out of tea" in caplog.text, cap_s=60)
    assert capfd.readouterr() == ("", "")
    assert "/x" not in caplog.text


@pytest.mark.parametrize("ending", ["sys.exit(0)", "import nowhere", "1 / 0"])
def test_an_object_whose_module_exits_is_refused(start: Callable[..., AppUnderTest], tmp_path: Path, ending: str) -> None:
    """A module that exits or fails on import does not end the harness."""
    (tmp_path / "leaver.py").write_text(f"import sys\n{ending}\n")

    with pytest.raises(ConfigError, match=r"app\.object 'leaver:app' cannot be imported"):
        start(parse({"app": {"object": "leaver:app"}}, folder=tmp_path))


def test_methods_of_an_object_are_hooks(start: Callable[..., AppUnderTest]) -> None:
    """The methods of a Python object serve as hooks."""

    class Shop:
        """An app in this process."""

        def start(self, values: Any) -> str:
            self.ref = ""
            return "http://127.0.0.1:1"

        def start_session(self, values: Any) -> str:
            self.ref = values["end_user_ref"]
            return "http://127.0.0.1:2?sess_id=abc"

        def effects(self, values: Any) -> dict[str, Any]:
            return {"state": {"ref": self.ref}, "pending": 0}

        def ready(self, values: Any) -> bool:
            return True

    app = start(parse({"app": {}}, folder=Path()), Shop)

    reply = app.call("app.drive.start_session", {"end_user_ref": "rosa-1"})

    assert choose(reply, "$.session", "start_session") == "http://127.0.0.1:2?sess_id=abc"
    assert query_effects(app, {}).state == {"ref": "rosa-1"}


def test_a_message_is_filled_in_as_json_or_as_text() -> None:
    """Alone in JSON the placeholder becomes the message itself, elsewhere its text."""
    template = RequestTemplate(
        request="POST /m?s={session_id}", json={"all": "{message}", "part": "it said {message}"}, form={"m": "{message}"}
    )

    filled = fill(template, {"message": '{"isCompleted":true}', "session_id": "s1"})

    assert filled.path == "/m?s=s1"
    assert filled.json == {"all": {"isCompleted": True}, "part": 'it said {"isCompleted":true}'}
    assert filled.form == {"m": '{"isCompleted":true}'}


def test_fill_encodes_paths() -> None:
    """Values in a path are percent-encoded, values in JSON are not."""
    template = RequestTemplate(request="POST /c/{end_user_ref}?x={end_user_id}", json={"who": ["{end_user_ref}"]})

    filled = fill(template, {"end_user_ref": "a/b", "end_user_id": "e&u"})

    assert filled.path == "/c/a%2Fb?x=e%26u"
    assert filled.json == {"who": ["a/b"]}


@pytest.mark.parametrize(
    ("selector", "expected"), [("$.auth_url", "u"), ("$.deep.list[1]", "y"), ("header:Location", "/next")]
)
def test_choose(selector: str, expected: str) -> None:
    """A selector selects a text in the JSON or in a header."""
    reply = HttpReply(status=200, headers={"location": "/next"}, body=b'{"auth_url": "u", "deep": {"list": ["x", "y"]}}')

    assert choose(reply, selector, "start_session") == expected


def test_choose_without_a_match_is_an_error() -> None:
    """The error for a selector without a match contains the selector."""
    reply = HttpReply(status=200, body=b'{"auth_url": 3}')

    with pytest.raises(HookError, match=r"start_session returned 200, but \$\.auth_url selects no text in the response\."):
        choose(reply, "$.auth_url", "start_session")


def test_without_ignores_paths() -> None:
    """Ignored paths have the same value, whatever the document has there."""
    document = {"a": 1, "rows": [{"at": 1, "v": 2}, {"at": 3, "v": 4}]}

    assert without(document, ("$.rows[*].at",)) == {
        "a": 1,
        "rows": [{"at": "<ignored>", "v": 2}, {"at": "<ignored>", "v": 4}],
    }
    assert document["rows"] == [{"at": 1, "v": 2}, {"at": 3, "v": 4}]


def test_select_many() -> None:
    """A path with a wildcard selects every value."""
    assert select({"rows": [{"v": 2}, {"v": 4}]}, "$.rows[*].v") == [2, 4]


def test_the_connection_state_is_read_as_configured(
    start: Callable[..., AppUnderTest], receiver_settings: Callable[..., Settings]
) -> None:
    """The config defines where an end user's connection state is read."""
    observe = {
        "effects": "GET /effects?end_user_id={end_user_id}",
        "connected": {"path": "$.state.missing", "values": ["yes"]},
    }
    app = start(receiver_settings(app={"observe": observe}))

    assert is_connected(app, query_effects(app, {"end_user_id": "x"})) is False
