"""Stops reading data once a consent was updated, because only the event of a new consent marks it as readable.

An updated consent lasts on: keep reading the datasets that its sync events announce.
"""

from reference_app import app, consents, sync

_apply_event = consents.apply_event
_is_readable = sync.Reader._is_readable
_updated = set()


def apply_event(tx, message):
    """Remember which consents were updated, and apply the event."""
    if message.event == "consent.updated":
        _updated.add(message.consent_id)
    return _apply_event(tx, message)


async def is_readable(self, message, listed):
    """Return whether the consent of a sync event is active and was never updated."""
    return message.consent_id not in _updated and await _is_readable(self, message, listed)


consents.apply_event, sync.Reader._is_readable = apply_event, is_readable
build = app.build
