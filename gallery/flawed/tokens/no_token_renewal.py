"""Gives up when its token is refused, instead of fetching a new one and asking once more."""

from reference_app import app
from reference_app.fiskil import client

client.renews_on_401 = lambda: False
build = app.build
