"""When the end user disconnects in the app, does their consent end where the data comes from?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS, REVOKE
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import ConsentState, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import acknowledged_events, began_s, calls, is_fine
from fiskil_harness.journal.queries.consents import consents_of, hooks, is_done
from fiskil_harness.journal.queries.deliveries import consent_of
from fiskil_harness.journal.queries.rows import STILL_BUSY, at_work, last_effects
from fiskil_harness.probes.probe import PlainProbe


class EndsConsentsAtFiskil(PlainProbe, frozen=True, kw_only=True, tag="ends_consents_at_fiskil"):
    """Where the app says that it disconnected the end user, it revokes each of their consents that it was told of.

    A flag of the app's own ends nothing: the institution goes on sharing, and Fiskil goes on reading.
    """

    needs: ClassVar[tuple[str, ...]] = (REVOKE,)
    expected: ClassVar[str] = "DELETE /v1/consent/{arrangement_id} for every active consent, or the end user deleted"
    source: ClassVar[str] = "consents.own-revocation"
    fix: ClassVar[str] = "revoke at Fiskil first, and mark the consent as over and delete its rows when that succeeded"

    def examine(self, journal: Journal) -> Finding:
        """Hold what the app called against the consents that stood."""
        done = [hook for hook in hooks(journal, "revoke") if is_done(hook)]
        standing = [(hook_call, consent) for hook_call in done for consent in _standing(journal, hook_call)]
        if not standing:
            return self.inconclusive("the app was not seen to disconnect an end user of whose consent it was told")
        left = [consent for hook, consent in standing if not _is_ended(journal, hook, consent)]
        end = last_effects(journal)
        if left and (end is None or not end.is_idle):
            reason, problem = at_work(end) if end else (STILL_BUSY, EFFECTS)
            return self.inconclusive(reason, hook=problem)
        if left:
            seen = f"{len(left)} of {len(standing)} consents were not revoked at Fiskil when the end user disconnected"
            return self.fails(seen, evidence=("no DELETE of the consent was answered 2xx",), examined=len(standing))
        return self.passes(f"{len(standing)} consents were revoked at Fiskil", examined=len(standing))


def _standing(journal: Journal, hook: HookCall) -> list[ConsentState]:
    """The consents that were active when the app was asked, and of which it had been told."""
    known = {
        consent_of(acknowledged_event)
        for acknowledged_event, event in acknowledged_events(journal)
        if acknowledged_event.at_s < began_s(hook) and event.kind == "consent.received"
    }
    return [
        consent
        for consent in consents_of(journal, until_s=began_s(hook)).values()
        if consent.is_active and consent.consent_id in known
    ]


def _is_ended(journal: Journal, hook: HookCall, consent: ConsentState) -> bool:
    later = [call for call in calls(journal) if call.at_s >= began_s(hook) and is_fine(call)]
    return any(
        (call.route == "consents.revoke" and consent.consent_id in call.path) or call.route == "end_users.delete"
        for call in later
    )
