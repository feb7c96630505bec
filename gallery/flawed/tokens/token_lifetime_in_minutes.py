"""Takes expires_in for minutes, and relies on it: a token is sent for hours after its death, and 401 is the end of a call.

The field counts seconds; and whatever it says, a refused token is to be renewed and the call made once more.
"""

from reference_app import app
from reference_app.fiskil import answers, client

_token_lifetime_s = answers.token_lifetime_s

answers.token_lifetime_s = lambda expires_in: _token_lifetime_s(expires_in) * 60
client.renews_on_401 = lambda: False
build = app.build
