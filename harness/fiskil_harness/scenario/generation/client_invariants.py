"""Invariants of an API client, which generated life plans test.

Each invariant lists the probes that check it, and the practice that a violation counts against. If a probe checks several
invariants, the first invariant whose steps are in the shortest failing plan counts.
"""

import msgspec

from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.api_calls import calls, has_unrenewed_token
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.receiver_invariants import Invariant

INVARIANTS = (
    Invariant(
        id="L1",
        statement="an expired token is renewed once, and the refused request is repeated",
        practice="tokens.expiry-handled",
        probes=("renews_token_once",),
        challenge=("expire_tokens",),
    ),
    Invariant(
        id="L2",
        statement="all rows are stored in the end, whenever a token expires",
        practice="tokens.expiry-handled",
        probes=("holds_every_row", "holds_newest_values", "drops_removed_rows", "loses_nothing"),
        challenge=("expire_tokens", "unauthorised"),
        after=(steps.ExpireTokens,),
    ),
    Invariant(
        id="L3",
        statement="all rows are stored in the end, whichever request fails",
        practice="edge.network-errors",
        probes=("holds_every_row", "holds_newest_values", "drops_removed_rows", "retries_in_bounds"),
        challenge=("reset_peer", "truncated_json", "cursor_expired", "status_503"),
        after=(steps.InjectFault,),
    ),
    Invariant(
        id="L4",
        statement="an end user without a consent counts as unconnected, and the next journey works",
        practice="edge.user-cancellation",
        probes=("stays_unconnected", "starts_new_session"),
        challenge=("cancel", "deny", "close_tab"),
    ),
    Invariant(
        id="L5",
        statement="no ending of a journey or of a consent breaks a page",
        practice="errors.graceful",
        probes=("shows_no_server_error",),
        challenge=("cancel", "deny", "revoke", "refresh"),
    ),
    Invariant(
        id="L6",
        statement="the rows of an ended consent are deleted, whatever was in progress",
        practice="cache.invalidated",
        probes=("drops_revoked_rows",),
        challenge=("revoke", "expire", "disconnect"),
    ),
    Invariant(
        id="L7",
        statement="removed rows disappear from the active view",
        practice="data.soft-delete",
        probes=("drops_removed_rows",),
        challenge=("row_removed", "row_vanished"),
    ),
    Invariant(
        id="L8",
        statement="the newest values are stored",
        practice="data.changes-tolerated",
        probes=("holds_newest_values",),
        challenge=("row_amended",),
    ),
    Invariant(
        id="L9",
        statement="each row is stored once, however often it is read",
        practice="data.upsert",
        probes=("holds_every_row",),
        challenge=("row_added", "renew", "replay"),
    ),
    Invariant(
        id="L10",
        statement="no message is applied twice",
        practice="webhooks.idempotent",
        probes=("applies_once",),
        challenge=("replay", "retry", "twice_at_once", "lost_ack"),
    ),
    Invariant(
        id="L11",
        statement="every acknowledged message is applied in the end",
        practice="webhooks.retries",
        probes=("loses_nothing",),
        challenge=("late", "newest_first", "restart"),
    ),
)

RENEWAL, *_ = INVARIANTS


def invariants_of(journal: Journal) -> tuple[Invariant, ...]:
    """Return the invariants that a life plan with this *journal* can violate.

    If the app could not read data because it did not renew its token, missing rows count against L1 (token renewal).
    """
    if not has_unrenewed_token(journal, {call.end_user_id for call in calls(journal)} - {""}):
        return INVARIANTS
    return (msgspec.structs.replace(RENEWAL, probes=(*RENEWAL.probes, *ABSENCE_PROBES)), *INVARIANTS)


ABSENCE_PROBES = ("drops_removed_rows", "drops_revoked_rows", "holds_every_row", "holds_newest_values", "loses_nothing")
"""Names of the probes that fail because of missing or outdated data if the app could not call the API."""
