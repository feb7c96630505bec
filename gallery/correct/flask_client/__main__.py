"""Run the server until the process ends."""

from correct.flask_client import web

web.serve()
