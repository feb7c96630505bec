"""Steps that plant something: what is in the messages, who signed them, and what is written down about it."""

import json
from collections.abc import Callable

import httpx

from fiskil_harness.journal import Canaries, CanaryPlanted, CanaryRequested, Delivery, Journal
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.webhooks import sign
from tests.apps.mailbox import Mailbox

Perform = Callable[..., tuple[Journal, str]]


def test_urls_stand_in_fields_headers_and_signatures(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """The first message is honest, the others are not; no two places share a URL."""
    journal, _ = perform(steps.Authorise(), steps.DeliverUrls())

    honest, forged, token = mailbox.requests
    data = mailbox.messages[0]["data"]
    secret = driver.fiskil.credentials.webhook_secret
    assert mailbox.signatures[0] == sign(mailbox.bodies[0], secret)
    assert (mailbox.signatures[1], mailbox.signatures[2].count(".")) == ("", 2)
    assert data["links"]["next"].startswith("http://127.0.0.1:")
    assert honest.headers["Link"] == f'<{honest.headers["Link"][1:].partition(">")[0]}>; rel="next"'
    assert forged.headers["Referer"] != honest.headers["Referer"]
    assert "Referer" not in token.headers
    laid = [(canary_planted.place, canary_planted.kind) for canary_planted in journal.all(CanaryPlanted)]
    assert len(laid) == len(set(laid)) == 32
    assert [delivery.name for delivery in journal.all(Delivery)] == ["urls", "urls", "urls_of_keys"]


def test_whoever_calls_such_a_url_is_written_down(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """By the place where it stood, whatever the method; other paths are nobody's."""
    journal, _ = perform(steps.Authorise(), steps.DeliverUrls())
    url = mailbox.messages[0]["data"]["links"]["next"]

    statuses = [httpx.head(url).status_code, httpx.get(url.rpartition("/")[0] + "/0").status_code]

    assert statuses == [200, 200]
    assert [(canary_requested.place, canary_requested.kind) for canary_requested in journal.all(CanaryRequested)] == [
        ("data.links.next", "genuine")
    ]


def test_account_numbers_are_real_and_whole(perform: Perform, driver: Driver, mailbox: Mailbox) -> None:
    """They are those of the end user's bank; what would have signed the forgery is not to be found either."""
    journal, _ = perform(steps.Authorise(), steps.DeliverAccountNumbers())

    honest, forged = mailbox.messages
    canaries: dict[str, tuple[str, ...]] = {}
    for each_canaries in journal.all(Canaries):
        canaries |= each_canaries.values
    numbers = [value["account_number"] for value in honest["data"]["accounts"]]
    assert numbers
    assert set(numbers) <= set(canaries["account number"])
    assert forged["data"]["accounts"] == honest["data"]["accounts"]
    assert canaries["expected signature"] == (sign(mailbox.bodies[1], driver.fiskil.credentials.webhook_secret),)
    assert mailbox.signatures[1] not in canaries["expected signature"]
    assert json.dumps(numbers) not in repr(journal.all(Canaries))
