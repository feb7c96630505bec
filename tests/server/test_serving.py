"""Serving in real time: webhooks come by themselves, along the retry schedule, to one receiver."""

import re
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import wait_until
from fiskil_harness.errors import UnsafeTarget, UsageError
from fiskil_harness.faults.expression import rules_of
from fiskil_harness.journal import Bite
from fiskil_harness.server.exchange_log import EXCHANGES_KEPT
from fiskil_harness.server.serving import Serving
from fiskil_harness.webhooks.delivery_log import Record

NOTHING_BY_ITSELF = Interpretations({"sync.latency": "minutes"})
"""No data becomes ready, and so is no event, while a test goes on, however busy the machine is."""


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    """A receiver that answers as it is told."""
    with HTTPServer(host="127.0.0.1", port=0) as server:
        yield server


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    """Start serving; everything is closed at the end of the test."""
    running: list[Serving] = []

    def start(**options: object) -> Serving:
        running.append(Serving(workdir=tmp_path, interpretations=NOTHING_BY_ITSELF, **options))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for serving in running:
        serving.close()


def test_the_api_speaks_tls_on_demand(serve: Callable[..., Serving]) -> None:
    """Under an authority that the environment names, as clients look for it."""
    serving = serve(is_tls=True)
    told = dict(line.partition("=")[::2] for line in serving.environment().splitlines())

    context = ssl.create_default_context(cafile=told["SSL_CERT_FILE"])
    answer = httpx.get(f"{told['FISKIL_BASE_URL']}/v1/institutions", verify=context, trust_env=False)

    assert told["FISKIL_BASE_URL"].startswith("https://")
    assert answer.status_code == 400


def test_each_bite_is_told_in_the_words_of_its_fault(serve: Callable[..., Serving]) -> None:
    """Faults wait from the beginning; those that nothing met are named with the reason, and a reset lifts them all."""
    told: list[Bite] = []
    rules = [*rules_of("institutions.list: status 503 retry after 2 s"), *rules_of("token: stall")]
    serving = serve(faults=rules, tell_bite=told.append)

    httpx.get(f"{serving.fiskil.api_url}/v1/institutions", trust_env=False)

    assert wait_until(lambda: told, cap_s=30)
    assert [(bite.fault, bite.route, bite.request_number) for bite in told] == [
        ("status 503 retry after 2 s", "institutions.list", 1)
    ]
    assert serving.log.unbitten() == [("token: stall", "nothing matched it")]
    serving.fiskil.reset()
    assert serving.log.unbitten() == []


def test_events_are_delivered_by_themselves(serve: Callable[..., Serving], receiver: HTTPServer) -> None:
    """Whatever happens in the sandbox reaches the receiver without anybody asking."""
    receiver.expect_request("/hook").respond_with_data("", status=204)
    serving = serve(webhook_url=receiver.url_for("/hook"))

    serving.fiskil.authorise(serving.fiskil.enrol("rosa"), is_synced=False)

    assert wait_until(lambda: receiver.log, cap_s=30)
    assert receiver.log[0][0].get_json()["data"]["event"] == "consent.received"


def test_what_is_refused_is_retried_when_its_time_has_come(serve: Callable[..., Serving], receiver: HTTPServer) -> None:
    """Advancing the clock makes the next attempt due, and it is acknowledged."""
    for status in (503, 204):
        receiver.expect_ordered_request("/hook").respond_with_data("", status=status)
    serving = serve(webhook_url=receiver.url_for("/hook"))
    serving.fiskil.authorise(serving.fiskil.enrol("rosa"), is_synced=False)
    assert wait_until(serving._deliveries, cap_s=30)

    httpx.post(f"{serving.control_url}/_sandbox/clock/advance", json={"minutes": 1}, trust_env=False)

    assert wait_until(lambda: len(serving._deliveries()) > 1, cap_s=30)
    told = httpx.get(f"{serving.control_url}/_sandbox/state", trust_env=False).json()["deliveries"]
    first = [value for value in told if value["event"] == "consent.received"]
    assert [(value["attempt"], value["status"]) for value in first] == [(1, 503), (2, 204)]
    assert [bool(value["next_attempt_at"]) for value in first] == [True, False]


