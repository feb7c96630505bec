"""Does the app delete the data of an ended consent, even if it learned of the end without an event?"""

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Effects, Journal
from fiskil_harness.journal.queries.consents import (
    consents_of,
    has_lost_rows_of_others,
    rows_under,
    still_shown,
    was_notified_of_end,
)
from fiskil_harness.journal.queries.rows import last_effects, why_still_busy
from fiskil_harness.probes.probe import Finding, Probe

CONNECTED_STILL = "no consent is active, and app.observe.connected is true in the app's last state"


class ForgetsEndedConsents(Probe, frozen=True, kw_only=True, tag="forgets_ended_consents"):
    """Check that the app's state shows no row of a consent after the app learned that the consent has ended.

    The app learns of the end from the event, by revoking the consent itself, or by reading everything again in a refresh.
    If the config has ``app.observe.connected``, an end user without another consent must not count as connected any more.
    After a restart, an app that shows no row of the other end users either proves nothing.
    """

    needs = (EFFECTS,)
    around = ("advance", "close_account", "delete_end_user", "disconnect")
    expected = "no row of a consent that has ended, whether an event or the API reported the end, and no connection"
    source = "consents.every-ending-reported"
    fix = (
        "with each read, list the consents too, and delete the rows of each that is no longer active; "
        "neither an older event nor a restart makes a consent active again"
    )

    def examine(self, journal: Journal) -> Finding:
        """Look for rows of the ended consent that the last state still shows unchanged."""
        ended = [consent for consent in consents_of(journal).values() if not consent.is_active]
        if not ended:
            return self.inconclusive("no consent ended")
        notified_ids = [consent.consent_id for consent in ended if was_notified_of_end(journal, consent)]
        if not notified_ids:
            return self.inconclusive("the app was not notified of the end, and did not read everything again")
        end = last_effects(journal)
        if end is None or not end.is_idle:
            return self.inconclusive(*why_still_busy(end))
        return self._compare(journal, notified_ids, end)

    def _compare(self, journal: Journal, notified_ids: list[str], end: Effects) -> Finding:
        names = rows_under(journal, notified_ids)
        ever_shown, remaining = still_shown(journal, end, names)
        if not ever_shown:
            return self.inconclusive("the app's state never showed a row of the ended consent", hook=STATE)
        is_connected = end.is_connected and len(notified_ids) == len(consents_of(journal))
        if remaining or is_connected:
            observed = (
                "rows of an ended consent are in the app's state, although the app knows of the end"
                if remaining
                else "the app treats the end user as connected, although it knows that their only consent has ended"
            )
            evidence = [f"kept {names[fiskil_id]}" for fiskil_id in remaining] + [CONNECTED_STILL] * bool(is_connected)
            return self.fails(observed, evidence=tuple(sorted(evidence)))
        consents = consents_of(journal)
        if has_lost_rows_of_others(journal, since_s=min(consents[name].at_s for name in notified_ids)):
            return self.inconclusive("after the restart, the app's state shows no row of an active consent either")
        return self.passes(f"{len(ever_shown)} rows of an ended consent are gone", examined=len(ever_shown))
