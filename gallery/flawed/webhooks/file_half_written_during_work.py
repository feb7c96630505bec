"""Completes a file only after its work, and does not start with the half of a file that a kill during work left behind.

Let the app start whatever a kill left behind: write a file under another name, then rename it.
"""

import json
from contextlib import asynccontextmanager
from pathlib import Path

from reference_app import app, worker

_lifespan = app._lifespan
_process = worker.Worker.process


@asynccontextmanager
async def lifespan(starlette):
    """Read the file of the last run, and write it at the beginning and the end of all work."""
    file = Path(starlette.state.settings.database_path).with_name("latest_work.json")
    if file.exists():
        json.loads(file.read_text(encoding="utf-8"))
    file.parent.mkdir(parents=True, exist_ok=True)
    in_progress = set()

    async def process(self, message):
        in_progress.add(message.message_id)
        file.write_text('{"is_complete": ', encoding="utf-8")
        try:
            await _process(self, message)
        finally:
            in_progress.discard(message.message_id)
            if not in_progress:
                file.write_text('{"is_complete": true}', encoding="utf-8")

    worker.Worker.process = process
    async with _lifespan(starlette):
        yield


app._lifespan = lifespan
build = app.build
