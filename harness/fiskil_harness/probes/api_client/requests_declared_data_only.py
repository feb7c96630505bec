"""Does the app request and read only the datasets that ``app.facts.datasets`` declares?"""

from collections.abc import Iterable

from fiskil_harness.core.model import DATASET_OF_ROUTE, PERMISSIONS
from fiskil_harness.core.model.permission import untried_in_a_run
from fiskil_harness.journal import Declared, Exchange, Journal
from fiskil_harness.journal.queries.api_calls import calls, fields_of, is_complete_success
from fiskil_harness.probes.probe import Finding, Probe

FACT = "app.facts.datasets"
FAMILIES = ("banking.", "energy.", "common.")
PUBLIC = frozenset({"products", "product", "plans", "plan"})
"""Names of data that can be read without a consent."""


class RequestsDeclaredDataOnly(Probe, frozen=True, kw_only=True, tag="requests_declared_data_only"):
    """Check that the app requests permissions for, and reads, only the datasets in ``app.facts.datasets``.

    A declared dataset that the app did not read makes the result INCONCLUSIVE, because the app may read it later.
    """

    is_general = True
    expected = "permissions and reads within app.facts.datasets, and each declared dataset read"
    source = "permissions.usual"
    fix = "request only the permissions that the use case needs, and read no other data"

    def examine(self, journal: Journal) -> Finding:
        """Compare the requested permissions and the datasets read with the declared datasets."""
        declared = next((declared.datasets for declared in journal.all(Declared) if declared.datasets is not None), None)
        api_calls = calls(journal)
        if declared is None:
            return self.inconclusive("the config does not state which datasets the app uses", hook=FACT)
        requested, read = _requested(api_calls), _read(api_calls)
        if not read:
            return self.inconclusive("the app read no data of an end user")
        excess = sorted(requested - set(declared))
        if excess:
            lines = tuple(f"requested {name}" for name in excess)
            observed = f"auth sessions request {excess[0]}, which app.facts.datasets does not declare"
            return self.fails(observed, evidence=lines)
        undeclared = sorted(read - set(declared))
        if undeclared:
            lines = tuple(f"read {name}" for name in undeclared)
            return self.fails(
                f"the app reads {undeclared[0]}, which app.facts.datasets does not declare",
                evidence=lines,
            )
        untried = sorted(set(untried_in_a_run(declared)) - read)
        unread = sorted(set(declared) - read - set(untried))
        if unread:
            return self.inconclusive(f"{unread[0]} is declared but was not read, so the need for it is not proven")
        permitted = "" if _name_permissions(api_calls) else f"consents permit only these datasets ({FACT})"
        observed = f"all {len(read)} declared datasets are read, and nothing else is requested"
        advice = tuple(f"{name} is of energy retailers, which this run did not try" for name in untried)
        return self.passes(observed, examined=len(read), stated=permitted, advice=advice)


def _requested(api_calls: Iterable[Exchange]) -> set[str]:
    """Return the permissions in the app's requests for auth sessions; without any, the console's settings apply."""
    named = [fields_of(call.request_body).get("permissions") for call in api_calls if call.route == "auth_session"]
    values = [value for names in named if isinstance(names, list) for value in names]
    return {value for value in values if isinstance(value, str) and value in PERMISSIONS}


def _name_permissions(api_calls: Iterable[Exchange]) -> bool:
    """Return True if the app requested auth sessions, and named permissions in each of these requests."""
    sessions = [call for call in api_calls if call.route == "auth_session"]
    return bool(sessions) and all(fields_of(call.request_body).get("permissions") for call in sessions)


def _read(api_calls: Iterable[Exchange]) -> set[str]:
    """Return the datasets that the app read successfully, by the names of their permissions."""
    read = set()
    for call in api_calls:
        family, _, name = call.route.partition(".")
        if f"{family}." in FAMILIES and call.method == "GET" and name not in PUBLIC and is_complete_success(call):
            read.add(DATASET_OF_ROUTE.get(call.route, name))
    return read
