"""Follows links.next wherever it leads, token and all, so whoever can write an answer is handed the keys to every account.

Resolve the link against the API's origin, and refuse one that leads elsewhere.
"""

from reference_app import app
from reference_app.fiskil import paging

paging.is_same_origin = lambda *_: True
build = app.build
