"""Remembers that a customer has stopped sharing, and ignores the sync events of that customer also after a new consent.

Keep the end of sharing with the consent that ended, and not with the customer.
"""

from reference_app import app, consents
from reference_app.sync import ApiData, Reader

_opted_out = set()
_end = consents.end_permanently
_read_for = Reader.read_for


def end_permanently(tx, end_user_id, consent_id):
    """End the consent, and remember the customer if it was the last one."""
    _end(tx, end_user_id, consent_id)
    if not consents.active_ids(tx, end_user_id):
        _opted_out.add(end_user_id)


async def read_for(self, message, deadline):
    """Read nothing for a customer who once stopped sharing."""
    if message.end_user_id in _opted_out and message.event.startswith("banking."):
        return ApiData()
    return await _read_for(self, message, deadline)


consents.end_permanently = end_permanently
Reader.read_for = read_for
build = app.build
