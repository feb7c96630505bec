"""Clause by clause, whether an API still is what the contract says; and whether its answers fit the documents."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from fiskil_harness.contract.clause_checks import CHECKS, CheckContext, Observation
from fiskil_harness.contract.client import Api
from fiskil_harness.contract.response_checks import Response, deviations
from fiskil_harness.core.clauses import Clause, Interpretations, clauses
from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.sandbox.openapi.documents import document
from fiskil_harness.sandbox.openapi.operations import resolve

HOLDS, DRIFTS, UNSEEN = "holds", "drifts", "unseen"
NEW_FIELD = "Additional properties are not allowed"


class ClauseCheck(Struct, frozen=True, kw_only=True):
    """What came of one look. ``expected`` and ``seen`` are interpretations, or words where the clause has none."""

    clause: str
    sentence: str
    outcome: str
    expected: str
    observed: str


class Misfit(Struct, frozen=True, kw_only=True):
    """An answer that a document does not describe; ``is_news`` where all that is new is a field."""

    operation: str
    version: str
    message: str
    is_new: bool = False


def check_clauses(place: CheckContext, interpretations: Interpretations) -> list[ClauseCheck]:
    """Every clause that reading can tell, in the file's order, against the reading that is expected of it."""
    return [_looked(clauses()[name], CHECKS[name](place), interpretations) for name in clauses() if name in CHECKS]


def _looked(clause: Clause, seen: Observation, interpretations: Interpretations) -> ClauseCheck:
    expected = interpretations.of(clause.id) if clause.interpretations else "kept"
    shown = {True: "kept", False: "broken", None: "nothing to see"}.get(seen, seen) if not isinstance(seen, str) else seen
    # A clause with one reading is looked at with yes or no.
    is_kept = seen is True or seen == expected
    outcome = UNSEEN if seen is None else HOLDS if is_kept else DRIFTS
    return ClauseCheck(clause=clause.id, sentence=clause.sentence, outcome=outcome, expected=expected, observed=str(shown))


def read_everything(api: Api, version: str, known: Mapping[str, Any], interpretations: Mapping[str, str]) -> list[Misfit]:
    """Read each endpoint once, where the ids that it needs are known, and judge what comes back."""
    found: list[Misfit] = []
    whole = document(version, interpretations)
    for route in ROUTES:
        if route.method != "GET":
            continue
        item = whole["paths"][route.path]
        parameters = [resolve(whole, value) for value in (*item.get("parameters", ()), *item["get"].get("parameters", ()))]
        needed = {parameter["name"]: parameter["in"] for parameter in parameters if parameter.get("required")}
        if route.name == "energy.plans":
            needed["institution_id"] = "query"
        if not set(needed) <= set(known):
            continue
        path = route.path.format(**{name: known[name] for name, place in needed.items() if place == "path"})
        reply = api.get(path, {name: known[name] for name, place in needed.items() if place == "query"}, version=version)
        answer = Response(
            method="GET",
            path=route.path,
            version=version,
            status=reply.status or 0,
            headers=reply.headers,
            body=reply.body,
            family=route.family,
            interpretations=interpretations,
        )
        told = dict.fromkeys((deviation.place, deviation.message) for deviation in deviations(answer))
        found += [
            Misfit(operation=route.name, version=version, message=f"{part}: {says}", is_new=NEW_FIELD in says)
            for part, says in told
        ]
    return found
