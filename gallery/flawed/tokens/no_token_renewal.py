"""Fails a call when its token is refused, and never renews the token.

After a 401, renew the token once and repeat the call once.
"""

from reference_app import app
from reference_app.fiskil import client

client.renews_on_401 = lambda: False
build = app.build
