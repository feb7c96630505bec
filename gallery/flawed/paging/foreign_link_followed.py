"""Follows links.next to any origin and sends the token along.

Resolve the link against the API's origin, and refuse a link to another origin.
"""

from reference_app import app
from reference_app.fiskil import paging

paging.is_same_origin = lambda *_: True
build = app.build
