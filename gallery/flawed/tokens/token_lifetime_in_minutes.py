"""Reads expires_in as minutes, sends expired tokens for hours, and does not renew after a 401.

The field counts seconds. Whatever it contains, renew a refused token and repeat the call once.
"""

from reference_app import app
from reference_app.fiskil import client, responses

_token_lifetime_s = responses.token_lifetime_s

responses.token_lifetime_s = lambda expires_in: _token_lifetime_s(expires_in) * 60
client.renews_on_401 = lambda: False
build = app.build
