"""Ledgers, effects and runs written by hand."""

from typing import Any

from fiskil_harness.soak.checks import Given
from fiskil_harness.soak.effects import EndUserEffects
from fiskil_harness.soak.ledger import Attempt, Lived, MergedLedger, Reply, Request, Sent, WorkerLedger, merged
from fiskil_harness.soak.observed import Observed
from fiskil_harness.soak.shapes import Timetable, phases_of

BEGAN_AT = 1_800_000_000.0
KIND = "consent.updated"


def attempt(
    message_id: str,
    *,
    end_user_id: str = "ann",
    status: int | None = 204,
    at_s: float = 1.0,
    number: int = 1,
    **details: Any,
) -> Attempt:
    """Return one attempt; without a *status* its outcome is unknown."""
    reply_fields = {name: details.pop(name) for name in ("retry_after", "problem") if name in details}
    latency_s, took_s = details.pop("latency_s", 0.02), details.pop("took_s", 0.01)
    fields = {"origin": "genuine", "how": "first", "phase": "steady", "kind": KIND, "attempt": 1} | details
    sent = Sent(number, BEGAN_AT + at_s, message_id, end_user_id, **fields)
    return Attempt(sent, None if status is None else Reply(number, status, latency_s, took_s, **reply_fields))


def ledger(*attempts: Attempt, is_closed: bool = True, unsent: int = 0, **more: Any) -> MergedLedger:
    """Return the merged ledger of one worker."""
    requests: tuple[Request, ...] = more.get("requests", ())
    lived: tuple[Lived, ...] = more.get("lived", ())
    worker = WorkerLedger(
        worker="worker-0",
        began_at=BEGAN_AT,
        attempts=attempts,
        requests=requests,
        lived=lived,
        is_closed=is_closed,
        unsent=unsent,
        torn=0,
    )
    return merged([worker])


def effects(end_user_id: str, **fields: Any) -> EndUserEffects:
    """Return the effects of an end user who has no unfinished work."""
    return EndUserEffects(end_user_id=end_user_id, **({"pending": 0} | fields))


def given(written: MergedLedger, *examined: EndUserEffects, **fields: Any) -> Given:
    """Return the material of a verdict about a run of *planned* slots, in which the app became idle at once."""
    observed = fields.pop("observed", Observed(idle_after_s=1.0))
    return Given(
        ledger=written,
        examined={report.end_user_id: report for report in examined},
        observed=observed,
        timetable=Timetable(phases_of(fields.pop("shape", "steady"), rate=1, duration_s=fields.pop("planned", 1))),
        **fields,
    )
