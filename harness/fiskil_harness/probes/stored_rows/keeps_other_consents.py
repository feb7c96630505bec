"""Does the app keep the data of an end user's other consents when one consent ends?"""

from collections import Counter

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import ConsentState, Effects, Journal
from fiskil_harness.journal.queries.consents import consents_of, rows_under, was_notified_of_end
from fiskil_harness.journal.queries.rows import last_effects, shown, state_before, why_still_busy
from fiskil_harness.probes.probe import Finding, Probe


class KeepsOtherConsents(Probe, frozen=True, kw_only=True, tag="keeps_other_consents"):
    """Check that the app still shows rows of an active consent after another consent of the end user ended.

    FAIL requires that the app showed rows of a dataset of the active consent before, and shows less than half of them at the
    end. A few rows may be missing for another reason, such as their age.
    """

    needs = (EFFECTS,)
    around = ("advance", "close_account", "disconnect", "revoke")
    expected = "the rows of every active consent"
    source = "consents.list"
    fix = "store with each row the consent that it belongs to, and when a consent ends delete only its rows"

    def examine(self, journal: Journal) -> Finding:
        """Compare the rows that the app showed before a consent ended with the rows that it shows at the end."""
        consents = consents_of(journal)
        ended = [consent for consent in consents.values() if not consent.is_active and was_notified_of_end(journal, consent)]
        active = [consent.consent_id for consent in consents.values() if consent.is_active]
        if not ended or not active:
            return self.inconclusive("the app was notified of no consent that ended while another one stayed active")
        end = last_effects(journal)
        if end is None or not end.is_idle:
            return self.inconclusive(*why_still_busy(end))
        return self._compare(journal, ended, active, end)

    def _compare(self, journal: Journal, ended: list[ConsentState], active: list[str], end: Effects) -> Finding:
        names = rows_under(journal, active)
        earlier = shown(state_before(journal, min(consent.at_s for consent in ended)), names)
        if not earlier:
            return self.inconclusive("the app's state showed no row of the active consent before", hook=STATE)
        remaining = shown(end.state, earlier)
        gone = _gone(names, earlier, remaining)
        if gone:
            number = f"all {len(gone)}" if len(gone) == len(earlier) else f"{len(gone)} of {len(earlier)}"
            observed = f"{number} rows of an active consent disappeared when another consent ended"
            return self.fails(observed, evidence=tuple(f"gone {name}" for name in gone))
        return self.passes(f"{len(remaining)} rows of an active consent stayed", examined=len(remaining))


def _gone(names: dict[str, str], earlier: set[str], remaining: set[str]) -> list[str]:
    """Return the names of the rows that are gone, of each dataset of which less than half remains.

    Each name begins with the dataset.
    """
    datasets = {fiskil_id: name.partition(" ")[0] for fiskil_id, name in names.items()}
    before, after = (Counter(datasets[fiskil_id] for fiskil_id in shown_ids) for shown_ids in (earlier, remaining))
    lost = {dataset for dataset, number in before.items() if 2 * after[dataset] < number}
    return sorted(names[fiskil_id] for fiskil_id in earlier - remaining if datasets[fiskil_id] in lost)
