"""Starts PostgreSQL if necessary, creates the tables, and runs gunicorn and the worker until this process ends."""

import os
import sys

import django
from django.core.management import call_command

from correct import servers


def main():
    """Supervise gunicorn and the worker."""
    os.environ["PGHOST"] = servers.postgres(os.environ["WORKDIR"])
    os.environ["DJANGO_SETTINGS_MODULE"] = "correct.django_stack.settings"
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    django.db.connections.close_all()
    place = f"127.0.0.1:{os.environ['PORT']}"
    tls = os.environ.get("TLS", "").split()
    options = ["--workers", "2", "--threads", "8", "--bind", place, "--log-level", "warning", "--timeout", "40", *tls]
    web = [sys.executable, "-m", "gunicorn", "django.core.wsgi:get_wsgi_application()", *options]
    servers.supervise(web, [sys.executable, "-m", "correct.django_stack.work"])


if __name__ == "__main__":
    main()
