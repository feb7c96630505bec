"""Refuses a delivery unless its content type is exactly application/json, without a charset.

Read the raw body, whatever the content type. Invalid JSON is detected when it is parsed.
"""

from reference_app import app, receiver

_verified_body = receiver.verified_body


async def verified_body(request, settings):
    """Refuse other content types with 415."""
    if request.headers.get("content-type") != "application/json":
        raise receiver.Refusal(415, "foreign_type", "the content type is not application/json")
    return await _verified_body(request, settings)


receiver.verified_body = verified_body
build = app.build
