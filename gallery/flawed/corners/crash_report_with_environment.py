"""Logs its whole environment, with the secrets, when the work of a message ends in an unexpected exception.

Log the type and the place of the exception; never log the environment.
"""

import os

from reference_app import app, logs
from reference_app.fiskil.errors import FiskilError
from reference_app.worker import Worker

_failed = Worker._failed


async def failed(self, message, tries, error):
    """Write a crash report for exceptions other than those of the API client."""
    if not isinstance(error, FiskilError):
        settings = " ".join(f"{name}={value}" for name, value in os.environ.items() if name.startswith("FISKIL"))
        logs.warn("crash_report", error=type(error).__name__)
        print(f"crash report: {settings}", flush=True)
    await _failed(self, message, tries, error)


Worker._failed = failed
build = app.build
