"""Reads only the first page of each list.

Follow links.next until there is none.
"""

from reference_app import app
from reference_app.fiskil import paging

paging.following = lambda *_: ""
build = app.build
