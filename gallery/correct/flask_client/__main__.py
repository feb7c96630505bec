"""Answer until the end."""

from correct.flask_client import web

web.serve()
