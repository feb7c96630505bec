"""Handwritten journal of a browser: page views, requests of pages, and stored values."""

from typing import Any

from fiskil_harness.journal import Fetched, PageView, StoragePlace, Stored
from fiskil_harness.journal.builder import JournalBuilder

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJqdGkiOiJhYmMifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"
WEBHOOK_SECRET = "tLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tM="
SECRET = "fsk_1234567890abcdefghijklmnopqrstuvwxyz"
NUMBER = "123456789"
APP = "http://127.0.0.1:1"


class BrowserJournal(JournalBuilder):
    """Journal with views of two pages, one of them after a journey; *has_called*: the app called the API with a token."""

    def __init__(self, *, has_called: bool = True) -> None:
        super().__init__()
        if has_called:
            self.call("token")
            self.call("banking.accounts", bearer=TOKEN)
        self.canaries(access_token=TOKEN, client_secret=SECRET, webhook_secret=WEBHOOK_SECRET, account_number=NUMBER)
        for page in ("connect", "callback"):
            self.view(page)
            self.fetch(f"/{page}", body=b"<h1>Hello</h1>", page=page)
            self.store("url", "0", f"{APP}/{page}", page=page)

    def view(self, page: str = "connect", **more: Any) -> None:
        """Record a view of a page."""
        self.journal.write(PageView(participant="", page=page, status=200, width_px=360, **more))

    def fetch(self, path: str = "/app.js", *, page: str = "connect", **more: Any) -> None:
        """Record a request of a page."""
        self.journal.write(Fetched(participant="", page=page, url=APP + path, **{"status": 200, **more}))

    def store(self, place: StoragePlace, name: str, value: str, *, page: str = "connect") -> None:
        """Record a value that the browser stored."""
        self.journal.write(Stored(participant="", page=page, place=place, name=name, value=value))
