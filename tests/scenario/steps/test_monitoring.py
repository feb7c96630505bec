"""The step that reads the app's monitoring: samples by name and labels, the number of alerts, and problems."""

import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from fiskil_harness.app.monitoring import MISSING, extra
from fiskil_harness.journal import OTLP, Journal, MonitoringReading, Output
from fiskil_harness.runner.app_output import AppOutput
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.mailbox import Mailbox

TEXT = """# HELP calls_total Calls.
# TYPE calls_total counter
calls_total{status="200",endpoint="x"} 3
calls_total{endpoint="x",status="503"} 1
age_seconds 1.5
"""


def read(driver: Driver, *moments: str) -> list[MonitoringReading]:
    """Return the measurements that the step recorded at each moment."""
    sequence = tuple(steps.ReadMonitoring(moment) for moment in moments)  # type: ignore[arg-type]
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=()))
    assert not crashed
    return journal.all(MonitoringReading)


@pytest.fixture
def watched(server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]) -> Callable[..., Driver]:
    """Return a driver in front of an app that returns a text as its metrics."""

    def make(text: str, *, status: int = 200, **app: object) -> Driver:
        server.expect_request("/metrics").respond_with_data(text, status=status, content_type="text/plain")
        return drive(mailbox.settings(observe={"metrics": "GET /metrics"}, **app))

    return make


def test_samples_are_numbers_by_name_and_labels(watched: Callable[..., Driver]) -> None:
    """The order of the labels does not matter."""
    (measurement,) = read(watched(TEXT), "calm")

    assert measurement.samples == {
        'calls_total{endpoint="x",status="200"}': 3.0,
        'calls_total{endpoint="x",status="503"}': 1.0,
        "age_seconds": 1.5,
    }


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("<html>no</html>", 200, "app.observe.metrics returns HTML or XML, not Prometheus' text format."),
        ('{"calls": 3}', 200, "app.observe.metrics returns JSON, not Prometheus' text format."),
        ("calls_total three", 200, "app.observe.metrics does not return Prometheus' text format."),
        ("", 200, "app.observe.metrics returns no sample."),
        (TEXT, 404, "app.observe.metrics returned 404."),
    ],
)
def test_invalid_metrics_are_reported(watched: Callable[..., Driver], text: str, status: int, words: str) -> None:
    """Nothing is counted from them."""
    (measurement,) = read(watched(text, status=status), "calm")

    assert (measurement.samples, measurement.problem) == (None, words)


def test_without_a_hook_the_step_does_not_wait(driver: Driver) -> None:
    """Without metrics and without an address for alerts, nothing will arrive."""
    measurements = read(driver, "calm", "idle", "good", "failing")

    assert [(measurement.samples, measurement.problem, measurement.is_configured) for measurement in measurements] == [
        (None, "", False)
    ] * 4


