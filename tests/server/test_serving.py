"""``serve`` delivers webhooks in real time, along the retry schedule, to one receiver."""

import operator
import re
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.core import catalog
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import Clock, wait_until
from fiskil_harness.errors import UnsafeTarget, UsageError
from fiskil_harness.faults.expression import rules_of
from fiskil_harness.journal import Bite
from fiskil_harness.sandbox.consents import sessions
from fiskil_harness.sandbox.consents.console import VERSIONS
from fiskil_harness.server.exchange_log import EXCHANGES_KEPT
from fiskil_harness.server.serving import LocalServer
from fiskil_harness.webhooks.delivery_log import Record
from tests.plain_http import plain_client

SLOW_SYNCS = Interpretations({"sync.latency": "minutes"})
"""No sync completes during a test, even on a busy machine, so that no event comes by itself."""


@pytest.fixture
def receiver() -> Iterator[HTTPServer]:
    """A receiver whose responses the test defines."""
    with HTTPServer(host="127.0.0.1", port=0) as server:
        yield server


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., LocalServer]]:
    """Start ``serve``; everything is closed at the end of the test."""
    running: list[LocalServer] = []

    def start(**options: object) -> LocalServer:
        running.append(LocalServer(workdir=tmp_path, interpretations=SLOW_SYNCS, **options))  # type: ignore[arg-type]
        return running[-1]

    yield start
    for serving in running:
        serving.close()


def test_the_api_serves_tls_on_request(serve: Callable[..., LocalServer]) -> None:
    """The environment names the file of the authority with the variable that clients read."""
    serving = serve(is_tls=True)
    environment = dict(line.partition("=")[::2] for line in serving.environment().splitlines())

    context = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
    response = httpx.get(f"{environment['FISKIL_BASE_URL']}/v1/institutions", verify=context, trust_env=False, timeout=30)

    assert environment["FISKIL_BASE_URL"].startswith("https://")
    assert response.status_code == 400


def test_a_refused_frame_is_passed_on(serve: Callable[..., LocalServer]) -> None:
    """``serve`` receives the report of a browser; origins that it was given may embed the page. Source: page.embedding"""
    origins: list[str] = []
    serving = serve(embed_from=("http://app.test:8000/",), on_frame_refused=origins.append)
    end_user = serving.fiskil.enrol("rosa")
    with serving.fiskil.sandbox.store.changing() as store:
        session = sessions.open_session(
            store, end_user_id=end_user.end_user_id, redirect_uri="http://shop.test/", cancel_uri=""
        )

    page = httpx.get(serving.fiskil.auth_url, params={"sess_id": session.session_id}, trust_env=False, timeout=30)
    policy = page.headers["content-security-policy"]
    httpx.post(
        serving.fiskil.auth_url + policy.rpartition("report-uri ")[2],
        json={"csp-report": {"effective-directive": "frame-ancestors"}},
        headers={"referer": "http://other.test/"},
        trust_env=False,
        timeout=30,
    )

    assert "; frame-ancestors http://shop.test http://app.test:8000; " in policy
    assert origins == ["http://other.test"]


def test_the_same_seed_gives_the_same_ids_at_every_start(serve: Callable[..., LocalServer]) -> None:
    """An app's database fits the next start: end users, consents and rows keep their ids; the client secret is new."""
    ids, secrets = [], set()
    for _ in range(2):
        fiskil = serve(seed=5).fiskil
        consent = fiskil.sandbox.authorise(fiskil.sandbox.create_end_user(catalog.person("rosa")))
        rows = [row["transaction_id"] for row in map(msgspec.to_builtins, fiskil.sandbox.rows(consent, "transactions")[:9])]
        ids.append((fiskil.credentials.client_id, consent.end_user_id, consent.arrangement_id, rows))
        secrets.add(fiskil.credentials.client_secret)

    assert ids[0] == ids[1]
    assert len(secrets) == 2


