"""Does the app drop what it read under a consent once that consent is over?"""

from typing import ClassVar

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Journal, Rows
from fiskil_harness.journal.queries.api_calls import acknowledged_events
from fiskil_harness.journal.queries.rows import STILL_BUSY, at_work, effects_before, last_effects, name_of_row, places
from fiskil_harness.probes.probe import PlainProbe


class DropsRevokedRows(PlainProbe, frozen=True, kw_only=True, tag="drops_revoked_rows"):
    """After ``consent.revoked`` was acknowledged, no row of that consent stands in the app's state as it stood before."""

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    around: ClassVar[tuple[str, ...]] = ("advance", "close_account", "disconnect", "revoke")
    expected: ClassVar[str] = "no row of a consent that is over"
    source: ClassVar[str] = "consents.every-ending-tells"
    fix: ClassVar[str] = "on consent.revoked, delete the consent's rows in the transaction that marks it as revoked"

    def examine(self, journal: Journal) -> Finding:
        """Look for ids of rows and for account numbers."""
        over = [(delivery, event) for delivery, event in acknowledged_events(journal) if event.kind == "consent.revoked"]
        end = last_effects(journal)
        if not over:
            return self.inconclusive("no consent.revoked was delivered and acknowledged")
        delivery, event = over[0]
        if any(
            acknowledged_event.kind == "consent.received" and later.at_s > delivery.at_s
            for later, acknowledged_event in acknowledged_events(journal)
        ):
            return self.inconclusive("a new consent followed, so rows may lawfully be back")
        if end is None or not end.is_idle:
            reason, hook = at_work(end) if end else (STILL_BUSY, EFFECTS)
            return self.inconclusive(reason, hook=hook)
        names = _names(journal)
        before = effects_before(journal, delivery.at_s)
        stood = places(before.state if before else None, names)
        known = [text for text in names if stood[text]]
        if not known:
            return self.inconclusive("the app's state showed no row before the consent ended", hook=EFFECTS)
        now = places(end.state, known)
        kept = sorted({names[text] for text in known if any(place in stood[text] for place in now[text])})
        if kept:
            seen = f"rows of the revoked consent still stand in the app's state after {event.event}"
            return self.fails(seen, evidence=tuple(f"kept {name}" for name in kept), examined=len(known))
        return self.passes(f"{len(known)} rows and numbers of the revoked consent are gone", examined=len(known))


def _names(journal: Journal) -> dict[str, str]:
    """What identifies a row or an account of the first participant alone, with the name that reports use.

    A joint account has one number, and whoever else holds it may go on sharing it.
    """
    names: dict[str, str] = {}
    others = {str(row.get("account_number")) for sync in journal.all(Rows) if sync.participant for row in sync.rows}
    for sync in journal.all(Rows):
        if sync.participant:
            continue
        for number, row in enumerate(sync.rows, start=1):
            names[str(row["fiskil_id"])] = f"{sync.dataset} {name_of_row(row, number)}"
            if "account_number" in row and str(row["account_number"]) not in others:
                names[str(row["account_number"])] = f"the account number of {name_of_row(row)}"
    return names