def test_the_step_waits_for_a_change(server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """The third measurement during the failure shows it."""
    texts = iter(["a 1\n", "a 1\n", "a 2\n", "a 3\n", "a 4\n", "a 5\nfailed 1\n"])
    server.expect_request("/metrics").respond_with_handler(lambda _: Response(next(texts)))
    driver = drive(mailbox.settings(observe={"metrics": "GET /metrics"}))

    *_, bad = read(driver, "calm", "idle", "good", "failing")

    assert bad.samples == {"a": 5.0, "failed": 1.0}


def test_an_alert_is_counted(mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """An alert is a request to the address that the app got."""
    driver = drive(mailbox.settings(env={"ALERT_URL": "{alert_url}"}, limits={"alert_s": 5}))
    calm, *_ = read(driver, "calm")

    httpx.post(driver.fiskil.alerts.url, json={"alert": "x"}, timeout=30)
    after, *_ = read(driver, "calm")

    assert (calm.is_configured, after.alerts - calm.alerts) == (True, 1)


def test_a_resolved_alert_is_not_counted(mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """A health check is not counted either."""
    driver = drive(mailbox.settings(env={"ALERT_URL": "{alert_url}"}))

    httpx.post(driver.fiskil.alerts.url, json={"event_action": "resolve"}, timeout=30)
    httpx.get(driver.fiskil.alerts.url, timeout=30)
    (measurement,) = read(driver, "calm")

    assert measurement.alerts == 0


class Exporter:
    """Exports a counter by OTLP every 20 ms in a thread; *temporality* 1 is delta, 2 is cumulative."""

    def __init__(self, url: str, *, temporality: int = 2, is_idle: bool = False) -> None:
        self._url = url
        self._temporality = temporality
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run if not is_idle else self._once)

    def __enter__(self) -> "Exporter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(0.02):
            self._once()

    def _once(self) -> None:
        points = [{"asInt": "2", "timeUnixNano": str(time.time_ns())}]
        metric = {"name": "calls", "sum": {"aggregationTemporality": self._temporality, "dataPoints": points}}
        httpx.post(
            f"{self._url}/v1/metrics", json={"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}, timeout=30
        )


@pytest.fixture
def exporting(mailbox: Mailbox, drive: Callable[..., Driver]) -> Driver:
    """A driver in front of an app that gets an export address, and has half a second for each export."""
    return drive(mailbox.settings(env={"OTLP_URL": "{otlp_url}"}, limits={"alert_s": 0.5}))


def test_an_export_after_the_moment_is_read(mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """The step waits for it up to the limit."""
    exporting = drive(mailbox.settings(env={"OTLP_URL": "{otlp_url}"}, limits={"alert_s": 30}))

    with Exporter(exporting.fiskil.telemetry.url):
        measurements = read(exporting, "calm", "idle", "refreshed")

    assert [(measurement.samples, measurement.problem) for measurement in measurements] == [({"calls": 2.0}, "")] * 3


def test_a_missing_export_is_reported_once(exporting: Driver) -> None:
    """The step does not wait again for an app that has not exported within the limit."""
    measurements = read(exporting, "calm", "idle", "good")

    assert [measurement.samples for measurement in measurements] == [None] * 3
    assert [bool(measurement.problem) for measurement in measurements] == [True, False, False]
    assert "exported no metrics to {otlp_url} within app.limits.alert_s" in measurements[0].problem


@pytest.fixture
def without_extra(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Name a module that no package has, as if the extra "monitoring" were not installed."""
    monkeypatch.setattr(extra, "MODULES", ("no_such_module",))
    extra.missing_extra.cache_clear()
    yield
    extra.missing_extra.cache_clear()


@pytest.mark.usefixtures("without_extra")
def test_without_the_extra_readings_say_what_to_install(watched: Callable[..., Driver]) -> None:
    """The hook is not read, and the step does not wait."""
    (measurement,) = read(watched("calls 1"), "calm")

    assert (measurement.samples, measurement.problem) == (None, MISSING)


@pytest.mark.usefixtures("without_extra")
def test_without_the_extra_exported_logs_are_missing(exporting: Driver) -> None:
    """The journal names the extra in place of the log records."""
    output, journal = AppOutput(exporting.app, exporting.fiskil.telemetry), Journal()
    httpx.post(f"{exporting.fiskil.telemetry.url}/v1/logs", content=b"anything", timeout=30)

    output.record(journal, patience_s=0)

    assert [entry.problem for entry in journal.all(Output) if entry.place == OTLP] == [MISSING.rstrip(".")]


def test_a_refused_export_has_a_reason(exporting: Driver) -> None:
    """It is the message that the exporter got."""
    httpx.post(
        f"{exporting.fiskil.telemetry.url}/v1/metrics",
        content=b"calls 1",
        headers={"content-type": "text/plain"},
        timeout=30,
    )

    (measurement,) = read(exporting, "calm")

    assert "the content type is text/plain" in measurement.problem


@pytest.mark.parametrize(("temporality", "problems"), [(1, [False, False, True]), (2, [True, False, False])])
def test_a_delta_exporter_may_be_silent_while_idle(exporting: Driver, temporality: int, problems: list[bool]) -> None:
    """Without work, no export means no change; after work, an export is missing."""
    with Exporter(exporting.fiskil.telemetry.url, temporality=temporality, is_idle=True):
        pass

    measurements = read(exporting, "calm", "idle", "good")

    assert [bool(measurement.problem) for measurement in measurements] == problems


@pytest.mark.parametrize("is_calm", [True, False])
def test_alerts_must_end_in_time(server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver], is_calm: bool) -> None:
    """Without alerts for a while it is calm; a kind that arrives again and again is not."""
    env, limits = {"ALERT_URL": "{alert_url}"}, {"alert_s": 0.4}
    driver = drive(mailbox.settings(env=env, limits=limits, ready="GET /healthz"))

    def alert(*_: object) -> Response:
        return Response(status=httpx.post(driver.fiskil.alerts.url, json={"alert": "down"}, timeout=30).status_code)

    server.expect_request("/healthz").respond_with_handler((lambda _: Response()) if is_calm else alert)
    driver.before_step = lambda number, *_: alert() if number == 3 else None

    *_, over = read(driver, "calm", "idle", "good", "failing", "recovered", "over")

    assert over.is_calm is is_calm
