"""A year of sandbox time for an app that keeps the token, session and consents of the first day."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from fiskil_harness.core import catalog
from fiskil_harness.core.model import Consent, Event
from fiskil_harness.server.local_fiskil import LocalFiskil
from tests.plain_http import plain_client

DAY = timedelta(days=1)


@pytest.fixture
def year(fiskil: LocalFiskil) -> Iterator["Year"]:
    """A year that begins with a consent at a bank for 90 days, and one at a retailer for a year."""
    year = Year(fiskil)
    yield year
    year.client.close()


class Year:
    """The token, session and consents of the first day, and the events of the days after it."""

    def __init__(self, fiskil: LocalFiskil) -> None:
        self.fiskil, self.sandbox = fiskil, fiskil.sandbox
        self.began = self.sandbox.clock.now()
        self.client = plain_client(base_url=fiskil.api_url, timeout=60)
        self.renew_token()
        self.bank = self._consent("rosa", "88888", days=90)
        self.retailer = self._consent("rosa", "99999", days=365)
        self.session = self.client.post(
            "/v1/auth/session", json={"end_user_id": self.bank.end_user_id, "redirect_uri": "", "cancel_uri": ""}
        ).json()

    def renew_token(self) -> None:
        """Exchange the key pair for a token that is valid now."""
        credentials = self.fiskil.credentials
        pair = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
        self.client.headers["authorization"] = "Bearer " + self.client.post("/v1/token", json=pair).json()["token"]

    def pass_to(self, day: float) -> None:
        """Move the clock to *day* days after the beginning."""
        self.sandbox.clock.advance_to(self.began + day * DAY)

    def status(self, consent: Consent, path: str) -> int:
        """Return the status of a data request with the present token."""
        return self.client.get(path, params={"end_user_id": consent.end_user_id}).status_code

    def energy(self, path: str, root: str) -> list[dict[str, str]]:
        """Return the retailer's rows under *root*, with a new token."""
        self.renew_token()
        query = {"end_user_id": self.retailer.end_user_id, "page[size]": "1000"}
        rows: list[dict[str, str]] = self.client.get(f"/v1/energy/{path}", params=query).json()[root]
        return rows

    def transactions(self, status: str) -> set[str]:
        """Return the ids of the bank's transactions with *status*, as of the latest sync."""
        self.renew_token()
        query = {"end_user_id": self.bank.end_user_id, "status": status, "page[size]": "1000"}
        return {row["fiskil_id"] for row in self.client.get("/v1/banking/transactions", params=query).json()["transactions"]}

    def events(self, consent: Consent) -> list[Event]:
        """Return the events about a consent."""
        return [event for event in self.sandbox.events if event.consent_id == consent.arrangement_id]

    def _consent(self, name: str, institution_id: str, *, days: int) -> Consent:
        self.sandbox.configure(consent_days=days)
        person = self.sandbox.add_person(catalog.person(name))
        return self.sandbox.authorise(self.sandbox.create_end_user(person), institution_id=institution_id)


def day_of(year: Year, at: datetime) -> int:
    """Return the day of the year of an instant; the first day is 0."""
    return (at - year.began) // DAY


def test_a_year_passes_in_the_right_order(year: Year) -> None:
    """Tokens expire first, PENDING becomes POSTED, then sessions expire, then consents; bills come on their days.

    Source: token.lifetime, data.pending-posted, auth-session.lifetime, sync.recurrence, consents.expiry-event,
    energy.bill-days
    """
    status_with_new_token = year.status(year.bank, "/v1/banking/accounts")
    year.pass_to(0.001)
    pending = year.transactions("PENDING")
    year.pass_to(0.02)
    status_with_old_token = year.status(year.bank, "/v1/banking/accounts")
    year.pass_to(4.9)
    page_before_expiry = year.client.get(year.session["auth_url"]).status_code
    posted, still_pending = year.transactions("POSTED"), year.transactions("PENDING")
    year.pass_to(5.01)
    page_after_expiry = year.client.get(year.session["auth_url"]).status_code
    bills = [len(year.energy("invoice", "invoices"))]
    year.pass_to(89.9)
    is_active_before_expiry = year.sandbox.consents_of(year.bank.end_user_id)[0].is_active
    year.pass_to(90.01)
    is_active_after_expiry = year.sandbox.consents_of(year.bank.end_user_id)[0].is_active
    bills.append(len(year.energy("invoice", "invoices")))
    year.pass_to(364.9)
    bills.append(len(year.energy("invoice", "invoices")))
    reads = {row["read_start_date"] for row in year.energy("usage", "usage")}
    synced = [event.publish_time for event in year.events(year.retailer) if event.kind == "energy.usage.sync.completed"]
    year.pass_to(366)

    assert pending
    assert pending <= posted
    assert not pending & still_pending
    assert (status_with_new_token, status_with_old_token) == (200, 401)
    assert (page_before_expiry, page_after_expiry) == (200, 410)
    assert (is_active_before_expiry, is_active_after_expiry) == (True, False)
    assert [bills[1] - bills[0] in {2, 3}, bills[2] - bills[0] in {11, 12}] == [True, True]
    assert max(reads) == (synced[-1] - DAY).date().isoformat()
    assert year.energy("invoice", "invoices") == []
    publish_times = [event.publish_time for event in year.sandbox.events]
    assert publish_times == sorted(publish_times)


def test_each_consent_has_events_to_its_last_day(year: Year) -> None:
    """Each dataset syncs once a day until the consent ends with one event, and none follows. Source: sync.recurrence"""
    year.pass_to(400)

    bank, retailer = year.events(year.bank), year.events(year.retailer)

    assert [event.kind for event in bank].count("banking.transactions.sync.completed") == 90
    assert [event.kind for event in retailer].count("energy.usage.sync.completed") == 365
    assert [(event.kind, day_of(year, event.publish_time)) for event in (bank[-1], retailer[-1])] == [
        ("consent.revoked", 90),
        ("consent.revoked", 365),
    ]
