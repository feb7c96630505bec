"""Saves a consent as it was before a read of its details, so a revocation that arrived meanwhile is lost.

Read from the API first. Then load the consent, compare, and save it in one transaction.
"""

from reference_app import app, consents, sync

_read_for = sync.Reader.read_for
_apply = sync.apply_message
_loaded = {}


async def read_for(self, message, deadline):
    """Load the consent, then call the API."""
    if message.event in consents.STATUS_AFTER:
        _loaded[message.message_id] = await self._database.read(consents.find, message.consent_id)
    return await _read_for(self, message, deadline)


def apply_message(tx, message, news):
    """Save the whole record that was loaded before the call, with the new details."""
    outcome = _apply(tx, message, news)
    loaded = _loaded.pop(message.message_id, None) or {"status": "active", "is_synced": 1}
    if outcome != "foreign" and news.consents:
        tx.execute(
            "UPDATE consents SET status = ?, is_synced = ? WHERE consent_id = ? AND status = 'revoked'",
            (loaded["status"], loaded["is_synced"], message.consent_id),
        )
    return outcome


sync.Reader.read_for = read_for
sync.apply_message = apply_message
build = app.build
