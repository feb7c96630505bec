"""Steps that plant canaries: the content and the signatures of the messages, and the journal entries about them."""

import json
from collections.abc import Callable

import httpx

from fiskil_harness.journal import Canaries, CanaryPlanted, CanaryRequested, Delivery, Journal
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.webhooks import sign
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


def test_canary_urls_are_in_fields_headers_and_signatures(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """The first message is genuine, the others are forged; each place has its own URL."""
    journal, _ = perform(steps.Authorise(), steps.DeliverUrls())

    genuine, forged, token = mailbox.requests
    data = mailbox.messages[0]["data"]
    secret = driver.fiskil.credentials.webhook_secret
    assert mailbox.signatures[0] == sign(mailbox.bodies[0], secret)
    assert (mailbox.signatures[1], mailbox.signatures[2].count(".")) == ("", 2)
    assert data["links"]["next"].startswith("http://127.0.0.1:")
    assert genuine.headers["Link"] == f'<{genuine.headers["Link"][1:].partition(">")[0]}>; rel="next"'
    assert forged.headers["Referer"] != genuine.headers["Referer"]
    assert "Referer" not in token.headers
    planted = [(canary.place, canary.kind) for canary in journal.all(CanaryPlanted)]
    assert len(planted) == len(set(planted)) == 32
    assert [delivery.name for delivery in journal.all(Delivery)] == ["urls", "urls", "urls_of_keys"]


def test_a_request_to_a_canary_url_is_recorded(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """The entry names the place of the URL, whatever the method; other paths are not recorded."""
    journal, _ = perform(steps.Authorise(), steps.DeliverUrls())
    url = mailbox.messages[0]["data"]["links"]["next"]

    statuses = [httpx.head(url, timeout=30).status_code, httpx.get(url.rpartition("/")[0] + "/0", timeout=30).status_code]

    assert statuses == [200, 200]
    assert [(requested.place, requested.kind) for requested in journal.all(CanaryRequested)] == [
        ("data.links.next", "genuine")
    ]


def test_account_numbers_are_real_and_complete(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """They are those of the end user's bank; the right signature of the forgery is a canary as well."""
    journal, _ = perform(steps.Authorise(), steps.DeliverAccountNumbers())

    genuine, forged = mailbox.messages
    canaries: dict[str, tuple[str, ...]] = {}
    for entry in journal.all(Canaries):
        canaries |= entry.values
    numbers = [account["account_number"] for account in genuine["data"]["accounts"]]
    assert numbers
    assert set(numbers) <= set(canaries["account number"])
    assert forged["data"]["accounts"] == genuine["data"]["accounts"]
    assert canaries["expected signature"] == (sign(mailbox.bodies[1], driver.fiskil.credentials.webhook_secret),)
    assert mailbox.signatures[1] not in canaries["expected signature"]
    assert json.dumps(numbers) not in repr(journal.all(Canaries))
