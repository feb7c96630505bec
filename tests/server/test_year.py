"""A year on the clock in one go, for an app's server that holds what it was given on the first day."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import httpx
import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Consent, Event
from fiskil_harness.server.local_fiskil import LocalFiskil

DAY = timedelta(days=1)


@pytest.fixture
def year(fiskil: LocalFiskil) -> Iterator["Year"]:
    """A year that begins with a bank's consent of 90 days, and a retailer's of a year."""
    began = Year(fiskil)
    yield began
    began.client.close()


class Year:
    """What was given on the first day, and the events of the days that follow."""

    def __init__(self, fiskil: LocalFiskil) -> None:
        self.fiskil, self.sandbox = fiskil, fiskil.sandbox
        self.began = self.sandbox.clock.now()
        self.client = httpx.Client(base_url=fiskil.api_url, trust_env=False, timeout=60)
        self.renew_token()
        self.bank = self._consent("rosa", "88888", days=90)
        self.retailer = self._consent("rosa", "99999", days=365)
        self.invited = self.client.post(
            "/v1/auth/session", json={"end_user_id": self.bank.end_user_id, "redirect_uri": "", "cancel_uri": ""}
        ).json()

    def renew_token(self) -> None:
        """Exchange the key pair for a token that is good now."""
        given = self.fiskil.credentials
        pair = {"client_id": given.client_id, "client_secret": given.client_secret}
        self.client.headers["authorization"] = "Bearer " + self.client.post("/v1/token", json=pair).json()["token"]

    def pass_to(self, day: float) -> None:
        """Let the clock go to so many days after the beginning."""
        self.sandbox.clock.advance_to(self.began + day * DAY)

    def status(self, consent: Consent, path: str) -> int:
        """What a data call is answered with the token as it is."""
        return self.client.get(path, params={"end_user_id": consent.end_user_id}).status_code

    def energy(self, path: str, root: str) -> list[dict[str, str]]:
        """What is listed under a token of that moment."""
        self.renew_token()
        query = {"end_user_id": self.retailer.end_user_id, "page[size]": "1000"}
        found: list[dict[str, str]] = self.client.get(f"/v1/energy/{path}", params=query).json()[root]
        return found

    def transactions(self, status: str) -> set[str]:
        """The ids of the bank's rows with a status, as they were synced last."""
        self.renew_token()
        query = {"end_user_id": self.bank.end_user_id, "status": status, "page[size]": "1000"}
        return {
            value["fiskil_id"] for value in self.client.get("/v1/banking/transactions", params=query).json()["transactions"]
        }

    def events(self, consent: Consent) -> list[Event]:
        """What was told of a consent."""
        return [event for event in self.sandbox.events if event.consent_id == consent.arrangement_id]

    def _consent(self, name: str, institution_id: str, *, days: int) -> Consent:
        self.sandbox.configure(consent_days=days)
        person = self.sandbox.admit(catalog.person(name))
        return self.sandbox.authorise(self.sandbox.create_end_user(person), person, institution_id=institution_id)


def day_of(year: Year, at: datetime) -> int:
    """The day of the year that an instant lies in; the first is 0."""
    return (at - year.began) // DAY


def test_a_year_goes_by_in_its_order(year: Year) -> None:
    """Tokens die, PENDING becomes POSTED, then sessions die, then consents; bills come all along, each on its day.

    Source: token.lifetime, data.pending-posted, auth-session.lifetime, sync.recurrence, consents.expiry-event,
    energy.bill-days
    """
    fresh = year.status(year.bank, "/v1/banking/accounts")
    year.pass_to(0.001)
    waiting = year.transactions("PENDING")
    year.pass_to(0.02)
    stale = year.status(year.bank, "/v1/banking/accounts")
    year.pass_to(4.9)
    open_page = year.client.get(year.invited["auth_url"]).status_code
    posted, waiting_still = year.transactions("POSTED"), year.transactions("PENDING")
    year.pass_to(5.01)
    dead_page = year.client.get(year.invited["auth_url"]).status_code
    bills = [len(year.energy("invoice", "invoices"))]
    year.pass_to(89.9)
    alive = year.sandbox.consents_of(year.bank.end_user_id)[0].is_active
    year.pass_to(90.01)
    over = year.sandbox.consents_of(year.bank.end_user_id)[0].is_active
    bills.append(len(year.energy("invoice", "invoices")))
    year.pass_to(364.9)
    bills.append(len(year.energy("invoice", "invoices")))
    reads = {row["read_start_date"] for row in year.energy("usage", "usage")}
    synced = [event.publish_time for event in year.events(year.retailer) if event.kind == "energy.usage.sync.completed"]
    year.pass_to(366)

    assert waiting
    assert waiting <= posted
    assert not waiting & waiting_still
    assert (fresh, stale, open_page, dead_page) == (200, 401, 200, 410)
    assert (alive, over) == (True, False)
    assert [bills[1] - bills[0] in {2, 3}, bills[2] - bills[0] in {11, 12}] == [True, True]
    assert max(reads) == (synced[-1] - DAY).date().isoformat()
    assert year.energy("invoice", "invoices") == []
    told = [event.publish_time for event in year.sandbox.events]
    assert told == sorted(told)


def test_each_consent_is_told_to_its_last_day(year: Year) -> None:
    """Every dataset once a day while the consent lasts, its end once, and nothing ever after. Source: sync.recurrence"""
    year.pass_to(400)

    bank, retailer = year.events(year.bank), year.events(year.retailer)

    assert [event.kind for event in bank].count("banking.transactions.sync.completed") == 90
    assert [event.kind for event in retailer].count("energy.usage.sync.completed") == 365
    assert [(event.kind, day_of(year, event.publish_time)) for event in (bank[-1], retailer[-1])] == [
        ("consent.revoked", 90),
        ("consent.revoked", 365),
    ]
