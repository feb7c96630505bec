"""Reads only consents during a refresh, so rows that a discarded event announced are never read.

Fiskil discards an event after its last attempt. A refresh must therefore read every dataset.
"""

from reference_app import app
from reference_app.sync import ApiData, Reader


async def read_all(self, end_user_id, deadline):
    """Read the consents and no rows."""
    return ApiData(consents=await self._api.consents(end_user_id, deadline))


Reader.read_all = read_all
build = app.build
