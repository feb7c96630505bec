"""Blocks an address for ten minutes after ten refused signatures, as a firewall with fail2ban does."""

import time
from collections import defaultdict

from reference_app import app, receiver

MOST_REFUSED = 10
BLOCKED_S = 600
WITHIN_S = 600

_verified_body = receiver.verified_body
_refused_at = defaultdict(list)


async def verified_body(request, settings):
    """Refuse a blocked address before anything else; count a refused signature against its address."""
    address, now = request.client.host, time.monotonic()
    recent = [at for at in _refused_at[address] if now - at < WITHIN_S]
    if len(recent) >= MOST_REFUSED and now - recent[-1] < BLOCKED_S:
        raise receiver.Refusal(403, "blocked", "too many invalid signatures from this address")
    try:
        return await _verified_body(request, settings)
    except receiver.Refusal as refusal:
        if refusal.status == 401:
            _refused_at[address] = [*recent, now]
        raise


receiver.verified_body = verified_body
build = app.build
