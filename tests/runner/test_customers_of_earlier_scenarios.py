"""An app that stores its customers is not confused by the customers of an earlier scenario."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fiskil_harness import probes
from fiskil_harness.core.config import Settings, parse
from fiskil_harness.journal import Exchange
from fiskil_harness.probes import Verdict
from fiskil_harness.runner.driver import Driver
from fiskil_harness.runner.worker import AGAIN_AFTER, Worker
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, feed_settings
from tests.paths import APPS

LINKED = Scenario(
    name="linked",
    practices=("webhooks.prompt-2xx",),
    steps=(steps.Authorise(), steps.Deliver()),
    probes=(probes.AcknowledgesGenuine(),),
)


def settings(*, command: str = "{python} tenancy.py {port}", **environment: str) -> Settings:
    """Return settings for ``tests/apps/tenancy.py``."""
    values = {name.upper(): f"{{{name}}}" for name in ("client_id", "client_secret")}
    raw: dict[str, Any] = {
        "command": command,
        "env": {**values, "API": "{api_url}", "STORE": "{workdir}/customers.json", **environment},
        "drive": {
            "start_session": {"request": "POST /link", "json": {"email": "{end_user_email}"}, "session": "$.auth_url"}
        },
        "limits": {"ack_s": 5, "request_deadline_s": 20},
    }
    return parse({"app": raw}, folder=APPS)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Callable[[Settings], Worker]]:
    """Make workers that are closed at the end of the test."""
    workers: list[Worker] = []

    def make(settings: Settings) -> Worker:
        workers.append(Worker(settings, seed=7, folder=tmp_path / f"worker-{len(workers)}"))
        return workers[-1]

    yield make
    for worker in workers:
        worker.close()


def test_a_customer_has_another_address_in_each_scenario(work: Callable[[Settings], Worker]) -> None:
    """An app that registers one end user for each address registers another one in the next scenario."""
    worker = work(settings())

    played = [worker.play(LINKED) for _ in range(2)]

    assert [each.outcome.verdict for each in played] == [Verdict.PASS, Verdict.PASS]
    assert not any(each.measure.notes for each in played)


def test_twins_have_different_addresses(drive: Callable[..., Driver]) -> None:
    """An app that knows one end user for each address does not take two participants for one."""
    feed = Feed()
    scenario = Scenario(name="two", practices=(), steps=(steps.Authorise(), steps.Authorise(twin="b")), probes=())

    journal, _ = drive(feed_settings(), given=feed).perform(scenario)

    bodies = [call.request_body for call in journal.all(Exchange) if call.route == "end_users.create"]
    assert len(set(bodies)) == 2


def test_an_app_that_links_the_end_user_of_an_earlier_scenario_starts_again(work: Callable[[Settings], Worker]) -> None:
    """If the app always uses the same customer, each scenario begins with an empty app."""
    worker = work(settings(FIXED_EMAIL="one@example.com"))

    worker.play(LINKED)
    played = worker.play(LINKED)

    assert played.outcome.verdict is Verdict.PASS
    assert [note.startswith(AGAIN_AFTER) for note in played.measure.notes] == [True]


def test_an_end_user_of_an_earlier_scenario_is_named_as_the_cause(
    work: Callable[[Settings], Worker], tmp_path: Path
) -> None:
    """If the app stores its customers elsewhere, an empty folder does not help; the reason names the refused call."""
    worker = work(settings(FIXED_EMAIL="one@example.com", STORE=str(tmp_path / "customers.json")))

    worker.play(LINKED)
    played = worker.play(LINKED)

    assert [finding.observed for finding in played.outcome.findings if "auth session" in finding.observed] == [
        "step 1 (authorise) could not be done: The app opened no auth session: start_session returned 502. "
        "Before that, the API responded 404 to POST /v1/auth/session, because the end user is one of an earlier scenario."
    ]