def test_a_payment_on_a_business_day_has_the_same_ids_on_another_day(serve: Callable[..., LocalServer]) -> None:
    """A start on the next day moves purchases by a day; the salary stays, also in the app's database."""
    now, ids = datetime(2026, 6, 10, 2, tzinfo=UTC), []
    for days in (0, 1, 9):
        fiskil = serve(clock=Clock(real=partial(operator.add, now, timedelta(days=days)))).fiskil
        consent = fiskil.sandbox.authorise(fiskil.sandbox.create_end_user(catalog.person("rosa")))
        fiskil.sandbox.sync(consent, "transactions")
        rows = fiskil.sandbox.rows(consent, "transactions")
        salary = [row for row in rows if "SALARY" in row.description and row.posting_date_time.startswith("2026-05")]
        ids.append([(row.fiskil_id, row.transaction_id, row.posting_date_time) for row in salary])

    assert len(ids[0]) >= 2
    assert ids[0] == ids[1] == ids[2]


@pytest.mark.parametrize("version", VERSIONS)
def test_the_account_is_pinned_to_a_version(serve: Callable[..., LocalServer], version: str) -> None:
    """Without the header the pinned version responds, with it the requested one. Source: versions.pin"""
    serving = serve(version=version)
    serving.fiskil.reset()
    credentials = serving.fiskil.credentials
    pair = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}

    with plain_client(base_url=serving.fiskil.api_url) as client:
        client.headers["authorization"] = f"Bearer {client.post('/v1/token', json=pair).json()['token']}"
        pinned, requested = client.get("/v1/end-users"), client.get("/v1/end-users", headers={"x-fiskil-version": "v1"})

    assert pinned.headers["x-fiskil-version"] == version
    assert isinstance(pinned.json(), dict if version == "v3" else list)
    assert isinstance(requested.json(), list)


def test_each_bite_is_reported_with_its_fault_as_text(serve: Callable[..., LocalServer]) -> None:
    """Faults that never fired are listed with the reason, and a reset lifts all faults."""
    bites: list[Bite] = []
    rules = [*rules_of("institutions.list: status 503 retry after 2 s"), *rules_of("token: stall")]
    serving = serve(faults=rules, on_bite=bites.append)

    httpx.get(f"{serving.fiskil.api_url}/v1/institutions", trust_env=False, timeout=30)

    assert wait_until(lambda: bites, cap_s=30)
    assert [(bite.fault, bite.route, bite.request_number) for bite in bites] == [
        ("status 503 retry after 2 s", "institutions.list", 1)
    ]
    assert serving.log.faults_without_bite() == [("token: stall", "nothing matched it")]
    serving.fiskil.reset()
    assert serving.log.faults_without_bite() == []


def test_events_are_delivered_automatically(serve: Callable[..., LocalServer], receiver: HTTPServer) -> None:
    """Each event of the sandbox is delivered to the receiver without a request."""
    receiver.expect_request("/hook").respond_with_data("", status=204)
    serving = serve(webhook_url=receiver.url_for("/hook"))

    serving.fiskil.authorise(serving.fiskil.enrol("rosa"), is_synced=False)

    assert wait_until(lambda: receiver.log, cap_s=30)
    assert receiver.log[0][0].get_json()["data"]["event"] == "consent.received"


def test_a_refused_delivery_is_retried_when_it_is_due(serve: Callable[..., LocalServer], receiver: HTTPServer) -> None:
    """Advancing the clock makes the next attempt due, and it is acknowledged."""
    for status in (503, 204):
        receiver.expect_ordered_request("/hook").respond_with_data("", status=status)
    serving = serve(webhook_url=receiver.url_for("/hook"))
    serving.fiskil.authorise(serving.fiskil.enrol("rosa"), is_synced=False)
    assert wait_until(serving._deliveries, cap_s=30)

    httpx.post(f"{serving.control_url}/_sandbox/clock/advance", json={"minutes": 1}, trust_env=False, timeout=30)

    assert wait_until(lambda: len(serving._deliveries()) > 1, cap_s=30)
    deliveries = httpx.get(f"{serving.control_url}/_sandbox/state", trust_env=False, timeout=30).json()["deliveries"]
    attempts = [delivery for delivery in deliveries if delivery["event"] == "consent.received"]
    assert [(delivery["attempt"], delivery["status"]) for delivery in attempts] == [(1, 503), (2, 204)]
    assert [bool(delivery["next_attempt_at"]) for delivery in attempts] == [True, False]


