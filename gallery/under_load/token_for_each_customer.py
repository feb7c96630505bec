"""Keeps an access token for each customer; when the tokens expire, each customer's next call requests a new one.

Keep one token for the whole process.
"""

from contextvars import ContextVar

from reference_app import sync
from reference_app.app import build
from reference_app.fiskil import token

__all__ = ["build"]

_customer = ContextVar("customer", default="")
_usual_tokens, _usual_reading = token.Tokens, sync.Reader.read_for


class TokensByCustomer:
    """One cache for each customer."""

    def __init__(self, fetch):
        self._fetch = fetch
        self._caches = {}

    async def current(self, deadline):
        return await self._own().current(deadline)

    async def renewed(self, *, stale, deadline):
        return await self._own().renewed(stale=stale, deadline=deadline)

    def _own(self):
        return self._caches.setdefault(_customer.get(), _usual_tokens(self._fetch))


async def _read_for(self, message, deadline):
    _customer.set(message.end_user_id)
    return await _usual_reading(self, message, deadline)


token.Tokens = TokensByCustomer
sync.Reader.read_for = _read_for
