"""Finds pages that show an end user's data to another end user, or without a login."""

import re
from collections import defaultdict

from fiskil_harness.journal import ConcurrentResponse, Journal, PageOfOther, Rows, length_if_cut
from fiskil_harness.journal.queries.api_calls import consent_of
from fiskil_harness.journal.queries.deliveries import genuine
from fiskil_harness.journal.queries.page_text import has_password_field
from fiskil_harness.journal.queries.private_values import private_values, shows_any

ROW_IDS = ("fiskil_id", "account_id", "transaction_id")
SUCCESSES = range(200, 300)
REFUSALS = (401, 403)
HIDING = (404, 410)
"""Statuses by which an app conceals that another end user has the page."""
WORD = re.compile(r"[\w-]+")


class PagesOfOthers:
    """The pages that showed an end user's data to another end user, or without a login.

    An end user's data are the ids of rows and consents, and the amounts, balances and descriptions that no other end user's
    rows have. The end user's own id and ref do not count, because a refusal may repeat the URL.

    Attributes:
        open: The pages that showed an end user's data without a login.
        shown_to_others: The pages that showed an end user's data to another one who requested the URL.
        hidden_from_others: The other pages with data that a working login of another end user requested.
        were_requested: True if any page was requested, by another end user or without a login.
    """

    def __init__(self, journal: Journal) -> None:
        self._ids, self._values = own_ids(journal), private_values(journal)
        own = [response for response in journal.all(ConcurrentResponse) if response.page]
        with_data = {response.page for response in own if self._shows(response.body, response.participant)}
        requests = journal.all(PageOfOther)
        without_login = [request for request in requests if request.reader is None]
        by_others = [request for request in requests if request.reader is not None]
        self.open = {request.page for request in without_login if self._shows(request.body, request.owner)}
        self.shown_to_others = {request.page for request in by_others if self._shows(request.body, request.owner)}
        examined = {request.page for request in by_others if request.is_logged_in and _is_examined(request)}
        self.hidden_from_others = examined & with_data - self.shown_to_others
        self.were_requested = bool(requests)

    def _shows(self, body: bytes, owner: str) -> bool:
        words = set(WORD.findall(body.decode("latin-1")))
        ids = {text.rstrip("=") for text in self._ids[owner]}
        return not words.isdisjoint(ids) or shows_any(body.decode("utf-8", "replace"), self._values.get(owner, set()))


def is_page(status: int | None, body: bytes) -> bool:
    """Return True if a response is neither an error nor a redirect nor a login page."""
    return status in SUCCESSES and not has_password_field(body)


def needs_login(status: int | None, body: bytes) -> bool:
    """Return True if a response is a redirect, a refusal, or a page with a password field."""
    has_status = status is not None and (300 <= status < 400 or status in REFUSALS)
    return has_status or (status in SUCCESSES and has_password_field(body))


def _is_examined(request: PageOfOther) -> bool:
    """Return True if the response shows whether the page opens: an error or a rate limit may have other causes."""
    is_whole_page = is_page(request.status, request.body) and length_if_cut(request.body) is None
    return is_whole_page or needs_login(request.status, request.body) or request.status in HIDING


def own_ids(journal: Journal) -> dict[str, set[str]]:
    """Return the ids of each participant's consents and rows."""
    ids: dict[str, set[str]] = defaultdict(set)
    for rows in journal.all(Rows):
        ids[rows.participant].update(str(row[key]) for row in rows.rows for key in ROW_IDS if key in row)
    for delivery in genuine(journal):
        ids[delivery.participant].update({consent_of(delivery)} - {""})
    return ids