def test_a_reset_drops_pending_messages(serve: Callable[..., LocalServer], receiver: HTTPServer) -> None:
    """After a reset no attempt is made for an earlier event."""
    receiver.expect_request("/hook").respond_with_data("", status=503)
    serving = serve(webhook_url=receiver.url_for("/hook"))
    serving.fiskil.authorise(serving.fiskil.enrol("rosa"), is_synced=False)
    assert wait_until(serving._deliveries, cap_s=30)

    httpx.post(f"{serving.control_url}/_sandbox/reset", trust_env=False, timeout=30)

    assert serving._deliveries() == []
    httpx.post(f"{serving.control_url}/_sandbox/clock/advance", json={"minutes": 30}, trust_env=False, timeout=30)
    serving.fiskil.authorise(serving.fiskil.enrol("ben"), is_synced=False)
    assert wait_until(serving._deliveries, cap_s=30)
    assert [delivery["attempt"] for delivery in serving._deliveries()] == [1]


def delivery_log(serving: LocalServer) -> list[dict[str, Any]]:
    """Return the delivery log from the control API."""
    deliveries: list[dict[str, Any]] = httpx.get(
        f"{serving.control_url}/_sandbox/deliveries", trust_env=False, timeout=30
    ).json()["deliveries"]
    return deliveries


def test_every_attempt_is_logged(serve: Callable[..., LocalServer], receiver: HTTPServer) -> None:
    """The log has kind, number, status, times and sizes of each attempt, and the callback gets the same record."""
    receiver.expect_request("/hook").respond_with_data("sorry", status=503)
    records: list[Record] = []
    serving = serve(webhook_url=receiver.url_for("/hook"), on_delivery=records.append)
    serving.fiskil.authorise(serving.fiskil.enrol("rosa"), is_synced=False)
    assert wait_until(lambda: records, cap_s=30)

    (delivery,) = delivery_log(serving)

    assert (delivery["event"], delivery["attempt"], delivery["status"], delivery["how"]) == (
        "consent.received",
        1,
        503,
        "scheduled",
    )
    assert (delivery["bytes_sent"], delivery["bytes_received"]) == (len(receiver.log[0][0].get_data()), len("sorry"))
    assert delivery["latency_ms"] > 0
    assert delivery == msgspec.to_builtins(records[0])


def test_compressed_delays_pass_in_real_time(serve: Callable[..., LocalServer], receiver: HTTPServer) -> None:
    """Half an hour of attempts takes a second, and the event is discarded; sandbox time is not moved."""
    receiver.expect_request("/hook").respond_with_data("", status=503)
    serving = serve(webhook_url=receiver.url_for("/hook"), compress=3600)
    serving.fiskil.authorise(serving.fiskil.enrol("rosa"), is_synced=False)

    assert wait_until(lambda: len(serving._deliveries()) == 5, cap_s=60)

    assert [delivery["attempt"] for delivery in delivery_log(serving)] == [1, 2, 3, 4, 5]
    assert [delivery["is_discarded"] for delivery in delivery_log(serving)] == [False, False, False, False, True]
    assert serving.fiskil.sandbox.clock.offset.total_seconds() == 0


def test_a_discarded_message_is_delivered_by_hand(serve: Callable[..., LocalServer], receiver: HTTPServer) -> None:
    """The attempt has the message id and the last number, and an unknown id is refused."""
    receiver.expect_request("/hook").respond_with_data("", status=503)
    serving = serve(webhook_url=receiver.url_for("/hook"), compress=3600)
    serving.fiskil.authorise(serving.fiskil.enrol("rosa"), is_synced=False)
    assert wait_until(lambda: len(serving._deliveries()) == 5, cap_s=60)
    receiver.clear()
    receiver.expect_request("/hook").respond_with_data("", status=204)
    message_id = delivery_log(serving)[0]["message_id"]

    url = f"{serving.control_url}/_sandbox/deliveries"
    delivery = httpx.post(url, json={"message_id": message_id}, trust_env=False, timeout=30).json()
    refused = httpx.post(url, json={"message_id": "1"}, trust_env=False, timeout=30)

    assert (delivery["message_id"], delivery["attempt"], delivery["status"], delivery["how"]) == (
        message_id,
        5,
        204,
        "by hand",
    )
    assert delivery["is_discarded"] is False
    assert delivery_log(serving)[-1] == delivery
    assert (refused.status_code, refused.json()["error"][:16]) == (400, "No message '1'. ")


