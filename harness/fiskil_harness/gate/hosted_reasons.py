"""Why a practice cannot be proven before the hosted API, in words."""

from fiskil_harness.runner.hosted.eligibility import THEIRS

SECOND_PAIR = "it would take a second key pair, and none is made at Fiskil"
WEBHOOKS = "webhooks are Fiskil's own there, and none is sent by us"
JOURNEYS = "journeys are Fiskil's own there, and none is begun by us"
PAGES = "pages are looked at during journeys, which are Fiskil's own there"
CHANGES = "nothing changes there while it is only read"

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
    "sandbox.many-end-users": "one end user alone is named under [hosted]",
    "sandbox.webhook-delivery": WEBHOOKS,
    "scopes.essential-only": JOURNEYS,
    "server.https": "the app meets the relay on loopback, in plain HTTP, so no certificate can be shown to it",
    "server.only": PAGES,
    "server.webhooks-validated-first": WEBHOOKS,
    "tokens.not-in-browser": PAGES,
}
"""Of practices that are not of one of the sections below; of ``loading.timeouts`` the half that is about pages."""
SECTIONS = {"ux": PAGES, "webhooks": WEBHOOKS}


def reason_of(practice_id: str) -> str:
    """Why nothing there bears on a practice."""
    return REASONS.get(practice_id) or SECTIONS.get(practice_id.partition(".")[0], THEIRS)
