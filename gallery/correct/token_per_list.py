"""Takes an access token for each list that it walks, so several are alive at once and each is renewed by its own walk."""

import contextvars

from reference_app import app
from reference_app.fiskil import paging, token

_of_walk = contextvars.ContextVar("_of_walk", default=None)
_every_record = paging.every_record
_current, _renewed = token.Tokens.current, token.Tokens.renewed


async def every_record(client, path, root, params, deadline):
    """A walk has a token of its own."""
    mark = _of_walk.set(token.Tokens(client._fetch_token))
    try:
        return await _every_record(client, path, root, params, deadline)
    finally:
        _of_walk.reset(mark)


async def current(self, deadline):
    """The walk's token, or outside of walks the shared one."""
    return await _current(_of_walk.get() or self, deadline)


async def renewed(self, *, stale, deadline):
    """Likewise."""
    return await _renewed(_of_walk.get() or self, stale=stale, deadline=deadline)


paging.every_record = every_record
token.Tokens.current, token.Tokens.renewed = current, renewed
build = app.build
