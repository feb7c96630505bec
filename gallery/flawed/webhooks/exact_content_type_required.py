"""Takes a body only if its content type reads application/json to the letter, so a charset is too much for it.

Read the raw body whatever the content type says; what is no JSON shows when it is parsed.
"""

from reference_app import app, receiver

_verified_body = receiver.verified_body


async def verified_body(request, settings):
    """What is declared otherwise is not looked at."""
    if request.headers.get("content-type") != "application/json":
        raise receiver.Refusal(415, "foreign_type", "the content type is not application/json")
    return await _verified_body(request, settings)


receiver.verified_body = verified_body
build = app.build
