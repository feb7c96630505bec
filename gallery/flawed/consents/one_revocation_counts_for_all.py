"""Marks every consent as ended if at least one of several revocations succeeds at Fiskil.

Mark as ended only what was revoked at Fiskil, and report a revocation that failed.
"""

import contextlib

from reference_app import app, consents, sharing
from reference_app.fiskil.errors import FiskilError


async def end_consents(parts, end_user_id, deadline):
    """Revoke each active consent; after one success, end all of them in the database."""
    stored = sorted(await parts.database.read(consents.active_ids, end_user_id))
    revoked = []
    for consent_id in stored:
        with contextlib.suppress(FiskilError):
            await parts.api.revoke(consent_id, deadline)
            revoked.append(consent_id)
    for consent_id in stored if revoked else []:
        await parts.database.write(consents.end_permanently, end_user_id, consent_id)
    return stored


sharing.end_consents = end_consents
build = app.build
