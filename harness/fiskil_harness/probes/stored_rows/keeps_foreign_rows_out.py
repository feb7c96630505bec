"""Does the app discard rows of a consent which the end user never gave, at the latest when the API stops returning them?"""

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Effects, Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import bitten_by, rows_in
from fiskil_harness.journal.queries.rows import is_announced, last_effects, latest_rows, places, shown, state_before
from fiskil_harness.probes.probe import Finding, Probe

ID, CONSENT = "fiskil_id", "arrangement_id"


class KeepsForeignRowsOut(Probe, frozen=True, kw_only=True, tag="keeps_foreign_rows_out"):
    """Check that the app stops showing a row of a consent that the end user never gave, once the API stops returning it.

    An app may trust the rows that the API returns for its end user, so a foreign row that is shown meanwhile gives advice
    only. FAIL requires that the app still shows the row unchanged after a later sync without it. A dataset is judged only if
    a state shows the end user's own rows of it.
    """

    is_general = True
    needs = (EFFECTS,)
    expected = "rows of the end user's own consents, and no others"
    source = "data.end-user-required"
    fix = "store a row only if its arrangement_id is a consent that this end user gave you, and drop rows that a read lacks"

    def examine(self, journal: Journal) -> Finding:
        """Look for ids of foreign rows in the states, for each dataset of which own rows are shown."""
        served = bitten_by(journal, "ForeignRows")
        if not served:
            return self.inconclusive("no response contained a foreign row")
        judged, shown_meanwhile, kept = [], [], []
        for route in sorted({call.route for call in served}):
            own, foreign = _ids(journal, [call for call in served if call.route == route])
            states = [effects.state for effects in journal.all(Effects) if effects.at_s >= served[0].at_s]
            if not foreign or not any(shown(state, own) for state in states):
                continue
            judged.append(route)
            shown_meanwhile += [route] * any(shown(state, foreign) for state in states)
            kept += [route] * _is_kept(journal, served[-1].at_s, route, foreign)
        if kept:
            observed = f"the app keeps {_dataset_name(kept[0])} of a consent that the end user never gave"
            evidence = tuple(
                line
                for route in kept
                for line in (
                    _response_line([call for call in served if call.route == route]),
                    f"shows foreign {_dataset_name(route)} after a sync without them",
                )
            )
            return self.fails(observed, evidence=evidence)
        if not judged:
            return self.inconclusive("the app's state contains no fiskil_id of the end user's own rows", hook=STATE)
        if shown_meanwhile:
            advice = ("compare the arrangement_id of each row with the consents of the end user, in case the API errs",)
            observed = f"foreign rows are shown in {len(shown_meanwhile)} datasets only while the API returns them"
            return self.passes(observed, examined=len(judged), advice=advice)
        return self.passes(f"no foreign row is shown in {len(judged)} datasets", examined=len(judged))


def _response_line(served: list[Exchange]) -> str:
    """Return the response that contained a foreign row, and the position of the row in it."""
    own_consents = {row.get(CONSENT) for call in served for row in rows_in(call.response_body)[:1]}
    rows = rows_in(served[0].response_body)
    position = next((number for number, row in enumerate(rows, 1) if row.get(CONSENT) not in own_consents), len(rows))
    return (
        f"{served[0].method} {_dataset_name(served[0].route)}: {served[0].status} with {len(rows)} rows; "
        f"row {position} has the {CONSENT} of a consent that is not the end user's"
    )


def _is_kept(journal: Journal, last_served_s: float, route: str, foreign: set[str]) -> bool:
    """Return True if the app shows foreign rows at the end as it did before it was notified of a sync without them."""
    rows, end = latest_rows(journal, route.partition(".")[2]), last_effects(journal)
    if rows is None or end is None or rows.at_s < last_served_s or not end.is_idle or not is_announced(journal, rows):
        return False
    earlier, now = places(state_before(journal, rows.at_s), foreign), places(end.state, foreign)
    return any(now[fiskil_id] and now[fiskil_id] == earlier[fiskil_id] for fiskil_id in foreign)


def _ids(journal: Journal, served: list[Exchange]) -> tuple[set[str], set[str]]:
    """Return the ids of the end users' own rows, and the ids of foreign rows in the responses to the calls *served*."""
    dataset = served[0].route.partition(".")[2]
    own = {str(row[ID]) for rows in journal.all(Rows) if rows.dataset == dataset for row in rows.rows if ID in row}
    all_ids = {str(row[ID]) for call in served for row in rows_in(call.response_body) if ID in row}
    return own, all_ids - own


def _dataset_name(route: str) -> str:
    return route.partition(".")[2].replace("_", " ")
