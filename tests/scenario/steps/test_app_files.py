"""The step that takes up what an app leaves beside its log: metrics as text, alerts as they came, files that it wrote."""

from collections.abc import Callable

import httpx
from pytest_httpserver import HTTPServer

from fiskil_harness.journal import Filed, Journal, Reported
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.mailbox import Mailbox


def performed(driver: Driver) -> Journal:
    """The journal of a scenario of that step alone, after which somebody else comes."""
    journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=(steps.CollectOutputs(),), probes=()))
    assert not crashed
    return journal


def test_metrics_are_read_as_text(server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """Whatever they are: a label may hold what no sample shows."""
    server.expect_request("/metrics").respond_with_data("# HELP x secret\nno metrics")
    driver = drive(mailbox.settings(observe={"metrics": "GET /metrics"}))

    assert [(reported.place, reported.text) for reported in performed(driver).all(Reported)] == [
        ("metrics", b"# HELP x secret\nno metrics")
    ]


def test_metrics_that_fail_say_so(server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """What they would have shown nobody knows."""
    server.expect_request("/metrics").respond_with_data("down", status=500)
    driver = drive(mailbox.settings(observe={"metrics": "GET /metrics"}))

    assert [(reported.text, reported.problem) for reported in performed(driver).all(Reported)] == [
        (b"down", "app.observe.metrics answered 500")
    ]


def test_without_hooks_and_files_there_is_nothing(driver: Driver) -> None:
    """What is not there leaves no entry."""
    journal = performed(driver)

    assert (journal.all(Reported), journal.all(Filed)) == ([], [])


def test_an_alert_is_taken_up_with_its_address_and_headers(mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """A secret may stand in each of them; alerts of earlier scenarios are not this one's."""
    driver = drive(mailbox.settings())
    httpx.post(f"{driver.fiskil.alerts.url}/earlier", content=b"old")

    def alert(number: int, _scenario: object, _journal: object) -> None:
        httpx.post(f"{driver.fiskil.alerts.url}/hook?key={number}", content=b"body", headers={"X-Key": "k"})

    driver.before_step = alert

    (told,) = performed(driver).all(Reported)
    assert told.place == "an alert"
    assert told.text.startswith(b"/hook?key=0\n")
    assert b"\nx-key: k\n" in told.text.lower()
    assert told.text.endswith(b"\n\nbody")


def test_telemetry_that_cannot_be_read_says_so(mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """It is taken up with what is missing of it."""
    driver = drive(mailbox.settings())

    def export(_number: int, _scenario: object, _journal: object) -> None:
        headers = {"content-type": "application/json", "content-encoding": "br"}
        httpx.post(f"{driver.fiskil.telemetry.url}/v1/traces", content=b"{}", headers=headers)

    driver.before_step = export

    (told,) = performed(driver).all(Reported)
    assert (told.place, told.problem) == ("telemetry", "the content encoding is br; OTLP allows gzip or none")


def test_files_are_taken_up(mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """Those that the app wrote in its folder, and none of the harness's own."""
    driver = drive(mailbox.settings())
    (driver.app.workdir / "trace.log").write_bytes(b"before\n")

    def write(_number: int, _scenario: object, _journal: object) -> None:
        (driver.app.workdir / "trace.log").write_bytes(b"before\nafter\n")

    driver.before_step = write

    assert [(filed.name, filed.text) for filed in performed(driver).all(Filed)] == [("trace.log", b"after\n")]
