"""Compares an API with the contract clause by clause, and its responses with the OpenAPI documents."""

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
    """The result of checking one clause.

    ``outcome`` is HOLDS, DRIFTS (the API deviates) or UNSEEN (there was nothing to observe). ``expected`` and ``observed``
    are interpretations of the clause; if it has no interpretations, they are ``kept``, ``broken`` or ``nothing to see``.
    """

    clause: str
    sentence: str
    outcome: str
    expected: str
    observed: str


class DocumentDeviation(Struct, frozen=True, kw_only=True):
    """A deviation of a response from its OpenAPI document; ``is_new`` is True if it is only an undescribed field."""

    operation: str
    version: str
    message: str
    is_new: bool = False


def check_clauses(place: CheckContext, interpretations: Interpretations) -> list[ClauseCheck]:
    """Compare every clause that read requests can observe with its expected interpretation; return the results."""
    return [_checked(clauses()[name], CHECKS[name](place), interpretations) for name in clauses() if name in CHECKS]


def _checked(clause: Clause, observation: Observation, interpretations: Interpretations) -> ClauseCheck:
    expected = interpretations.of(clause.id) if clause.interpretations else "kept"
    texts: dict[Observation, str] = {True: "kept", False: "broken", None: "nothing to see"}
    observed = observation if isinstance(observation, str) else texts[observation]
    # The check of a clause with a single interpretation returns True or False.
    is_kept = observation is True or observation == expected
    outcome = UNSEEN if observation is None else HOLDS if is_kept else DRIFTS
    return ClauseCheck(clause=clause.id, sentence=clause.sentence, outcome=outcome, expected=expected, observed=observed)


def read_everything(
    api: Api, version: str, ids: Mapping[str, Any], interpretations: Mapping[str, str]
) -> list[DocumentDeviation]:
    """Read each endpoint once, if *ids* contains the ids that it needs; return the deviations from the OpenAPI document.

    Args:
        version: Version of the API to request.
        ids: Ids that exist, by parameter name.
        interpretations: The interpretations under which responses are checked.
    """
    misfits: list[DocumentDeviation] = []
    whole = document(version, interpretations)
    for route in ROUTES:
        if route.method != "GET":
            continue
        item = whole["paths"][route.path]
        parameters = [resolve(whole, value) for value in (*item.get("parameters", ()), *item["get"].get("parameters", ()))]
        needed = {parameter["name"]: parameter["in"] for parameter in parameters if parameter.get("required")}
        if route.name == "energy.plans":
            needed["institution_id"] = "query"
        if not set(needed) <= set(ids):
            continue
        path = route.path.format(**{name: ids[name] for name, place in needed.items() if place == "path"})
        reply = api.get(path, {name: ids[name] for name, place in needed.items() if place == "query"}, version=version)
        response = Response(
            method="GET",
            path=route.path,
            version=version,
            status=reply.status or 0,
            headers=reply.headers,
            body=reply.body,
            family=route.family,
            interpretations=interpretations,
        )
        distinct = dict.fromkeys((deviation.place, deviation.message) for deviation in deviations(response))
        misfits += [
            DocumentDeviation(
                operation=route.name, version=version, message=f"{part}: {message}", is_new=NEW_FIELD in message
            )
            for part, message in distinct
        ]
    return misfits