def test_a_reset_forgets_what_was_under_way(serve: Callable[..., Serving], receiver: HTTPServer) -> None:
    """No attempt follows for an event of a sandbox that has forgotten it."""
    receiver.expect_request("/hook").respond_with_data("", status=503)
    serving = serve(webhook_url=receiver.url_for("/hook"))
    serving.fiskil.authorise(serving.fiskil.enrol("rosa"), is_synced=False)
    assert wait_until(serving._deliveries, cap_s=30)

    httpx.post(f"{serving.control_url}/_sandbox/reset", trust_env=False)

    assert serving._deliveries() == []
    httpx.post(f"{serving.control_url}/_sandbox/clock/advance", json={"minutes": 30}, trust_env=False)
    serving.fiskil.authorise(serving.fiskil.enrol("ben"), is_synced=False)
    assert wait_until(serving._deliveries, cap_s=30)
    assert [delivery["attempt"] for delivery in serving._deliveries()] == [1]


def told(serving: Serving) -> list[dict[str, Any]]:
    """The delivery log as the control API tells it."""
    found: list[dict[str, Any]] = httpx.get(f"{serving.control_url}/_sandbox/deliveries", trust_env=False).json()[
        "deliveries"
    ]
    return found


def test_every_attempt_is_logged(serve: Callable[..., Serving], receiver: HTTPServer) -> None:
    """By kind, with number, status, times and sizes; and told to whoever asked to be."""
    receiver.expect_request("/hook").respond_with_data("sorry", status=503)
    heard: list[Record] = []
    serving = serve(webhook_url=receiver.url_for("/hook"), tell=heard.append)
    serving.fiskil.authorise(serving.fiskil.enrol("rosa"), is_synced=False)
    assert wait_until(lambda: heard, cap_s=30)

    (one,) = told(serving)

    assert (one["event"], one["attempt"], one["status"], one["how"]) == ("consent.received", 1, 503, "scheduled")
    assert (one["bytes_sent"], one["bytes_received"]) == (len(receiver.log[0][0].get_data()), len("sorry"))
    assert one["latency_ms"] > 0
    assert one == msgspec.to_builtins(heard[0])


def test_compressed_waits_pass_by_themselves(serve: Callable[..., Serving], receiver: HTTPServer) -> None:
    """Half an hour of attempts is over in a second, and the event discarded; sandbox time goes as it always does."""
    receiver.expect_request("/hook").respond_with_data("", status=503)
    serving = serve(webhook_url=receiver.url_for("/hook"), compress=3600)
    serving.fiskil.authorise(serving.fiskil.enrol("rosa"), is_synced=False)

    assert wait_until(lambda: len(serving._deliveries()) == 5, cap_s=60)

    assert [row["attempt"] for row in told(serving)] == [1, 2, 3, 4, 5]
    assert [row["is_discarded"] for row in told(serving)] == [False, False, False, False, True]
    assert serving.fiskil.sandbox.clock.offset.total_seconds() == 0


def test_a_discarded_message_is_delivered_by_hand(serve: Callable[..., Serving], receiver: HTTPServer) -> None:
    """Under its id and with the last number; what nobody knows is refused with what there is."""
    receiver.expect_request("/hook").respond_with_data("", status=503)
    serving = serve(webhook_url=receiver.url_for("/hook"), compress=3600)
    serving.fiskil.authorise(serving.fiskil.enrol("rosa"), is_synced=False)
    assert wait_until(lambda: len(serving._deliveries()) == 5, cap_s=60)
    receiver.clear()
    receiver.expect_request("/hook").respond_with_data("", status=204)
    message_id = told(serving)[0]["message_id"]

    url = f"{serving.control_url}/_sandbox/deliveries"
    made = httpx.post(url, json={"message_id": message_id}, trust_env=False).json()
    refused = httpx.post(url, json={"message_id": "1"}, trust_env=False)

    assert (made["message_id"], made["attempt"], made["status"], made["how"]) == (message_id, 5, 204, "by hand")
    assert made["is_discarded"] is False
    assert told(serving)[-1] == made
    assert (refused.status_code, refused.json()["error"][:16]) == (400, "No message '1'. ")


