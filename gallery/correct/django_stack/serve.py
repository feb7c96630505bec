"""Starts PostgreSQL if necessary, creates the tables, and runs gunicorn and the worker until this process ends."""

import os
import subprocess
import sys

import django
from django.core.management import call_command

from correct import servers


def main():
    """Replace this process by gunicorn, next to the worker."""
    os.environ["PGHOST"] = servers.postgres(os.environ["WORKDIR"])
    os.environ["DJANGO_SETTINGS_MODULE"] = "correct.django_stack.settings"
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    django.db.connections.close_all()
    subprocess.Popen([sys.executable, "-m", "correct.django_stack.work"])
    place = f"127.0.0.1:{os.environ['PORT']}"
    tls = os.environ.get("TLS", "").split()
    options = ["--workers", "2", "--threads", "8", "--bind", place, "--log-level", "warning", "--timeout", "40", *tls]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", "django.core.wsgi:get_wsgi_application()", *options])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
