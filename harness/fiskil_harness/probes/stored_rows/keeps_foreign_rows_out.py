"""Does the app keep out what an answer holds of consents that the end user never gave?"""

from typing import Any, ClassVar

import msgspec

from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.model.findings import Finding
from fiskil_harness.journal import Effects, Exchange, Journal, Rows
from fiskil_harness.journal.queries.api_calls import bitten_by, routes_of
from fiskil_harness.journal.queries.rows import places
from fiskil_harness.probes.probe import PlainProbe

ID = "fiskil_id"


class KeepsForeignRowsOut(PlainProbe, frozen=True, kw_only=True, tag="keeps_foreign_rows_out"):
    """A row of an arrangement that the end user never gave shows in no state, where rows of theirs do."""

    needs: ClassVar[tuple[str, ...]] = (EFFECTS,)
    expected: ClassVar[str] = "rows of the end user's own consents, and no others"
    source: ClassVar[str] = "data.end-user-required"
    fix: ClassVar[str] = "keep a row only if its arrangement_id is a consent that this end user gave you"

    def examine(self, journal: Journal) -> Finding:
        """Look for ids of foreign rows, dataset by dataset, wherever own ones show."""
        served = bitten_by(journal, "ForeignRows")
        if not served:
            return self.inconclusive("no answer held a row of somebody else")
        judged, shown = [], []
        for route in sorted({call.route for call in served}):
            own, foreign = _ids(journal, [call for call in served if call.route == route])
            states = [effects.state for effects in journal.all(Effects) if effects.at_s >= served[0].at_s]
            if not foreign or not any(_shows(state, own) for state in states):
                continue
            judged.append(route)
            shown += [route] * any(_shows(state, foreign) for state in states)
        if shown:
            seen = f"the app's state shows {_plain(shown[0])} of a consent that the end user never gave"
            evidence = tuple(f"shows foreign {_plain(route)}" for route in shown)
            return self.fails(seen, evidence=evidence, examined=routes_of(served))
        if not judged:
            return self.inconclusive("the app's state shows no fiskil_id of the end user's own rows", hook=EFFECTS)
        return self.passes(f"of {len(judged)} datasets no foreign row shows", examined=len(judged))


def _ids(journal: Journal, served: list[Exchange]) -> tuple[set[str], set[str]]:
    """The ids of the end users' own rows, and those that came among them and belong to nobody's."""
    dataset = served[0].route.partition(".")[2]
    own = {str(row[ID]) for rows in journal.all(Rows) if rows.dataset == dataset for row in rows.rows if ID in row}
    came = {str(row[ID]) for call in served for row in _rows(call.response_body) if ID in row}
    return own, came - own


def _rows(body: bytes) -> list[dict[str, Any]]:
    """The rows of an answer; none where the journal has kept only its beginning."""
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    lists = [told] if isinstance(told, list) else [value for value in told.values() if isinstance(value, list)]
    return [row for one in lists for row in one if isinstance(row, dict)]


def _shows(state: Any, ids: set[str]) -> bool:
    return any(places(state, ids).values())


def _plain(route: str) -> str:
    return route.partition(".")[2].replace("_", " ")
