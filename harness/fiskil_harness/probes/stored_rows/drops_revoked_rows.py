"""Does the app delete the data of a consent when that consent is revoked?"""

from typing import Any

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Journal, Rows
from fiskil_harness.journal.queries.api_calls import acknowledged_events
from fiskil_harness.journal.queries.rows import (
    labelled_rows,
    last_effects,
    name_of_row,
    places,
    state_before,
    why_still_busy,
)
from fiskil_harness.journal.queries.totals import amounts_at, first_name, totals
from fiskil_harness.probes.probe import Finding, Probe


class DropsRevokedRows(Probe, frozen=True, kw_only=True, tag="drops_revoked_rows"):
    """Check that after the app acknowledged ``consent.revoked``, its state no longer shows rows of the consent as before.

    Neither may it show totals of these rows, such as the spending of each month.
    """

    needs = (EFFECTS,)
    around = ("advance", "close_account", "disconnect", "revoke")
    expected = "no row of a consent that has ended"
    source = "consents.every-ending-reported"
    fix = "on consent.revoked, delete the consent's rows in the transaction that marks it as revoked"

    def examine(self, journal: Journal) -> Finding:
        """Look for ids of rows and for account numbers of the revoked consent in the last state."""
        revocations = [pair for pair in acknowledged_events(journal) if pair[1].kind == "consent.revoked"]
        end = last_effects(journal)
        if not revocations:
            return self.inconclusive("no consent.revoked was delivered and acknowledged")
        delivery, event = revocations[0]
        if any(
            later_event.kind == "consent.received" and later_delivery.at_s > delivery.at_s
            for later_delivery, later_event in acknowledged_events(journal)
        ):
            return self.inconclusive("a new consent followed, so the app may show the rows again")
        if end is None or not end.is_idle:
            return self.inconclusive(*why_still_busy(end))
        return self._judge(journal, delivery.at_s, event.event, end.state)

    def _judge(self, journal: Journal, revoked_s: float, event: str, state: Any) -> Finding:
        """Compare the last *state* with the one before the revocation at *revoked_s*."""
        names = _names(journal)
        earlier = places(state_before(journal, revoked_s), names)
        examined = [text for text in names if earlier[text]]
        if not examined:
            return self.inconclusive("the app's state showed no row before the consent ended", hook=STATE)
        now = places(state, examined)
        unchanged = sorted({names[text] for text in examined if any(place in earlier[text] for place in now[text])})
        if unchanged:
            observed = f"rows of the revoked consent are still in the app's state after {event}"
            return self.fails(observed, evidence=tuple(f"kept {name}" for name in unchanged))
        kept = _kept_totals(journal, revoked_s, state)
        if kept:
            observed = f"totals of rows of the revoked consent are still in the app's state after {event}"
            return self.fails(observed, evidence=tuple(f"kept a total in {part}" for part in kept))
        return self.passes(
            f"{len(examined)} rows and account numbers of the revoked consent are gone", examined=len(examined)
        )


def _kept_totals(journal: Journal, revoked_s: float, state: Any) -> list[str]:
    """Return the parts of *state* that show a total of rows at the place where it was when the consent ended, sorted.

    A part is the first name of a path: the other names may be a person's, or ids.
    """
    latest = {sync.dataset: sync.rows for sync in journal.all(Rows) if not sync.participant and sync.at_s < revoked_s}
    of_rows = {total for rows in latest.values() for total in totals(rows)}
    earlier = {place for place in amounts_at(state_before(journal, revoked_s)) if place[1] in of_rows}
    return sorted({first_name(path) for path, amount in amounts_at(state) if (path, amount) in earlier})


def _names(journal: Journal) -> dict[str, str]:
    """Return the ids and account numbers of the first participant's rows, each mapped to a name for reports.

    The number of a joint account is left out, because the other holder may still share the account.
    """
    names: dict[str, str] = {}
    other_numbers = {str(row.get("account_number")) for sync in journal.all(Rows) if sync.participant for row in sync.rows}
    for _, row, name in labelled_rows(journal):
        names[str(row["fiskil_id"])] = name
        if "account_number" in row and str(row["account_number"]) not in other_numbers:
            names[str(row["account_number"])] = f"the account number of {name_of_row(row)}"
    return names
