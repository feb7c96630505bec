"""Server errors that a receiver may return because its API calls fail: it was not given the URL of the local Fiskil.

A receiver that processes a message before it responds calls its API in between. If that is not the local Fiskil, the call
fails, and a 5xx shows nothing about the receiver.
"""

from fiskil_harness.journal import ApiUrlMissing, Delivery, Exchange, Journal
from fiskil_harness.journal.queries.deliveries import events_by_id, genuine, has_stack_trace

REMEDY = (
    "the receiver does not call the local Fiskil, so it may be an API call that fails: let the harness start the receiver "
    'with app.command, and pass FISKIL_BASE_URL = "{api_url}" in [app.env] (`fiskil-harness init` writes both)'
)
"""Why a 5xx proves nothing, and what to do."""


def may_lack_the_api(journal: Journal, delivery: Delivery) -> bool:
    """Return True if the 5xx for a signed message may come from an API call of a receiver that cannot reach the API.

    A kind of event that the receiver acknowledged at another time needs no API. A message of another kind than the sandbox
    creates is in doubt only if a known kind is too. A stack trace shows an exception that the receiver does not handle.
    """
    if not delivery.is_server_error or has_stack_trace(delivery) or not journal.all(ApiUrlMissing) or journal.all(Exchange):
        return False
    events, deliveries = events_by_id(journal), genuine(journal)
    kinds = {each.message_id: events[each.message_id].kind for each in deliveries if each.message_id in events}
    acknowledged = {kinds[each.message_id] for each in deliveries if each.is_acknowledged and each.message_id in kinds}
    failing = {
        kinds[each.message_id] for each in deliveries if each.is_server_error and each.message_id in kinds
    } - acknowledged
    event = events.get(delivery.message_id)
    return event.kind in failing if event is not None else bool(failing)
