"""When one of an end user's consents ends, does what the others brought stay?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import ConsentState, Effects, Journal
from fiskil_harness.journal.queries.consents import consents_of, rows_under, was_notified_of_end
from fiskil_harness.journal.queries.rows import STILL_BUSY, at_work, effects_before, last_effects, places
from fiskil_harness.probes.probe import PlainProbe


class KeepsOtherConsents(PlainProbe, frozen=True, kw_only=True, tag="keeps_other_consents"):
    """The end of one consent takes none of the rows along that came under another, which is active still.

    The witness is an app that showed rows of both before, and shows none of the other any more.
    """

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("advance", "close_account", "disconnect", "revoke")
    expected: ClassVar[str] = "the rows of every consent that is active"
    source: ClassVar[str] = "consents.list"
    fix: ClassVar[str] = "keep with each row the consent that it came under, and delete by that when a consent ends"

    def examine(self, journal: Journal) -> Finding:
        """Compare what stood before a consent ended with what stands at the end."""
        known = consents_of(journal)
        over = [consent for consent in known.values() if not consent.is_active and was_notified_of_end(journal, consent)]
        active = [consent.consent_id for consent in known.values() if consent.is_active]
        if not over or not active:
            return self.inconclusive("no consent ended beside one that goes on, of which the app was told")
        end = last_effects(journal)
        if end is None or not end.is_idle:
            reason, hook = at_work(end) if end else (STILL_BUSY, EFFECTS)
            return self.inconclusive(reason, hook=hook)
        return self._compared(journal, over, active, end)

    def _compared(self, journal: Journal, over: list[ConsentState], active: list[str], end: Effects) -> Finding:
        names = rows_under(journal, active)
        before = effects_before(journal, min(consent.at_s for consent in over))
        stood = {place for place, ones in places(before.state if before else None, names).items() if ones}
        if not stood:
            return self.inconclusive("the app's state showed no row of the other consent before", hook=EFFECTS)
        left = {place for place, ones in places(end.state, stood).items() if ones}
        if not left:
            seen = f"with one consent all {len(stood)} rows of another went, which is active still"
            evidence = tuple(sorted(f"gone {names[text]}" for text in stood))
            return self.fails(seen, evidence=evidence, examined=len(stood))
        return self.passes(f"{len(left)} rows of a consent that goes on stayed", examined=len(left))
