"""Does the app still treat an end user as connected after a disconnect that it reported as failed?"""

from fiskil_harness.core.config.hooks import CONNECTED, REVOKE
from fiskil_harness.journal import Effects, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import began_s
from fiskil_harness.journal.queries.consents import consents_of, hook_calls, is_declined
from fiskil_harness.journal.queries.rows import effects_before, last_effects, why_still_busy
from fiskil_harness.probes.probe import Finding, Probe


class KeepsActiveConsents(Probe, frozen=True, kw_only=True, tag="keeps_active_consents"):
    """Check that after a failed disconnect the app does not treat the end user as disconnected.

    The consent is still active at Fiskil then, and the end user can no longer end it in the app. An app that repeats the
    revocation later has unfinished work, so a FAIL needs an app that reports that it has none.
    """

    is_general = True
    needs = (REVOKE,)
    observes = (CONNECTED,)
    expected = "connected as before, with a way to end the consent"
    source = "consents.own-revocation"
    fix = "revoke at Fiskil first, and mark the consent as ended only when that succeeds"

    def examine(self, journal: Journal) -> Finding:
        """Compare the last state with the state before the last disconnect, if that failed."""
        hook = _last_failed(journal)
        if hook is None:
            return self.inconclusive("no disconnect was reported as failed while a consent stayed active")
        before, end = effects_before(journal, began_s(hook)), last_effects(journal)
        if not _was_connected(before) or end is None or end.is_connected is None or end.at_s < hook.at_s:
            return self.inconclusive("the app does not report whether the end user is connected", hook=CONNECTED)
        if end.is_connected:
            return self.passes("the end user is still connected after a disconnect that failed", examined=1)
        if not end.has_reported_idle:
            return self.inconclusive(*why_still_busy(end))
        observed = "the app reported that a disconnect failed, but treats the end user as disconnected"
        evidence = ("the consent is still active at Fiskil", "the app reports no unfinished work")
        return self.fails(observed, evidence=evidence)


def _last_failed(journal: Journal) -> HookCall | None:
    """Return the last disconnect, if the app reported that it failed and every consent from before is still active."""
    hook = next(reversed(hook_calls(journal, "revoke")), None)
    if hook is None or not is_declined(hook):
        return None
    now, before = consents_of(journal), consents_of(journal, until_s=began_s(hook))
    active = [consent_id for consent_id, consent in before.items() if consent.is_active]
    return hook if active and all(now[consent_id].is_active for consent_id in active) else None


def _was_connected(before: Effects | None) -> bool:
    return before is not None and bool(before.is_connected)
