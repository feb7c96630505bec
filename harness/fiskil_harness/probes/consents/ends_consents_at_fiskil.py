"""Does the app revoke the consent at Fiskil when the end user disconnects in the app?"""

from collections.abc import Sized

from fiskil_harness.core.config.hooks import CONNECTED, REVOKE
from fiskil_harness.journal import ConsentState, Effects, Journal
from fiskil_harness.journal.queries.api_calls import began_s, calls
from fiskil_harness.journal.queries.consents import hook_calls, is_declined, rows_under, still_shown
from fiskil_harness.journal.queries.disconnects import disconnects, is_ended_by_app, known_consents, undone_redirect
from fiskil_harness.journal.queries.rows import PENDING, last_effects, why_still_busy
from fiskil_harness.probes.probe import Finding, Probe

ACCEPTED = 202


class EndsConsentsAtFiskil(Probe, frozen=True, kw_only=True, tag="ends_consents_at_fiskil"):
    """Check that when the app disconnects an end user, it revokes the end user's active consents at Fiskil.

    Only consents that the app was notified of count. Of several, an app may end some, if it treats the others as active. A
    flag in the app's database does not end a consent: the institution continues to share data, and Fiskil continues to read
    it. If the revocation fails at Fiskil, the app must report that, or repeat it. An app that reports success may repeat it
    later, unless it reports that nothing is pending. A redirect reports success only if the consents ended, or if the app's
    state no longer shows the end user as connected.
    """

    needs = (REVOKE,)
    expected = "DELETE /v1/consent/{arrangement_id} for every active consent, or the end user deleted"
    source = "consents.own-revocation"
    fix = "revoke at Fiskil first; when that succeeds, mark the consent as ended and delete its rows"

    def examine(self, journal: Journal) -> Finding:
        """Compare the app's calls with the consents that were active before each disconnect."""
        active = [(hook, consent) for hook in disconnects(journal) for consent in known_consents(journal, hook)]
        end = last_effects(journal)
        if not active:
            return self._without_disconnect(journal, end)
        known = {consent.consent_id for _, consent in active}
        not_ended = [consent for hook, consent in active if not is_ended_by_app(journal, consent, since_s=began_s(hook))]
        left = {consent.consent_id: consent for consent in not_ended}
        if not left:
            return self.passes(f"{len(known)} consents were revoked at Fiskil", examined=len(known))
        if end is None or not end.is_idle:
            return self.inconclusive(*why_still_busy(end))
        if _may_repeat_later(journal, end):
            return self.inconclusive("the revocation failed at Fiskil, and the app may repeat it later", hook=PENDING)
        if len(left) < len(known):
            are_active = [_is_treated_as_active(journal, end, consent) for consent in left.values()]
            return self._judge_others(len(known) - len(left), are_active)
        return self._fails_for(left, known)

    def _judge_others(self, ended: int, are_active: list[bool | None]) -> Finding:
        """Judge an app that revoked some consents at Fiskil: it must treat the others as active, because they are."""
        if False in are_active:
            return self._fails_for([each for each in are_active if each is False], [*are_active, *range(ended)])
        if None in are_active:
            return self.inconclusive(
                "the app does not show how it treats the consents that it did not revoke", hook=CONNECTED
            )
        observed = f"{ended} consents were revoked at Fiskil, and the app treats {len(are_active)} others as active"
        return self.passes(observed, examined=ended)

    def _fails_for(self, left: Sized, active: Sized) -> Finding:
        observed = f"{len(left)} of {len(active)} consents were not revoked at Fiskil when the end user disconnected"
        return self.fails(observed, evidence=("no DELETE of the consent returned 2xx",))

    def _without_disconnect(self, journal: Journal, end: Effects | None) -> Finding:
        """Return why no disconnect can be judged."""
        refused = [hook for hook in hook_calls(journal, "revoke") if is_declined(hook) and known_consents(journal, hook)]
        if undone_redirect(journal) is None and refused:
            return self.inconclusive(f"each disconnect failed, the last one with status {refused[-1].status}")
        if undone_redirect(journal) is None:
            return self.inconclusive("the app disconnected no end user with an active consent that it was notified of")
        observed = "the app responded to app.drive.revoke with a redirect, and the consent is still active at Fiskil"
        if end is None or end.is_connected is None:
            return self.inconclusive(f"{observed}; a redirect does not show if the app reported success", hook=CONNECTED)
        return self.inconclusive(observed)


def _may_repeat_later(journal: Journal, end: Effects) -> bool:
    """Return True if a call of a disconnect failed, and the app did not report that it has no unfinished work."""
    hooks = hook_calls(journal, "revoke")
    has_failed = any(call.bites and began_s(hook) <= call.at_s <= hook.at_s for hook in hooks for call in calls(journal))
    return has_failed and (not end.has_reported_idle or any(hook.status == ACCEPTED for hook in hooks))


def _is_treated_as_active(journal: Journal, end: Effects, consent: ConsentState) -> bool | None:
    """Return whether the app's last state still has a connection, or rows of *consent*; None if it never showed either."""
    if end.is_connected is not None:
        return end.is_connected
    earlier, now = still_shown(journal, end, rows_under(journal, [consent.consent_id]))
    return bool(now) if earlier else None
