"""Retries refused credentials twelve times without a pause.

Pause after a refusal and alert a person: the credentials stay wrong, and Fiskil may lock the key.
"""

import contextlib

from reference_app import app
from reference_app.fiskil.errors import Refused
from reference_app.fiskil.token import Tokens

TRIES = 12

_renew = Tokens._renew


async def renew(self, deadline):
    """Retry after each refusal."""
    for _ in range(TRIES):
        with contextlib.suppress(Refused):
            return await _renew(self, deadline)
        self._paused_until = 0.0
    return await _renew(self, deadline)


Tokens._renew = renew
build = app.build
