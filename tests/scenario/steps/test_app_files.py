"""The step that collects what an app writes besides its log: metrics as text, alerts as received, and files."""

from collections.abc import Callable

import httpx
from pytest_httpserver import HTTPServer

from fiskil_harness.journal import FileWritten, Journal, Reported
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.mailbox import Mailbox


def collect(driver: Driver) -> Journal:
    """Return the journal of a scenario with only that step."""
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=(steps.CollectOutputs(),), probes=()))
    assert not crashed
    return journal


def test_metrics_are_read_as_text(server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """The text is recorded whatever it is: a label may contain what no sample shows."""
    server.expect_request("/metrics").respond_with_data("# HELP x secret\nno metrics")
    driver = drive(mailbox.settings(observe={"metrics": "GET /metrics"}))

    assert [(reported.place, reported.text) for reported in collect(driver).all(Reported)] == [
        ("metrics", b"# HELP x secret\nno metrics")
    ]


def test_a_failed_read_of_metrics_is_recorded(server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """The entry contains the body and the problem."""
    server.expect_request("/metrics").respond_with_data("down", status=500)
    driver = drive(mailbox.settings(observe={"metrics": "GET /metrics"}))

    assert [(reported.text, reported.problem) for reported in collect(driver).all(Reported)] == [
        (b"down", "app.observe.metrics returned 500")
    ]


def test_missing_outputs_leave_no_entry(driver: Driver) -> None:
    """Without hooks and files the journal has no such entries."""
    journal = collect(driver)

    assert (journal.all(Reported), journal.all(FileWritten)) == ([], [])


def test_an_alert_is_recorded_with_path_and_headers(mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """Each of them may contain a secret; alerts of earlier scenarios are not recorded."""
    driver = drive(mailbox.settings())
    httpx.post(f"{driver.fiskil.alerts.url}/earlier", content=b"old", timeout=30)

    def alert(number: int, _scenario: object, _journal: object) -> None:
        httpx.post(f"{driver.fiskil.alerts.url}/hook?key={number}", content=b"body", headers={"X-Key": "k"}, timeout=30)

    driver.before_step = alert

    (reported,) = collect(driver).all(Reported)
    assert reported.place == "an alert"
    assert reported.text.startswith(b"/hook?key=0\n")
    assert b"\nx-key: k\n" in reported.text.lower()
    assert reported.text.endswith(b"\n\nbody")


def test_unreadable_telemetry_is_recorded_with_a_problem(mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """The entry states why it cannot be read."""
    driver = drive(mailbox.settings())

    def export(_number: int, _scenario: object, _journal: object) -> None:
        headers = {"content-type": "application/json", "content-encoding": "br"}
        httpx.post(f"{driver.fiskil.telemetry.url}/v1/traces", content=b"{}", headers=headers, timeout=30)

    driver.before_step = export

    (reported,) = collect(driver).all(Reported)
    assert (reported.place, reported.problem) == ("telemetry", "the content encoding is br; OTLP allows gzip or none")


def test_files_are_recorded(mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """These are the files that the app wrote in its folder, without those of the harness."""
    driver = drive(mailbox.settings())
    (driver.app.workdir / "trace.log").write_bytes(b"before\n")

    def write(_number: int, _scenario: object, _journal: object) -> None:
        (driver.app.workdir / "trace.log").write_bytes(b"before\nafter\n")

    driver.before_step = write

    assert [(filed.name, filed.text) for filed in collect(driver).all(FileWritten)] == [("trace.log", b"after\n")]
