"""Does the app discard rows that belong to a consent which the end user never gave?"""

from typing import Any

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Effects, Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import bitten_by, routes_of
from fiskil_harness.journal.queries.rows import shown
from fiskil_harness.probes.probe import Finding, PlainProbe

ID = "fiskil_id"


class KeepsForeignRowsOut(PlainProbe, frozen=True, kw_only=True, tag="keeps_foreign_rows_out"):
    """Check that the app's state shows no row of a consent that the end user never gave.

    A dataset is judged only if a state shows the end user's own rows of it.
    """

    is_general = True
    needs = (EFFECTS,)
    expected = "rows of the end user's own consents, and no others"
    source = "data.end-user-required"
    fix = "store a row only if its arrangement_id is a consent that this end user gave you"

    def examine(self, journal: Journal) -> Finding:
        """Look for ids of foreign rows in the states, for each dataset of which own rows are shown."""
        served = bitten_by(journal, "ForeignRows")
        if not served:
            return self.inconclusive("no response contained a foreign row")
        judged, leaked = [], []
        for route in sorted({call.route for call in served}):
            own, foreign = _ids(journal, [call for call in served if call.route == route])
            states = [effects.state for effects in journal.all(Effects) if effects.at_s >= served[0].at_s]
            if not foreign or not any(shown(state, own) for state in states):
                continue
            judged.append(route)
            leaked += [route] * any(shown(state, foreign) for state in states)
        if leaked:
            observed = f"the app's state shows {_dataset_name(leaked[0])} of a consent that the end user never gave"
            evidence = tuple(f"shows foreign {_dataset_name(route)}" for route in leaked)
            return self.fails(observed, evidence=evidence, examined=routes_of(served))
        if not judged:
            return self.inconclusive("the app's state contains no fiskil_id of the end user's own rows", hook=STATE)
        return self.passes(f"no foreign row is shown in {len(judged)} datasets", examined=len(judged))


def _ids(journal: Journal, served: list[Exchange]) -> tuple[set[str], set[str]]:
    """Return the ids of the end users' own rows, and the ids of foreign rows in the responses to the calls *served*."""
    dataset = served[0].route.partition(".")[2]
    own = {str(row[ID]) for rows in journal.all(Rows) if rows.dataset == dataset for row in rows.rows if ID in row}
    all_ids = {str(row[ID]) for call in served for row in _rows(call.response_body) if ID in row}
    return own, all_ids - own


def _rows(body: bytes) -> list[dict[str, Any]]:
    """Return the rows in a response body; empty if the journal has only the beginning of the body."""
    try:
        content = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    lists = [content] if isinstance(content, list) else [value for value in content.values() if isinstance(value, list)]
    return [row for rows in lists for row in rows if isinstance(row, dict)]


def _dataset_name(route: str) -> str:
    return route.partition(".")[2].replace("_", " ")
