"""Reasons why a practice cannot be proven against the hosted API."""

from fiskil_harness.runner.hosted.eligibility import CONTROLLED_BY_FISKIL

SECOND_PAIR = "this needs a second key pair, and the harness creates none at Fiskil"
WEBHOOKS = "Fiskil sends its own webhooks there, and the harness sends none"
JOURNEYS = "consent journeys run at Fiskil there, and the harness starts none"
PAGES = "pages are opened during consent journeys, and the harness starts none there"
CHANGES = "a read-only run changes no data there"

REASONS = {
    "alerts.webhook-failures": WEBHOOKS,
    "cache.invalidated": CHANGES,
    "cache.webhook-driven": WEBHOOKS,
    "consent.short": JOURNEYS,
    "credentials.in-environment": SECOND_PAIR,
    "credentials.not-in-frontend": PAGES,
    "credentials.rotated": SECOND_PAIR,
    "data.changes-tolerated": CHANGES,
    "data.soft-delete": CHANGES,
    "data.upsert": CHANGES,
    "edge.authentication-failure": JOURNEYS,
    "edge.user-cancellation": JOURNEYS,
    "errors.graceful": JOURNEYS,
    "errors.helpful": PAGES,
    "errors.logged": JOURNEYS,
    "loading.link-progress": PAGES,
    "loading.syncing-shown": PAGES,
    "loading.timeouts": PAGES,
    "logs.consent-lifecycle": JOURNEYS,
    "logs.webhook-receipts": WEBHOOKS,
    "sandbox.many-end-users": "[hosted] names only one end user",
    "sandbox.webhook-delivery": WEBHOOKS,
    "scopes.essential-only": JOURNEYS,
    "server.https": "the app calls the relay on loopback over plain HTTP, so no certificate can be presented to it",
    "server.only": PAGES,
    "server.webhooks-validated-first": WEBHOOKS,
    "tokens.not-in-browser": PAGES,
}
"""The reason for each practice outside SECTIONS. For ``loading.timeouts``, the reason covers only the part about pages."""
SECTIONS = {"ux": PAGES, "webhooks": WEBHOOKS}


def reason_of(practice_id: str) -> str:
    """Return the reason why no experiment against the hosted API can prove a practice."""
    return REASONS.get(practice_id) or SECTIONS.get(practice_id.partition(".")[0], CONTROLLED_BY_FISKIL)
