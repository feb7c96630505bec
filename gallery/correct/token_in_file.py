"""Stores its access token in a file beside the database; a restarted process uses it until it expires or is refused."""

import json
import os
import time
from pathlib import Path

from reference_app import app
from reference_app.fiskil.token import Tokens

FILE = Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")).with_name("token.json")
_init, _renew = Tokens.__init__, Tokens._renew


def init(self, fetch):
    """Take the stored token if it is still usable."""
    _init(self, fetch)
    if not FILE.exists():
        return
    stored = json.loads(FILE.read_text())
    left_s = stored["usable_until"] - time.time()
    if left_s > 0:
        self._text, self._usable_until = stored["text"], time.monotonic() + left_s


async def renew(self, deadline):
    """Store the new token, readable for this system account only."""
    await _renew(self, deadline)
    draft = FILE.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({"text": self._text, "usable_until": time.time() + self._usable_until - time.monotonic()}))
    draft.replace(FILE)


Tokens.__init__, Tokens._renew = init, renew
build = app.build
