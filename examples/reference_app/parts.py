"""What the app is made of, built once and handed to whoever needs it."""

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from reference_app.database import Database
from reference_app.fiskil.api import Api
from reference_app.settings import Settings
from reference_app.worker import Worker


@dataclass(frozen=True)
class Parts:
    """The app's parts."""

    settings: Settings
    database: Database
    api: Api
    worker: Worker


def parts_of(request: Request) -> Parts:
    """The parts of the app that a request came to."""
    return cast("Parts", request.app.state.parts)
