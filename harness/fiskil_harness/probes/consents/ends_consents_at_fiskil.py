"""Does the app revoke the consent at Fiskil when the end user disconnects in the app?"""

from fiskil_harness.core.config.hooks import REVOKE
from fiskil_harness.journal import ConsentState, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import acknowledged_events, began_s, calls, consent_of, is_complete_success
from fiskil_harness.journal.queries.consents import consents_of, hook_calls
from fiskil_harness.journal.queries.rows import last_effects, why_still_busy
from fiskil_harness.probes.probe import Finding, PlainProbe


class EndsConsentsAtFiskil(PlainProbe, frozen=True, kw_only=True, tag="ends_consents_at_fiskil"):
    """Check that when the app disconnects an end user, it revokes the end user's active consents at Fiskil.

    Only consents that the app was notified of count. A flag in the app's database does not end a consent: the institution
    continues to share data, and Fiskil continues to read it.
    """

    needs = (REVOKE,)
    expected = "DELETE /v1/consent/{arrangement_id} for every active consent, or the end user deleted"
    source = "consents.own-revocation"
    fix = "revoke at Fiskil first; when that succeeds, mark the consent as ended and delete its rows"

    def examine(self, journal: Journal) -> Finding:
        """Compare the app's calls with the consents that were active before each disconnect."""
        disconnects = [hook for hook in hook_calls(journal, "revoke") if hook.has_succeeded]
        active = [(hook, consent) for hook in disconnects for consent in _active_consents(journal, hook)]
        if not active:
            return self.inconclusive("the app disconnected no end user with an active consent that it was notified of")
        left = [consent for hook, consent in active if not _is_ended(journal, hook, consent)]
        end = last_effects(journal)
        if left and (end is None or not end.is_idle):
            return self.inconclusive(*why_still_busy(end))
        if left:
            observed = f"{len(left)} of {len(active)} consents were not revoked at Fiskil when the end user disconnected"
            return self.fails(observed, evidence=("no DELETE of the consent returned 2xx",), examined=len(active))
        return self.passes(f"{len(active)} consents were revoked at Fiskil", examined=len(active))


def _active_consents(journal: Journal, hook: HookCall) -> list[ConsentState]:
    """Return the consents that were active when *hook* was called, and of which the app had been notified before."""
    received = [delivery for delivery, event in acknowledged_events(journal) if event.kind == "consent.received"]
    notified_ids = {consent_of(delivery) for delivery in received if delivery.at_s < began_s(hook)}
    return [
        consent
        for consent in consents_of(journal, until_s=began_s(hook)).values()
        if consent.is_active and consent.consent_id in notified_ids
    ]


def _is_ended(journal: Journal, hook: HookCall, consent: ConsentState) -> bool:
    later = [call for call in calls(journal) if call.at_s >= began_s(hook) and is_complete_success(call)]
    return any(
        (call.route == "consents.revoke" and consent.consent_id in call.path) or call.route == "end_users.delete"
        for call in later
    )
