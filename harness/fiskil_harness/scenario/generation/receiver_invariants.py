"""The fourteen invariants of a webhook receiver, I1 to I14, which generated plans test.

Each invariant lists the probes that check it, and the practice that a violation counts against. The failing probe and the
steps of the plan decide which invariant was violated.
"""

from msgspec import Struct

from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario


class Invariant(Struct, frozen=True, kw_only=True):
    """A statement that must hold for an app in every generated plan.

    If one of ``probes`` fails, the invariant was violated. If ``after`` lists kinds of steps, the plan must contain one of
    these steps as well. ``challenge`` lists the verbs (kinds of action) that test the invariant. A violation counts against
    ``practice``.
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
        statement="the effect of a message depends on its content, not on its JSON encoding",
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
        statement="the next genuine message after any invalid one is acknowledged",
        practice="webhooks.prompt-2xx",
        probes=("acknowledges_genuine", "loses_nothing"),
        challenge=("odd", "forge", "half"),
        after=(steps.Distort, steps.Forge, steps.TruncateRequest),
    ),
    Invariant(
        id="I4",
        statement="a message that was refused or got no response, and is acknowledged later, is applied",
        practice="webhooks.retries",
        probes=("loses_nothing",),
        challenge=("fail", "kill", "lose"),
        after=(steps.FailNext, steps.KillDuringDelivery, steps.LoseAcknowledgement),
    ),
    Invariant(
        id="I3",
        statement="an acknowledged message is applied, even after SIGKILL",
        practice="webhooks.retries",
        probes=("loses_nothing",),
        challenge=("hand_over", "restart", "kill_late"),
    ),
    Invariant(
        id="I9",
        statement="every message is acknowledged within Fiskil's retry schedule",
        practice="webhooks.retries",
        probes=("acknowledges_genuine", "loses_nothing"),
        challenge=("hand_over", "late", "fail"),
    ),
    Invariant(
        id="I6",
        statement="repetitions at any moment do not change the final state",
        practice="webhooks.retries",
        probes=("ignores_delivery_order", "reaches_event_state"),
        challenge=("replay", "burst_2", "lose"),
        after=DISTURBED,
    ),
    Invariant(
        id="I5",
        statement="the final state results from the acknowledged events, whatever their order",
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
        statement="only messages with Fiskil's signature are applied",
        practice="webhooks.signature",
        probes=("refuses_forgeries",),
        challenge=("forge",),
    ),
    Invariant(
        id="I7",
        statement="forged and truncated messages change nothing",
        practice="webhooks.signature",
        probes=("refuses_forgeries", "applies_whole_posts_only"),
        challenge=("forge", "half"),
    ),
    Invariant(
        id="I8",
        statement="a message about one end user does not affect another",
        practice="sandbox.many-end-users",
        probes=("separates_end_users",),
        challenge=("foreign", "mixed"),
    ),
    Invariant(
        id="I10",
        statement="messages are acknowledged within the limit",
        practice="webhooks.prompt-2xx",
        probes=("acknowledges_promptly",),
        challenge=("hand_over", "replay"),
    ),
    Invariant(
        id="I12",
        statement="responses and logs contain no secret",
        practice="tokens.not-logged",
        probes=("keeps_secrets_out_of_logs", "refuses_forgeries"),
        challenge=("forge", "hand_over"),
    ),
)
"""All invariants. If a failed probe checks two of them, the first invariant whose steps are in the plan counts."""


def violated(plan: Scenario, probe: str, invariants: tuple[Invariant, ...] = INVARIANTS) -> Invariant | None:
    """Return the invariant that *plan* violates if *probe* fails; None if the probe checks no invariant."""
    for invariant in invariants:
        has_step = not invariant.after or any(isinstance(step, invariant.after) for step in plan.steps)
        if probe in invariant.probes and has_step:
            return invariant
    return None
