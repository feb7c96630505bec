"""The messages of the load: the same seed and slot give the same disturbance, and each message has one id."""

from collections import Counter
from datetime import UTC, datetime

import msgspec
import pytest

from fiskil_harness.core.config.webhook_format import FISKIL
from fiskil_harness.soak.ledger import Reply
from fiskil_harness.soak.load.queue import DueQueue
from fiskil_harness.soak.load.source import Delivery, MessageSource
from fiskil_harness.soak.plan import SHARES, ConnectedEndUser, SoakPlan, Target, decoded, encoded
from fiskil_harness.webhooks.fiskil_signature import sign

SECRET = "c2VjcmV0IG9mIGEgc29haw=="  # gitleaks:allow
BEGAN_AT = 1_800_000_000.0


def plan(**changes: object) -> SoakPlan:
    """Return a plan with ten end users and ten seconds of load."""
    end_users = tuple(
        ConnectedEndUser(f"eu_{number}", f"consent-{number}", "88888", f"ref-{number}", ("acc",)) for number in range(10)
    )
    first = SoakPlan(
        run_id="run",
        seed=7,
        shape="steady",
        rate=100,
        duration_s=10,
        drain_s=5,
        timeout_s=5,
        target=Target("127.0.0.1", 80, False, "/webhooks"),
        secret=SECRET,
        dialect=FISKIL,
        client_id="client",
        kinds=("consent.updated", "banking.accounts.sync.completed"),
        account_kinds=("banking.accounts.sync.completed",),
        forgeries=("unsigned", "other_secret"),
        shares=SHARES,
        end_users=end_users,
    )
    return msgspec.structs.replace(first, **changes)


def source_of(made: SoakPlan, worker: str = "worker-0") -> MessageSource:
    """Return the source of a worker."""
    return MessageSource(made, worker, began_at=BEGAN_AT)


def sent_by(made: SoakPlan, source: MessageSource) -> list[Delivery]:
    """Return every delivery of the plan, each acknowledged at once."""
    table, sent = made.timetable(), []
    for number in range(table.count):
        for delivery in source.deliveries(table.slot(number)):
            sent.append(delivery)
            source.after(delivery, Reply(1, 204, 0.1, 0.1), now_s=delivery.due_s, phase=table.phases[0])
    return sent


def test_the_shares_are_as_stated() -> None:
    """Of a thousand slots, about the stated share is disturbed in each way."""
    counts = Counter(delivery.how for delivery in sent_by(plan(), source_of(plan())))
    forged = sum(count for how, count in counts.items() if how in {"unsigned", "other_secret"})

    assert 30 <= forged <= 75
    assert {how: 25 <= counts[how] <= 80 for how in ("retry", "repeat", "replay", "late")} == dict.fromkeys(
        ("retry", "repeat", "replay", "late"), True
    )
    assert counts["burst"] % 3 == 0


def test_one_and_four_workers_have_the_same_plan() -> None:
    """Disturbance, kind and end user of a slot do not depend on the worker; the message id does."""
    made = plan()
    slots = [made.timetable().slot(number) for number in range(200)]

    def about(worker: str) -> list[tuple[object, ...]]:
        made_by = source_of(made, worker)
        return [
            (delivery.how, delivery.event.kind, delivery.event.end_user_id)
            for slot in slots
            for delivery in made_by.deliveries(slot)
        ]

    first, second = source_of(made, "worker-0"), source_of(made, "worker-1")
    assert about("worker-0") == about("worker-3")
    assert first.deliveries(slots[0])[0].event.message_id != second.deliveries(slots[0])[0].event.message_id


def test_a_genuine_message_is_signed_and_a_forgery_is_not() -> None:
    """The signature of each genuine body is Fiskil's; a forgery's is not that of its body."""
    sent = sent_by(plan(), source_of(plan()))

    correct = [dict(delivery.headers).get("X-Fiskil-Signature") == sign(delivery.body, SECRET) for delivery in sent]

    assert correct == [delivery.origin == "genuine" for delivery in sent]


def test_a_replay_has_the_same_bytes_and_a_repeat_the_next_attempt() -> None:
    """Both are about a message that was acknowledged before."""
    sent = sent_by(plan(), source_of(plan()))
    bodies = {delivery.body for delivery in sent if delivery.how not in {"replay", "repeat"}}
    replay = next(delivery for delivery in sent if delivery.how == "replay")
    repeat = next(delivery for delivery in sent if delivery.how == "repeat")

    assert replay.body in bodies or replay.attempt > 1
    assert (repeat.body in bodies, repeat.attempt >= 2) == (False, True)


def test_a_late_message_is_older_than_the_one_before_it() -> None:
    """Its publish time is earlier, and it is sent later."""
    made = plan(shares={"late": 1.0})

    newer, older = source_of(made).deliveries(made.timetable().slot(5))

    assert (older.event.publish_time < newer.event.publish_time, older.due_s > newer.due_s) == (True, True)
    assert newer.event.publish_time == datetime.fromtimestamp(BEGAN_AT + newer.due_s, UTC)


@pytest.mark.parametrize(
    ("status", "retry_after", "delay_s"), [(503, "4", 4.0), (429, "600", 15.0), (500, "", 1.0), (0, "", 1.0)]
)
def test_the_next_attempt_waits_as_the_app_requires(status: int, retry_after: str, delay_s: float) -> None:
    """Retry-After decides within bounds, else the delay doubles with each attempt."""
    made = plan(shares={})
    source = source_of(made)
    phase = made.timetable().phases[0]
    (delivery,) = source.deliveries(made.timetable().slot(0))

    following = source.after(delivery, Reply(1, status, 0.1, 0.1, retry_after), now_s=3.0, phase=phase)

    assert following is not None
    assert (following.due_s, following.attempt) == (3.0 + delay_s, 2)
    assert following.event.message_id == delivery.event.message_id


def test_a_nightly_sync_reaches_every_end_user_in_turn() -> None:
    """In the sweep, ten slots in a row are about ten different end users."""
    made = plan(shape="nightly-sync", shares={})
    table, source = made.timetable(), source_of(made)
    numbers = [number for number in range(table.count) if table.slot(number).phase.sweeps][:10]

    swept = {source.deliveries(table.slot(number))[0].event.end_user_id for number in numbers}

    assert len(swept) == 10


def test_the_queue_returns_deliveries_at_their_times_and_counts_the_rest() -> None:
    """Retries come between the slots; what is left at the end was not sent."""
    made = plan(shares={}, duration_s=1, rate=10)
    source = source_of(made)
    queue = DueQueue(source, made.timetable().slots_of(0, 1))
    (retry,) = source.deliveries(made.timetable().slot(0))
    queue.add(msgspec.structs.replace(retry, due_s=0.05))

    due = [delivery.due_s for delivery in queue.take_due(0.25)]

    assert (due, queue.next_due_s(), queue.left()) == ([0.0, 0.05, 0.1, 0.2], pytest.approx(0.3), 7)


def test_a_plan_survives_its_way_to_another_machine() -> None:
    """Workers get the plan as JSON."""
    made = plan(lives=(("hand_over:1", "revoke:0"),))

    assert decoded(encoded(made)) == made