def test_redelivery_needs_a_receiver(serve: Callable[..., LocalServer]) -> None:
    """The error states which option is missing."""
    refused = httpx.post(f"{serve().control_url}/_sandbox/deliveries", json={"message_id": "1"}, trust_env=False, timeout=30)

    assert refused.json()["error"] == "serve has no webhook receiver. Start it with --webhook-url."


@pytest.mark.parametrize("compress", [0.5, 3601])
def test_the_divisor_of_delays_has_bounds(serve: Callable[..., LocalServer], compress: float) -> None:
    """Delays cannot be lengthened, and the divisor has a maximum."""
    with pytest.raises(UsageError, match=r"Delays can be divided by 1 to 3600, got"):
        serve(compress=compress)


def test_the_environment_contains_what_an_app_needs(serve: Callable[..., LocalServer]) -> None:
    """Every line is NAME=value, and the addresses are those that listen."""
    serving = serve()

    lines = serving.environment().splitlines()[1:]

    pairs = dict(line.split("=", 1) for line in lines)
    assert pairs["FISKIL_BASE_URL"] == serving.fiskil.api_url
    assert pairs["FISKIL_CLIENT_SECRET"] == serving.fiskil.credentials.client_secret
    assert all(re.fullmatch(r"[A-Z_]+", name) for name in pairs)


def test_a_port_in_use_is_an_error(serve: Callable[..., LocalServer]) -> None:
    """The error names the port."""
    taken = serve().fiskil.api_url.rpartition(":")[2]

    with pytest.raises(UsageError, match=f"Port {taken} is in use"):
        serve(control_port=int(taken))


def test_webhooks_are_sent_to_this_machine_only(serve: Callable[..., LocalServer]) -> None:
    """Another address is rejected before a port opens."""
    with pytest.raises(UnsafeTarget, match="not loopback"):
        serve(webhook_url="http://192.0.2.1/hook")


def test_the_newest_exchanges_are_listed_without_secrets(serve: Callable[..., LocalServer]) -> None:
    """The list of the app's requests is bounded, contains no secret, and is emptied by a reset."""
    serving = serve()
    pair = {"client_id": serving.fiskil.credentials.client_id, "client_secret": serving.fiskil.credentials.client_secret}
    with plain_client() as client:
        token = client.post(f"{serving.fiskil.api_url}/v1/token", json=pair).json()["token"]
        for number in range(EXCHANGES_KEPT):
            client.get(f"{serving.fiskil.api_url}/v1/institutions/{number}", headers={"authorization": f"Bearer {token}"})

        listing = client.get(f"{serving.control_url}/_sandbox/exchanges")
        client.post(f"{serving.control_url}/_sandbox/reset")
        after = client.get(f"{serving.control_url}/_sandbox/exchanges").json()

    exchanges = listing.json()["exchanges"]
    assert len(exchanges) == EXCHANGES_KEPT
    assert (exchanges[-1]["route"], exchanges[-1]["path"]) == ("institutions.get", f"/v1/institutions/{EXCHANGES_KEPT - 1}")
    assert token not in listing.text
    assert pair["client_secret"] not in listing.text
    assert after == {"exchanges": []}


@pytest.mark.slow
def test_serving_imports_only_what_it_needs() -> None:
    """Slow libraries for generated people, plans, certificates and tests are imported only when used."""
    heavy = ["faker", "hypothesis", "pytest", "schemathesis", "trustme", "cryptography", "rich"]
    program = f"""
import sys, tempfile, pathlib
import fiskil_harness.cli.serve
from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.server.serving import LocalServer
with tempfile.TemporaryDirectory() as folder:
    serving = LocalServer(workdir=pathlib.Path(folder))
    print([name for name in {heavy!r} if name in sys.modules])
    serving.close()
"""

    completed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=500)

    assert completed.stdout == "[]\n"
