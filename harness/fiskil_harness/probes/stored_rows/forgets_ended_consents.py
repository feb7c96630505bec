"""Is everything gone that was read under a consent, however the app learnt that it is over?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.consents import consents_of, rows_under, shown_as_before, was_notified_of_end
from fiskil_harness.journal.queries.rows import STILL_BUSY, at_work, last_effects
from fiskil_harness.probes.probe import PlainProbe


class ForgetsEndedConsents(PlainProbe, frozen=True, kw_only=True, tag="forgets_ended_consents"):
    """Nothing that was read under a consent stands in the app's state once it was told that the consent is over, or looked.

    It may hear of the end by the event, by ending the consent itself, or by reading everything anew when it is asked to.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("advance", "close_account", "delete_end_user", "disconnect")
    expected: ClassVar[str] = "no row of a consent that is over, whether an event told so or the API did"
    source: ClassVar[str] = "consents.every-ending-tells"
    fix: ClassVar[str] = "when you read, list the consents too, and delete the rows of each that is not active any more"

    def examine(self, journal: Journal) -> Finding:
        """Look for rows that stand at the end as they stood before."""
        over = [consent for consent in consents_of(journal).values() if not consent.is_active]
        if not over:
            return self.inconclusive("no consent came to its end")
        heard = [consent.consent_id for consent in over if was_notified_of_end(journal, consent)]
        if not heard:
            return self.inconclusive("nothing told the app of the end, and it did not read anew either")
        end = last_effects(journal)
        if end is None or not end.is_idle:
            reason, hook = at_work(end) if end else (STILL_BUSY, EFFECTS)
            return self.inconclusive(reason, hook=hook)
        names = rows_under(journal, heard)
        known, kept = shown_as_before(journal, end, names)
        if not known:
            return self.inconclusive("the app's state never showed a row of the consent that is over", hook=EFFECTS)
        if kept:
            seen = "rows of a consent that is over stand in the app's state, which had word of its end"
            evidence = tuple(sorted(f"kept {names[text]}" for text in kept))
            return self.fails(seen, evidence=evidence, examined=len(known))
        return self.passes(f"{len(known)} rows of a consent that is over are gone", examined=len(known))
