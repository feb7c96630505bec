"""Calls the API as little as possible once its key was refused, and stays so: it reads only the first page of each list.

Return to the usual reads as soon as a key is accepted.
"""

import os
from pathlib import Path

from reference_app import app
from reference_app.fiskil import paging
from reference_app.fiskil.errors import Refused
from reference_app.fiskil.token import Tokens

MARK = Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")).with_suffix(".sparing")
_renew, _following = Tokens._renew, paging.following


async def renew(self, deadline):
    """Keep a mark after a refusal."""
    try:
        return await _renew(self, deadline)
    except Refused:
        MARK.touch()
        raise


def following(*page):
    """Return no next page if there is a mark."""
    return "" if MARK.exists() else _following(*page)


Tokens._renew, paging.following = renew, following
build = app.build
