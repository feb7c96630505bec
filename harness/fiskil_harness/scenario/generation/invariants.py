"""The invariants that generated plans test: of a webhook receiver (I1 to I15), and of an API client (L1 to L11).

Each invariant lists the probes that check it, and the practice that a violation counts against. The failing probe and the
steps of the plan decide which invariant was violated.
"""

import msgspec
from msgspec import Struct

from fiskil_harness.journal import Journal
from fiskil_harness.journal.queries.api_calls import calls, has_unrenewed_token
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario


class Invariant(Struct, frozen=True, kw_only=True):
    """A statement that must hold for an app in every generated plan; the comment above each invariant is the statement.

    If one of ``probes`` fails, the invariant was violated. If ``after`` lists kinds of steps, the plan must contain one of
    these steps as well. A violation counts against ``practice``.
    """

    id: str
    practice: str
    probes: tuple[str, ...]
    after: tuple[type, ...] = ()


DISTURBED = (
    steps.Burst,
    steps.KillDuringDelivery,
    steps.LoseAcknowledgement,
    steps.TruncateRequest,
    steps.Replay,
    steps.Restart,
    steps.Retry,
)

RECEIVER_INVARIANTS = (
    # The effect of a message depends on its content, not on its JSON encoding.
    Invariant(id="I13", practice="webhooks.signature", probes=("acknowledges_genuine",), after=(steps.Reencode,)),
    # Unknown events and fields are acknowledged.
    Invariant(
        id="I11", practice="webhooks.prompt-2xx", probes=("acknowledges_genuine",), after=(steps.DeliverUnknownEvent,)
    ),
    # The next genuine message after any invalid one is acknowledged.
    Invariant(
        id="I14",
        practice="webhooks.prompt-2xx",
        probes=("acknowledges_genuine", "loses_nothing"),
        after=(steps.Distort, steps.Forge, steps.TruncateRequest),
    ),
    # A message that was refused or got no response, and is acknowledged later, is applied.
    Invariant(
        id="I4",
        practice="webhooks.retries",
        probes=("loses_nothing",),
        after=(steps.FailNext, steps.KillDuringDelivery, steps.LoseAcknowledgement),
    ),
    # An acknowledged message is applied, even after SIGKILL.
    Invariant(id="I3", practice="webhooks.retries", probes=("loses_nothing",)),
    # Every message is acknowledged within Fiskil's retry schedule.
    Invariant(id="I9", practice="webhooks.retries", probes=("acknowledges_genuine", "loses_nothing")),
    # Repetitions at any moment do not change the final state.
    Invariant(
        id="I6", practice="webhooks.retries", probes=("ignores_delivery_order", "reaches_event_state"), after=DISTURBED
    ),
    # The final state results from the acknowledged events, whatever their order.
    Invariant(id="I5", practice="webhooks.retries", probes=("ignores_delivery_order", "reaches_event_state")),
    # No message is applied twice.
    Invariant(id="I2", practice="webhooks.idempotent", probes=("applies_once",)),
    # Only messages with Fiskil's signature are applied.
    Invariant(id="I1", practice="webhooks.signature", probes=("refuses_forgeries",)),
    # Forged and truncated messages change nothing.
    Invariant(id="I7", practice="webhooks.signature", probes=("refuses_forgeries", "applies_whole_posts_only")),
    # A message about one end user does not affect another.
    Invariant(id="I8", practice="sandbox.many-end-users", probes=("separates_end_users",)),
    # Messages are acknowledged within the limit.
    Invariant(id="I10", practice="webhooks.prompt-2xx", probes=("acknowledges_promptly",)),
    # Logs contain no secret.
    Invariant(id="I12", practice="tokens.not-logged", probes=("keeps_secrets_out_of_logs", "refuses_forgeries")),
    # Responses contain no secret, and not the signature that a forged message lacks.
    Invariant(id="I15", practice="webhooks.signature", probes=("responses_contain_no_secrets",)),
)
"""All invariants of a receiver. If a failed probe checks two, the first invariant whose steps are in the plan counts."""

CLIENT_INVARIANTS = (
    # An expired token is renewed once, and the refused request is repeated.
    Invariant(id="L1", practice="tokens.expiry-handled", probes=("renews_token_once",)),
    # All rows are stored in the end, whenever a token expires.
    Invariant(
        id="L2",
        practice="tokens.expiry-handled",
        probes=("holds_every_row", "holds_newest_values", "drops_removed_rows", "loses_nothing"),
        after=(steps.ExpireTokens,),
    ),
    # All rows are stored in the end, whichever request fails.
    Invariant(
        id="L3",
        practice="edge.network-errors",
        probes=("holds_every_row", "holds_newest_values", "drops_removed_rows", "retries_in_bounds"),
        after=(steps.InjectFault,),
    ),
    # An end user without a consent counts as unconnected, and the next journey works.
    Invariant(id="L4", practice="edge.user-cancellation", probes=("stays_unconnected", "starts_new_session")),
    # No ending of a journey or of a consent breaks a page.
    Invariant(id="L5", practice="errors.graceful", probes=("shows_no_server_error",)),
    # The rows of an ended consent are deleted, whatever was in progress.
    Invariant(id="L6", practice="cache.invalidated", probes=("drops_revoked_rows",)),
    # Removed rows disappear from the active view.
    Invariant(id="L7", practice="data.soft-delete", probes=("drops_removed_rows",)),
    # The newest values are stored.
    Invariant(id="L8", practice="data.changes-tolerated", probes=("holds_newest_values",)),
    # Each row is stored once, however often it is read.
    Invariant(id="L9", practice="data.upsert", probes=("holds_every_row",)),
    # No message is applied twice.
    Invariant(id="L10", practice="webhooks.idempotent", probes=("applies_once",)),
    # Every acknowledged message is applied in the end.
    Invariant(id="L11", practice="webhooks.retries", probes=("loses_nothing",)),
)
"""The invariants of an API client, which life plans test, in the same order of precedence."""

RENEWAL, *_ = CLIENT_INVARIANTS
ABSENCE_PROBES = ("drops_removed_rows", "drops_revoked_rows", "holds_every_row", "holds_newest_values", "loses_nothing")
"""Names of the probes that fail because of missing or outdated data if the app could not call the API."""


def violated(plan: Scenario, probe: str, invariants: tuple[Invariant, ...] = RECEIVER_INVARIANTS) -> Invariant | None:
    """Return the invariant that *plan* violates if *probe* fails; None if the probe checks no invariant."""
    for invariant in invariants:
        has_step = not invariant.after or any(isinstance(step, invariant.after) for step in plan.steps)
        if probe in invariant.probes and has_step:
            return invariant
    return None


def client_invariants(journal: Journal) -> tuple[Invariant, ...]:
    """Return the invariants that a life plan with this *journal* can violate.

    If the app could not read data because it did not renew its token, missing rows count against L1 (token renewal).
    """
    if not has_unrenewed_token(journal, {call.end_user_id for call in calls(journal)} - {""}):
        return CLIENT_INVARIANTS
    return (msgspec.structs.replace(RENEWAL, probes=(*RENEWAL.probes, *ABSENCE_PROBES)), *CLIENT_INVARIANTS)
