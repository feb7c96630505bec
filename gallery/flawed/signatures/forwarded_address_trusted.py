"""Believes the address that the sender claims in ``X-Forwarded-For``, which anybody can write there."""

from reference_app import app, receiver

_is_allowed = receiver.is_allowed


def is_allowed(request, settings):
    """What the header says, if it says something."""
    claimed = request.headers.get("x-forwarded-for", "").partition(",")[0].strip()
    return claimed in settings.webhook_allowed_ips if claimed else _is_allowed(request, settings)


receiver.is_allowed = is_allowed
build = app.build
