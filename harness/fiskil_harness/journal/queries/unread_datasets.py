"""Datasets that a scenario is about and the app never read: it may use other data, which the config can state."""

from fiskil_harness.core.model import DATASET_OF_ROUTE
from fiskil_harness.journal import Declared, Journal
from fiskil_harness.journal.queries.api_calls import calls, dataset_read, reads

DATASETS = "app.facts.datasets"


def why_unread(journal: Journal, dataset: str, end_user_id: str = "") -> tuple[str, str]:
    """Return the reason why the app shows no rows of *dataset*, and the missing fact; both are empty if the app read it.

    They are also empty if the app calls no API, or if it reads nothing although the config states what it uses.
    """
    every_call = calls(journal)
    if not every_call or reads(journal, dataset, end_user_id):
        return "", ""
    is_declared = any(declared.datasets is not None for declared in journal.all(Declared))
    if any(map(dataset_read, every_call)):
        return f"the app reads other datasets and no {dataset}", "" if is_declared else DATASETS
    return ("", "") if is_declared else (f"the app reads no {dataset}, and no other data of the end user", DATASETS)


def fact_for_route(journal: Journal, route: str) -> str:
    """Return the missing fact with which a fault would act on another route than *route*; empty if none is missing."""
    dataset = DATASET_OF_ROUTE.get(route)
    return why_unread(journal, dataset)[1] if dataset else ""
