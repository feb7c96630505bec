"""The fourteen promises of a receiver, which probe of drawn plans checks each, and which practice a broken one counts for.

Source: the model of a receiver, I1 to I14. A plan's failing probe and the steps of the plan tell which promise was broken.
"""

from msgspec import Struct

from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario


class Invariant(Struct, frozen=True, kw_only=True):
    """One promise. ``probes`` see it broken; where ``after`` names steps, one of them must be in the plan as well.

    ``challenge`` are the verbs of drawn plans that put it to the test.
    """

    id: str
    statement: str
    practice: str
    probes: tuple[str, ...]
    challenge: tuple[str, ...]
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

INVARIANTS = (
    Invariant(
        id="I13",
        statement="what a message does depends on what it says, not on how its JSON is written",
        practice="webhooks.signature",
        probes=("acknowledges_genuine",),
        challenge=("reencode",),
        after=(steps.Reencode,),
    ),
    Invariant(
        id="I11",
        statement="unknown events and fields are acknowledged",
        practice="webhooks.prompt-2xx",
        probes=("acknowledges_genuine",),
        challenge=("unknown",),
        after=(steps.DeliverUnknownEvent,),
    ),
    Invariant(
        id="I14",
        statement="after any junk the next genuine message is acknowledged",
        practice="webhooks.prompt-2xx",
        probes=("acknowledges_genuine", "loses_nothing"),
        challenge=("odd", "forge", "half"),
        after=(steps.Distort, steps.Forge, steps.TruncateRequest),
    ),
    Invariant(
        id="I4",
        statement="what was refused, or got no answer, and is acknowledged later is applied",
        practice="webhooks.retries",
        probes=("loses_nothing",),
        challenge=("fail", "kill", "lose"),
        after=(steps.FailNext, steps.KillDuringDelivery, steps.LoseAcknowledgement),
    ),
    Invariant(
        id="I3",
        statement="what was acknowledged is applied, also after kill -9",
        practice="webhooks.retries",
        probes=("loses_nothing",),
        challenge=("hand_over", "restart", "kill_late"),
    ),
    Invariant(
        id="I9",
        statement="who keeps to Fiskil's schedule gets every message acknowledged",
        practice="webhooks.retries",
        probes=("acknowledges_genuine", "loses_nothing"),
        challenge=("hand_over", "late", "fail"),
    ),
    Invariant(
        id="I6",
        statement="repetitions, wherever they come, leave the final state as it is",
        practice="webhooks.retries",
        probes=("ignores_delivery_order", "reaches_event_state"),
        challenge=("replay", "burst_2", "lose"),
        after=DISTURBED,
    ),
    Invariant(
        id="I5",
        statement="the final state is what the acknowledged events come to, in whatever order they came",
        practice="webhooks.retries",
        probes=("ignores_delivery_order", "reaches_event_state"),
        challenge=("hand_over",),
    ),
    Invariant(
        id="I2",
        statement="no message is applied twice",
        practice="webhooks.idempotent",
        probes=("applies_once",),
        challenge=("replay", "burst_2", "burst_2_retries", "lose", "restart", "kill"),
    ),
    Invariant(
        id="I1",
        statement="only what Fiskil signed is applied",
        practice="webhooks.signature",
        probes=("refuses_forgeries",),
        challenge=("forge",),
    ),
    Invariant(
        id="I7",
        statement="a forgery changes nothing, nor does half of a message",
        practice="webhooks.signature",
        probes=("refuses_forgeries", "applies_whole_posts_only"),
        challenge=("forge", "half"),
    ),
    Invariant(
        id="I8",
        statement="a message about one end user moves no other",
        practice="sandbox.many-end-users",
        probes=("keeps_end_users_apart",),
        challenge=("foreign", "mixed"),
    ),
    Invariant(
        id="I10",
        statement="acknowledgements come within the limit",
        practice="webhooks.prompt-2xx",
        probes=("acknowledges_promptly",),
        challenge=("hand_over", "replay"),
    ),
    Invariant(
        id="I12",
        statement="answers and logs hold no secret",
        practice="tokens.not-logged",
        probes=("keeps_secrets_out_of_logs", "refuses_forgeries"),
        challenge=("forge", "hand_over"),
    ),
)
"""Of two that one probe sees, the first is told whose steps the plan has."""


def broken(plan: Scenario, probe: str, promises: tuple[Invariant, ...] = INVARIANTS) -> Invariant | None:
    """The promise that *plan* found broken when *probe* failed; None where the probe checks none of them."""
    for promise in promises:
        if probe in promise.probes and (not promise.after or any(isinstance(step, promise.after) for step in plan.steps)):
            return promise
    return None
