"""Uses a separate access token for each list, so several tokens are valid at the same time."""

import contextvars

from reference_app import app
from reference_app.fiskil import paging, token

_list_tokens = contextvars.ContextVar("_of_walk", default=None)
_every_record = paging.every_record
_current, _renewed = token.Tokens.current, token.Tokens.renewed


async def every_record(client, path, root, params, deadline):
    """Read the list with its own token cache."""
    reset_token = _list_tokens.set(token.Tokens(client._fetch_token))
    try:
        return await _every_record(client, path, root, params, deadline)
    finally:
        _list_tokens.reset(reset_token)


async def current(self, deadline):
    """Return the token of the list; outside of lists, the shared one."""
    return await _current(_list_tokens.get() or self, deadline)


async def renewed(self, *, stale, deadline):
    """Renew the token of the list; outside of lists, the shared one."""
    return await _renewed(_list_tokens.get() or self, stale=stale, deadline=deadline)


paging.every_record = every_record
token.Tokens.current, token.Tokens.renewed = current, renewed
build = app.build
