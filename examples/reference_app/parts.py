"""The components of the app, created once and shared by all request handlers."""

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from reference_app.database import Database
from reference_app.fiskil.api import Api
from reference_app.settings import Settings
from reference_app.worker import Worker


@dataclass(frozen=True)
class Parts:
    """The components of the app."""

    settings: Settings
    database: Database
    api: Api
    worker: Worker


def parts_of(request: Request) -> Parts:
    """Return the components of the app that received *request*."""
    return cast("Parts", request.app.state.parts)