def test_without_a_receiver_nothing_is_delivered_again(serve: Callable[..., Serving]) -> None:
    """The answer says what to do."""
    refused = httpx.post(f"{serve().control_url}/_sandbox/deliveries", json={"message_id": "1"}, trust_env=False)

    assert refused.json()["error"] == "serve has no receiver. Start it with --webhook-url."


@pytest.mark.parametrize("compress", [0.5, 3601])
def test_waits_grow_no_longer(serve: Callable[..., Serving], compress: float) -> None:
    """Nor do they vanish."""
    with pytest.raises(UsageError, match=r"Waits can be divided by 1 to 3600, got"):
        serve(compress=compress)


def test_the_environment_is_what_an_app_needs(serve: Callable[..., Serving]) -> None:
    """Every line is NAME=value, and the addresses are those that listen."""
    serving = serve()

    lines = serving.environment().splitlines()[1:]

    pairs = dict(line.split("=", 1) for line in lines)
    assert pairs["FISKIL_BASE_URL"] == serving.fiskil.api_url
    assert pairs["FISKIL_CLIENT_SECRET"] == serving.fiskil.credentials.client_secret
    assert all(re.fullmatch(r"[A-Z_]+", name) for name in pairs)


def test_a_port_in_use_is_refused_and_nothing_is_left(serve: Callable[..., Serving]) -> None:
    """The complaint names the port."""
    taken = serve().fiskil.api_url.rpartition(":")[2]

    with pytest.raises(UsageError, match=f"Port {taken} is in use"):
        serve(control_port=int(taken))


def test_webhooks_go_to_this_machine_only(serve: Callable[..., Serving]) -> None:
    """Another address is refused before anything listens."""
    with pytest.raises(UnsafeTarget, match="not loopback"):
        serve(webhook_url="http://192.0.2.1/hook")


def test_the_newest_exchanges_are_told_and_no_secret(serve: Callable[..., Serving]) -> None:
    """Who works by hand sees what the app asked for; the record has a bound, and a reset empties it."""
    serving = serve()
    pair = {"client_id": serving.fiskil.credentials.client_id, "client_secret": serving.fiskil.credentials.client_secret}
    with httpx.Client(trust_env=False) as client:
        token = client.post(f"{serving.fiskil.api_url}/v1/token", json=pair).json()["token"]
        for number in range(EXCHANGES_KEPT):
            client.get(f"{serving.fiskil.api_url}/v1/institutions/{number}", headers={"authorization": f"Bearer {token}"})

        told = client.get(f"{serving.control_url}/_sandbox/exchanges")
        client.post(f"{serving.control_url}/_sandbox/reset")
        after = client.get(f"{serving.control_url}/_sandbox/exchanges").json()

    exchanges = told.json()["exchanges"]
    assert len(exchanges) == EXCHANGES_KEPT
    assert (exchanges[-1]["route"], exchanges[-1]["path"]) == ("institutions.get", f"/v1/institutions/{EXCHANGES_KEPT - 1}")
    assert token not in told.text
    assert pair["client_secret"] not in told.text
    assert after == {"exchanges": []}


@pytest.mark.slow
def test_serving_begins_without_what_it_does_not_need() -> None:
    """The first answer comes soon: what draws people, plans and certificates, and what runs tests, is loaded when used."""
    heavy = ["faker", "hypothesis", "pytest", "schemathesis", "trustme", "cryptography", "rich"]
    program = f"""
import sys, tempfile, pathlib
import fiskil_harness.cli.serve
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.server.serving import Serving
with tempfile.TemporaryDirectory() as folder:
    serving = Serving(workdir=pathlib.Path(folder))
    print([name for name in {heavy!r} if name in sys.modules])
    serving.close()
"""

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=500)

    assert done.stdout == "[]\n"
