"""The step that reads the app's monitoring: numbers by name and labels, a count of alerts, and what kept it from reading."""

from collections.abc import Callable

import httpx
import pytest
from apps.mailbox import Mailbox
from pytest_httpserver import HTTPServer
from werkzeug import Response

from harness import steps
from harness.driver import Driver
from harness.journal import Monitors
from harness.scenario import Scenario

TEXT = """# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{status="200",endpoint="x"} 3
calls_total{endpoint="x",status="503"} 1
age_seconds 1.5
"""


def read(driver: Driver, *moments: str) -> list[Monitors]:
    """What each reading wrote down."""
    given = tuple(steps.ReadMonitors(moment) for moment in moments)  # type: ignore[arg-type]
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=given, probes=()))
    assert not crashed
    return journal.all(Monitors)


@pytest.fixture
def watched(server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]) -> Callable[..., Driver]:
    """A driver in front of an app that answers a text when it is asked for its metrics."""

    def make(text: str, *, status: int = 200, **app: object) -> Driver:
        server.expect_request("/metrics").respond_with_data(text, status=status, content_type="text/plain")
        return drive(mailbox.settings(observe={"metrics": "GET /metrics"}, **app))

    return make


def test_samples_are_numbers_by_name_and_labels(watched: Callable[..., Driver]) -> None:
    """In whatever order the labels come."""
    (reading,) = read(watched(TEXT), "calm")

    assert reading.samples == {
        'calls_total{endpoint="x",status="200"}': 3.0,
        'calls_total{endpoint="x",status="503"}': 1.0,
        "age_seconds": 1.5,
    }


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("<html>no</html>", 200, "app.observe.metrics answers HTML or XML, and not in Prometheus' text format."),
        ('{"calls": 3}', 200, "app.observe.metrics answers JSON, and not in Prometheus' text format."),
        ("calls_total three", 200, "app.observe.metrics does not answer in Prometheus' text format."),
        ("", 200, "app.observe.metrics shows no sample."),
        (TEXT, 404, "app.observe.metrics answered 404."),
    ],
)
def test_what_is_no_metrics_is_said(watched: Callable[..., Driver], text: str, status: int, words: str) -> None:
    """Nothing is counted from it."""
    (reading,) = read(watched(text, status=status), "calm")

    assert (reading.samples, reading.lack) == (None, words)


def test_without_a_hook_nothing_is_waited_for(driver: Driver) -> None:
    """Neither metrics nor a place for alerts: nothing will come."""
    readings = read(driver, "calm", "idle", "good", "bad")

    assert [(one.samples, one.lack, one.is_told) for one in readings] == [(None, "", False)] * 4


def test_what_moves_in_the_end_is_waited_for(server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """The third look at the bad time shows it."""
    texts = iter(["a 1\n", "a 1\n", "a 2\n", "a 3\n", "a 4\n", "a 5\nfailed 1\n"])
    server.expect_request("/metrics").respond_with_handler(lambda _: Response(next(texts)))
    driver = drive(mailbox.settings(observe={"metrics": "GET /metrics"}))

    *_, bad = read(driver, "calm", "idle", "good", "bad")

    assert bad.samples == {"a": 5.0, "failed": 1.0}


def test_an_alert_is_counted(mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """It is what the app sends to the address that it was told."""
    driver = drive(mailbox.settings(env={"ALERT_URL": "{alert_url}"}, limits={"alert_s": 5}))
    calm, *_ = read(driver, "calm")

    httpx.post(driver.fiskil.alerts.url, json={"alert": "x"})
    after, *_ = read(driver, "calm")

    assert (calm.is_told, after.alerts - calm.alerts) == (True, 1)
