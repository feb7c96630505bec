"""The promises of a client through whole lives, which probe checks each, and which practice a broken one counts for.

Where a probe checks several, what the shortest failing life has in it tells them apart, the first that fits.
"""

import msgspec

from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.api_calls import calls, was_locked_out
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.generation.receiver_invariants import Invariant

INVARIANTS = (
    Invariant(
        id="L1",
        statement="a dead token is renewed once, and what was refused for it is asked again",
        practice="tokens.expiry-handled",
        probes=("renews_token_once",),
        challenge=("expire_tokens",),
    ),
    Invariant(
        id="L2",
        statement="whatever token died when, the rows are all there in the end",
        practice="tokens.expiry-handled",
        probes=("holds_every_row", "holds_newest_values", "drops_removed_rows", "loses_nothing"),
        challenge=("expire_tokens", "unauthorised"),
        after=(steps.ExpireTokens,),
    ),
    Invariant(
        id="L3",
        statement="whatever call failed when, the rows are all there in the end",
        practice="edge.network-errors",
        probes=("holds_every_row", "holds_newest_values", "drops_removed_rows", "retries_in_bounds"),
        challenge=("reset_peer", "truncated_json", "cursor_expired", "status_503"),
        after=(steps.InjectFault,),
    ),
    Invariant(
        id="L4",
        statement="who failed to consent counts as unconnected, and the next journey works",
        practice="edge.user-cancellation",
        probes=("stays_unconnected", "starts_again_afresh"),
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
        statement="rows of a consent that is over are gone, whatever was under way",
        practice="cache.invalidated",
        probes=("drops_revoked_rows",),
        challenge=("revoke", "expire", "disconnect"),
    ),
    Invariant(
        id="L7",
        statement="rows that vanished leave the active view",
        practice="data.soft-delete",
        probes=("drops_removed_rows",),
        challenge=("row_removed", "row_vanished"),
    ),
    Invariant(
        id="L8",
        statement="the newest values win",
        practice="data.changes-tolerated",
        probes=("holds_newest_values",),
        challenge=("row_amended",),
    ),
    Invariant(
        id="L9",
        statement="rows are there once, however often they were read",
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
        statement="what was acknowledged is applied in the end",
        practice="webhooks.retries",
        probes=("loses_nothing",),
        challenge=("late", "newest_first", "restart"),
    ),
)

RENEWAL, *_ = INVARIANTS


def invariants_of(journal: Journal) -> tuple[Invariant, ...]:
    """The promises that a life with this *journal* can show broken.

    Whoever was locked out for a dead token has broken the first, whatever is missing for it.
    """
    if not was_locked_out(journal, {call.end_user_id for call in calls(journal)} - {""}):
        return INVARIANTS
    return (msgspec.structs.replace(RENEWAL, probes=(*RENEWAL.probes, *ABSENCE_PROBES)), *INVARIANTS)


ABSENCE_PROBES = ("drops_removed_rows", "drops_revoked_rows", "holds_every_row", "holds_newest_values", "loses_nothing")
"""Probes that see what an app lacks which could not read."""
