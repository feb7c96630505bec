"""Does the app still treat an end user as connected after a disconnect that failed?"""

from fiskil_harness.core.config.hooks import CONNECTED, REVOKE
from fiskil_harness.journal import Effects, HookCall, Journal
from fiskil_harness.journal.queries.api_calls import began_s, is_redirect
from fiskil_harness.journal.queries.consents import hook_calls, is_declined
from fiskil_harness.journal.queries.disconnects import all_still_active, has_failed_calls
from fiskil_harness.journal.queries.rows import effects_before, last_effects, why_still_busy
from fiskil_harness.probes.probe import Finding, Probe


class KeepsActiveConsents(Probe, frozen=True, kw_only=True, tag="keeps_active_consents"):
    """Check that after a failed disconnect the app does not treat the end user as disconnected.

    The consent is still active at Fiskil then, and the end user can no longer end it in the app. An app that repeats the
    revocation later has unfinished work, so a FAIL needs an app that reports that it has none. A disconnect with a redirect
    counts as failed if an API call failed meanwhile.
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
            return self.inconclusive("no disconnect failed while a consent stayed active")
        before, end = effects_before(journal, began_s(hook)), last_effects(journal)
        if not _was_connected(before) or end is None or end.is_connected is None or end.at_s < hook.at_s:
            return self.inconclusive("the app does not report whether the end user is connected", hook=CONNECTED)
        if end.is_connected:
            return self.passes("the end user is still connected after a disconnect that failed", examined=1)
        if not end.has_reported_idle:
            return self.inconclusive(*why_still_busy(end))
        result = "redirected after a disconnect that failed" if is_redirect(hook) else "reported that a disconnect failed"
        observed = f"the app {result}, but treats the end user as disconnected"
        evidence = ("the consent is still active at Fiskil", "the app reports no unfinished work")
        return self.fails(observed, evidence=evidence)


def _last_failed(journal: Journal) -> HookCall | None:
    """Return the last disconnect if it failed and every consent from before is still active; else None."""
    hook = next(reversed(hook_calls(journal, "revoke")), None)
    if hook is None or not all_still_active(journal, hook):
        return None
    has_failed = is_declined(hook) or (is_redirect(hook) and has_failed_calls(journal, hook))
    return hook if has_failed else None


def _was_connected(before: Effects | None) -> bool:
    return before is not None and bool(before.is_connected)
