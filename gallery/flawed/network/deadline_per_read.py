"""Limits the time of each read but not of the whole response, so a slow response never ends.

Limit the total time of a call.
"""

import asyncio

from reference_app import app
from reference_app.fiskil import limits

limits.within = lambda _: asyncio.timeout(None)
build = app.build
