"""Trusts the sender address in X-Forwarded-For, which any sender can write.

Use the address of the connection, or a header that your own proxy overwrites.
"""

from reference_app import app, receiver

_is_allowed = receiver.is_allowed


def is_allowed(request, settings):
    """Check the address in the header, if there is one."""
    forwarded = request.headers.get("x-forwarded-for", "").partition(",")[0].strip()
    return forwarded in settings.webhook_allowed_ips if forwarded else _is_allowed(request, settings)


receiver.is_allowed = is_allowed
build = app.build
