"""Completes a file only when it stops, and does not start with the half of a file that a kill left behind.

Let the app start whatever a kill left behind: write a file under another name, then rename it.
"""

import json
from contextlib import asynccontextmanager
from pathlib import Path

from reference_app import app

_lifespan = app._lifespan


@asynccontextmanager
async def lifespan(starlette):
    """Read the file of the last run, and begin a new one."""
    file = Path(starlette.state.settings.database_path).with_name("last_run.json")
    if file.exists():
        json.loads(file.read_text(encoding="utf-8"))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('{"is_complete": ', encoding="utf-8")
    async with _lifespan(starlette):
        yield
    file.write_text('{"is_complete": true}', encoding="utf-8")


app._lifespan = lifespan
build = app.build
