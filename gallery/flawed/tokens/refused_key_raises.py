"""Does not expect that the token endpoint refuses its key, so the page is a bare error 500.

Handle every response of the token endpoint, and show the customer that connecting is not possible now.
"""

from reference_app import app
from reference_app.fiskil.errors import Refused
from reference_app.fiskil.token import Tokens

_renew = Tokens._renew


async def renew(self, deadline):
    """Raise an error that no handler knows."""
    try:
        return await _renew(self, deadline)
    except Refused as error:
        raise KeyError("token") from error


Tokens._renew = renew
build = app.build
