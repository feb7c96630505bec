"""Does each end user get an auth session of their own?"""

from itertools import combinations

from fiskil_harness.journal import Journal, Journey
from fiskil_harness.probes.probe import Finding, Probe


class OpensOwnSessions(Probe, frozen=True, kw_only=True, tag="opens_own_sessions"):
    """Check that the app never opens auth sessions of one end user of Fiskil for two of its own customers.

    A customer who completes such a session shares data with another person. FAIL requires that the app has different end
    users for two other customers, because the config may name the same customer in every request.
    """

    is_general = True
    expected = "an end user of their own, and an auth session of their own, for each customer"
    source = "webhooks.end-user"
    fix = "create one end user for each customer, and keep the values of a request out of variables that requests share"

    def examine(self, journal: Journal) -> Finding:
        """Compare the end users of each two customers' auth sessions.

        Which of the customers are affected depends on timing, so findings do not name them.
        """
        journeys = [journey for journey in journal.all(Journey) if journey.session and journey.end_user_id]
        customers = {journey.participant for journey in journeys}
        if len(customers) < 2:
            return self.inconclusive("the app opened no auth sessions for two customers")
        pairs = [(one, other) for one, other in combinations(journeys, 2) if one.participant != other.participant]
        if len({journey.end_user_id for journey in journeys}) < 2:
            return self.inconclusive("all customers have the same end user, perhaps because the config names no other")
        if any(one.end_user_id == other.end_user_id for one, other in pairs):
            observed = "the app opened auth sessions of one end user for two customers"
            return self.fails(observed)
        return self.passes(f"each of {len(customers)} customers got auth sessions of their own", examined=len(customers))
