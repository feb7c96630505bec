"""Does a refresh for a customer read the data of the end user whose consent this customer gave?"""

from math import inf

from fiskil_harness.core.config.hooks import REFRESH
from fiskil_harness.journal import Exchange, HookCall, Journal, Journey
from fiskil_harness.journal.queries.api_calls import acknowledged_events, began_s, calls, dataset_read, refreshes
from fiskil_harness.probes.probe import Finding, Probe

UNKNOWN_CUSTOMER, FAILED = 404, 400
FEWEST = 2
"""Number of refreshes of a customer from which their calls are judged: one may coincide with other work of the app."""
LISTING = "consents.list"


class ReadsOwnEndUser(Probe, frozen=True, kw_only=True, tag="reads_own_end_user"):
    """Check that the app knows, for each customer, the end user of Fiskil under whom this customer consented.

    A customer may have several end users, if the app reads all of them. FAIL requires that every refresh for a customer read
    data of other end users and none of their own, or that the app knows of no such customer, although it knows another one.
    """

    needs = (REFRESH,)
    expected = "the data of the end user under whom the customer consented, in each refresh for this customer"
    source = "webhooks.end-user"
    fix = (
        "create one end user for each customer, also if two requests arrive at once: claim the customer first; "
        "keep no values of a request in variables that requests share; "
        "do not delete a customer while a session is open, also after a restart"
    )

    def examine(self, journal: Journal) -> Finding:
        """Compare the end users in the calls of each refresh with those of the customer's journeys.

        Which of several customers are affected depends on timing, so findings do not name them.
        """
        owned = _end_users(journal)
        every = refreshes(journal, since_s=0.0)
        hooks_of = {name: [hook for hook in every if hook.participant == name] for name in owned}
        reading = {name for name, hooks in hooks_of.items() if any(_reads(journal, hook, owned[name]) for hook in hooks)}
        if any(
            _is_unknown(journal, hooks_of[name], owned[name], knows_others=bool(reading))
            for name in owned
            if name not in reading
        ):
            observed = "the refreshes for a customer did not read the end user under whom this customer consented"
            return self.fails(observed)
        if any(_reads_others(journal, hook, owned[name]) for name in reading for hook in hooks_of[name]):
            return self.inconclusive(
                "one refresh for a customer read only the data of others, and another one read their own"
            )
        if not reading or reading != set(owned):
            return self.inconclusive("the refreshes of a customer made no call about their end user")
        return self.passes(
            f"the refreshes of {len(owned)} customers read the data of their own end users", examined=len(owned)
        )


def _is_unknown(journal: Journal, hooks: list[HookCall], end_user_ids: set[str], *, knows_others: bool) -> bool:
    """Return True if every refresh read other end users, or responded 404 although the app knows other customers."""
    if len(hooks) < FEWEST:
        return False
    if all(hook.status == UNKNOWN_CUSTOMER for hook in hooks):
        return knows_others
    return all(
        hook.status is not None and hook.status < FAILED and _reads_others(journal, hook, end_user_ids) for hook in hooks
    )


def _end_users(journal: Journal) -> dict[str, set[str]]:
    """Return the end users under whom each participant consented, if the app knows and no two participants share one."""
    notified = {event.participant for _, event in acknowledged_events(journal) if event.kind == "consent.received"}
    owned: dict[str, set[str]] = {}
    for journey in journal.all(Journey):
        if journey.is_approved and journey.end_user_id and journey.participant in notified:
            owned.setdefault(journey.participant, set()).add(journey.end_user_id)
    ids = [end_user_id for end_user_ids in owned.values() for end_user_id in end_user_ids]
    return owned if len(ids) == len(set(ids)) else {}


def _calls(journal: Journal, hook: HookCall) -> list[Exchange]:
    """Return the calls that read consents or data from *hook* to the next refresh: an app may read after its response."""
    next_s = min((began_s(each) for each in refreshes(journal, since_s=began_s(hook)) if each is not hook), default=inf)
    reads = [call for call in calls(journal) if began_s(hook) <= call.at_s < next_s]
    return [call for call in reads if call.end_user_id and (call.route == LISTING or dataset_read(call))]


def _reads(journal: Journal, hook: HookCall, end_user_ids: set[str]) -> bool:
    return any(call.end_user_id in end_user_ids for call in _calls(journal, hook))


def _reads_others(journal: Journal, hook: HookCall, end_user_ids: set[str]) -> bool:
    return bool(_calls(journal, hook)) and not _reads(journal, hook, end_user_ids)
