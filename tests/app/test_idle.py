"""Idle: every cell of the table of waits, with a scripted app and a controlled clock."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fiskil_harness.app.app_under_test import AppUnderTest, open_app
from fiskil_harness.app.effects import EffectsReport, query_effects
from fiskil_harness.app.idle import (
    NO_REQUEST,
    NONE,
    PROMPT_AFTER,
    TABLE,
    Backlog,
    FirstReport,
    IdleWait,
    IdleWaits,
    wait_for_no_request,
)
from fiskil_harness.core import clock
from fiskil_harness.core.config import Settings, parse
from fiskil_harness.core.net.server import free_port
from fiskil_harness.journal import (
    Delivery,
    Effects,
    Entry,
    EventCreated,
    Exchange,
    HookCall,
    Journal,
    MachinePaused,
    PageView,
)
from fiskil_harness.journal.queries.recovery import RECOVERY_S

SECRET = "c2VjcmV0LXNlY3JldC1zZWNyZXQ="
POLL_S = 0.1
"""The reports are queried at least this often, so a wait may end so much later than its cell says."""
NOBODY = {"end_user_ref": "nobody"}


class ControlledTime:
    """The time of ``core.clock``: it stands still, except that a sleep moves it forward."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        """Return the time in seconds."""
        return self.now_s

    def sleep(self, seconds: float) -> None:
        """Move the time forward, at least by a microsecond: less may be lost by rounding, and the time would stand still."""
        self.now_s += max(seconds, 1e-6)


class ScriptedApp:
    """An app whose reports the test sets; a function gets the seconds since it was set and the number of earlier queries."""

    def __init__(self, time: ControlledTime) -> None:
        self._time = time
        self.report({})

    def report(self, report: dict[str, Any] | Callable[[float, int], dict[str, Any]]) -> None:
        """Set the report for all following queries."""
        self._report, self._since_s, self._queries = report, self._time.now_s, 0

    def start(self, values: dict[str, str]) -> str:
        """Return the URL of the app."""
        return values["public_url"]

    def ready(self, _values: dict[str, str]) -> bool:
        """Return true: the app is always ready."""
        return True

    def effects(self, _values: dict[str, str]) -> dict[str, Any]:
        """Return the report."""
        self._queries += 1
        if callable(self._report):
            return self._report(self._time.now_s - self._since_s, self._queries - 1)
        return self._report


class Requests:
    """The proxy of an app that makes API requests at will."""

    def __init__(self, time: ControlledTime) -> None:
        self._time = time
        self.last_s = 0.0
        self.busy_until_s = 0.0

    @property
    def open_requests(self) -> int:
        """The number of requests without a response."""
        return int(self._time.now_s < self.busy_until_s)

    def idle_s(self) -> float:
        """Return the time since the last request."""
        return self._time.now_s - self.last_s


class Waiting:
    """One scripted app, and the waits of scenarios for it."""

    def __init__(self, folder: Path, time: ControlledTime, *, fresh_s: float = 5) -> None:
        self.time, self.script, self.requests = time, ScriptedApp(time), Requests(time)
        self.app: AppUnderTest = open_app(
            parse({"app": {"limits": {"fresh_s": fresh_s}}}, folder=folder),
            values={"public_url": "http://127.0.0.1:1"},
            workdir=folder,
            app_object=self.script,
        )
        self.app.start()
        self.begin("first")

    def begin(self, scenario: str, *, full_time_s: float | None = None) -> None:
        """Begin a scenario."""
        self.journal = Journal()
        self.waits = IdleWaits(
            self.app,
            partial(query_effects, self.app),
            journal=self.journal,
            requests=self.requests,
            scenario=scenario,
            unknown_end_user=NOBODY,
            full_time_s=full_time_s,
        )

    def acknowledge(self, *message_ids: str, kind: str = "consent.updated", is_subscribed: bool = True) -> None:
        """Record messages that the app has acknowledged."""
        for message_id in message_ids:
            self.journal.write(
                EventCreated(
                    event=message_id,
                    kind=kind,
                    message_id=message_id,
                    participant="",
                    publish_time="",
                    is_subscribed=is_subscribed,
                )
            )
            self.journal.write(
                Delivery(
                    event=message_id,
                    participant="",
                    message_id=message_id,
                    attempt=1,
                    body=b"{}",
                    outcome="ack",
                    at_s=self.journal.elapsed_s(),
                )
            )

    def wait(
        self, *, is_disturbed: bool = False, is_last: bool = False, first: FirstReport | None = None
    ) -> tuple[str, float]:
        """Wait for the app; return the result and the seconds."""
        wait, took_s = self.timed(is_disturbed=is_disturbed, is_last=is_last, first=first)
        return wait.result, took_s

    def timed(
        self,
        *,
        is_disturbed: bool = False,
        is_last: bool = False,
        can_recover: bool = False,
        first: FirstReport | None = None,
    ) -> tuple[IdleWait, float]:
        """Wait for the app; return the wait and its seconds."""
        began_s = self.time.now_s
        wait = self.waits.wait("", {}, is_disturbed=is_disturbed, is_last=is_last, can_recover=can_recover, first=first)
        return wait, self.time.now_s - began_s

    def recover(self) -> tuple[IdleWait, float]:
        """Wait for the app at the end of a scenario whose disturbance is over; return the wait and its seconds."""
        return self.timed(is_disturbed=True, is_last=True, can_recover=True)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> ControlledTime:
    """The controlled time of all waits."""
    controlled = ControlledTime()
    monkeypatch.setattr(clock, "time", controlled)
    return controlled


@pytest.fixture
def waiting(tmp_path: Path, time: ControlledTime) -> Iterator[Waiting]:
    """A scripted app, and the first scenario."""
    started = Waiting(tmp_path, time)
    yield started
    started.app.stop()


class Row(NamedTuple):
    """A row of the theory of operation: an app that reports so, and its cells."""

    app_reports: str
    key: str
    report: dict[str, Any]
    result: str
    undisturbed_s: tuple[float, ...]
    disturbed_s: tuple[float, ...]
    """The seconds for no earlier stuck wait, for one, two ...; the last number is for all further ones."""
    acknowledged: tuple[str, ...] = ()
    is_queried: bool = False
    """True if the app was queried after the acknowledgements."""


FULL_S = (10, 10, 5, 2.5, 2, 2), (20, 20, 10, 5, 2.5, 2, 2)
AS_BEFORE_S = (2, 1, 0.5, 0.25, 0.125, 0.0625, 0.05, 0.05)
ROWS = (
    Row("pending", "none pending", {"pending": 0}, "idle", (0, 0), (0, 0)),
    Row("pending", "none pending", {"pending": 0, "applied": {}}, "idle", (0, 0), (0, 0), ("e0",)),
    Row("pending", "pending", {"pending": 3}, "stuck", *FULL_S),
    Row("pending", "pending as before", {"pending": 3}, "stuck", AS_BEFORE_S, AS_BEFORE_S),
    Row("counts", "looks idle", {"applied": {"e0": 1, "e1": 1}}, "idle", (0.25, 0.25), (3, 3), ("e0", "e1")),
    Row("counts", "none applied", {"applied": {"e0": 0}}, "stuck", *FULL_S, ("e0", "e1")),
    Row("counts", "some applied", {"applied": {"e0": 1}}, "slow", (10, 10), (20, 20), ("e0", "e1")),
    Row("state", "looks idle", {"state": {"rows": []}}, "idle", (0.25, 0.25), (3, 3)),
    Row("state", "looks idle", {"state": {"rows": []}}, "idle", (0.25, 0.25), (3, 3), ("e0",), is_queried=True),
    Row("state", "new to process", {"state": {"rows": []}}, "idle", (3, 3), (3, 3), ("e0",)),
    Row("nothing", "looks idle", {}, "idle", (0.25, 0.25), (3, 3)),
    Row("nothing", "new to process", {}, "idle", (3, 3), (3, 3), ("e0",)),
)
EACH_ROW = pytest.mark.parametrize(
    "row", [pytest.param(row, id=f"{number} {row.app_reports}, {row.key}") for number, row in enumerate(ROWS)]
)
EACH_TURN = pytest.mark.parametrize("is_last", [False, True], ids=["first", "last"])
EACH_DISTURBANCE = pytest.mark.parametrize("is_disturbed", [False, True], ids=["undisturbed", "disturbed"])


def begin(waiting: Waiting, row: Row, *, stuck_waits: int) -> None:
    """Begin a scenario whose next wait is in *row*, after *stuck_waits* earlier scenarios that ended stuck."""
    pending = row.report.get("pending", 0) + (row.key == "pending")
    waits = {"old_waits" if row.key == "pending as before" else "new_waits": stuck_waits}
    has_backlog = bool(stuck_waits) or row.key == "pending as before"
    waiting.app.backlog = Backlog(scenario="earlier", pending=pending, **waits) if has_backlog else NONE
    waiting.script.report({"pending": pending})
    waiting.begin("present")
    waiting.acknowledge(*row.acknowledged)
    if row.is_queried:
        waiting.journal.write(Effects(participant="", moment="settled", at_s=2.0))
    waiting.script.report(row.report)


def test_every_cell_of_the_table_has_a_case() -> None:
    """A new row, or a new number in a row, needs a case here."""
    assert {row.key for row in ROWS} == TABLE.keys()
    assert {row.app_reports for row in ROWS} == {"pending", "counts", "state", "nothing"}
    for row in ROWS:
        ending = TABLE[row.key]
        assert (len(row.undisturbed_s), len(row.disturbed_s)) == (len(ending.undisturbed_s) + 1, len(ending.disturbed_s) + 1)


@EACH_ROW
@EACH_DISTURBANCE
@EACH_TURN
def test_a_wait_ends_as_its_cell_says(waiting: Waiting, row: Row, *, is_disturbed: bool, is_last: bool) -> None:
    """An app whose report does not change is idle, stuck or slow after the seconds in the cell."""
    for stuck_waits, cell_s in enumerate(row.disturbed_s if is_disturbed else row.undisturbed_s):
        begin(waiting, row, stuck_waits=stuck_waits)

        result, took_s = waiting.wait(is_disturbed=is_disturbed, is_last=is_last)

        assert result == row.result, f"after {stuck_waits} stuck waits"
        assert cell_s <= took_s < cell_s + POLL_S, f"after {stuck_waits} stuck waits"


@EACH_ROW
@EACH_DISTURBANCE
@EACH_TURN
@pytest.mark.parametrize("stuck_waits", [0, 9])
def test_an_app_that_keeps_changing_is_slow(
    waiting: Waiting, row: Row, *, is_disturbed: bool, is_last: bool, stuck_waits: int
) -> None:
    """It gets the whole limit, and is neither idle nor stuck."""
    begin(waiting, row, stuck_waits=stuck_waits)
    waiting.script.report(lambda _since_s, queries: {**row.report, "state": queries})

    result, took_s = waiting.wait(is_disturbed=is_disturbed, is_last=is_last)

    assert result == "slow"
    assert took_s == pytest.approx(20 if is_disturbed else 10)


@EACH_ROW
def test_an_open_api_request_means_busy(waiting: Waiting, row: Row) -> None:
    """The time of the cell begins after the response, whatever the app reports."""
    begin(waiting, row, stuck_waits=0)
    waiting.requests.busy_until_s = waiting.time.now_s + 1

    result, took_s = waiting.wait()

    assert result == row.result
    assert took_s == pytest.approx(min(10, 1 + row.undisturbed_s[0]), abs=2 * POLL_S)


@pytest.mark.parametrize(("changes_at_s", "result"), [(4.5, "stuck"), (5.5, "slow")])
@pytest.mark.parametrize("report", [{"pending": 3}, {"applied": {"e0": 0}}], ids=["pending", "counts"])
def test_a_busy_app_is_stuck_at_the_limit_after_half_of_it_without_a_change(
    waiting: Waiting, report: dict[str, Any], changes_at_s: float, result: str
) -> None:
    """A change in the second half of the wait shows that the app is only slow."""
    waiting.acknowledge("e0")
    waiting.script.report(lambda since_s, _queries: {**report, "state": since_s >= changes_at_s})

    assert waiting.wait() == (result, pytest.approx(10))


@pytest.mark.parametrize("report", [{"pending": 3}, {"applied": {"e0": 0}}], ids=["pending", "counts"])
def test_progress_restores_the_whole_time(waiting: Waiting, report: dict[str, Any]) -> None:
    """After one completed task, the next one may take as long as without a backlog."""
    waiting.app.backlog = Backlog(scenario="earlier", new_waits=9)
    waiting.begin("present")
    waiting.acknowledge("e0")
    waiting.script.report(lambda since_s, _queries: {**report, "state": since_s >= 1} if since_s < 9 else {"pending": 0})

    assert waiting.wait() == ("idle", pytest.approx(9, abs=2 * POLL_S))


@pytest.mark.parametrize("report", [{"pending": 3}, {"applied": {"e0": 0}}], ids=["pending", "counts"])
def test_failed_attempts_do_not_postpone_stuck(waiting: Waiting, report: dict[str, Any]) -> None:
    """An app that only tries again makes no progress. It is not idle either, so it has changed until the end."""
    waiting.acknowledge("e0")
    waiting.script.report(lambda since_s, _queries: {**report, "failed": int(since_s)})

    wait, took_s = waiting.timed()

    assert (wait.result, took_s) == ("stuck", pytest.approx(10))
    assert wait.unchanged_s < 1 + POLL_S


def test_failed_attempts_postpone_idle(waiting: Waiting) -> None:
    """An app that tries again is at work."""
    waiting.script.report(lambda since_s, _queries: {"failed": min(5, int(since_s * 10))})

    assert waiting.wait() == ("idle", pytest.approx(0.75, abs=2 * POLL_S))


def test_a_message_counts_as_missing_only_if_the_app_uses_its_kind(waiting: Waiting) -> None:
    """An app uses the kinds in its config, and those of which it has applied a message."""
    waiting.script.report({"applied": {}})
    waiting.acknowledge("e0", is_subscribed=False)
    unused = waiting.wait()
    waiting.journal.write(Effects(participant="", moment="settled", applied={"e1": 1}))
    waiting.acknowledge("e1", is_subscribed=False)

    assert unused == ("idle", pytest.approx(0.25, abs=POLL_S))
    assert waiting.wait() == ("stuck", pytest.approx(10))


def test_the_last_wait_ignores_the_stuck_waits_of_its_scenario(waiting: Waiting) -> None:
    """Each of them shortens the next wait, but not the last."""
    took_s = []
    for number in range(4):
        waiting.script.report({"pending": number + 1})
        took_s.append(waiting.wait()[1])

    assert took_s == pytest.approx([10, 10, 5, 2.5], abs=POLL_S)
    assert waiting.wait(is_last=True) == ("stuck", pytest.approx(10))


def test_each_scenario_counts_once(waiting: Waiting) -> None:
    """Two scenarios have the full time, however often they waited; it never falls below two seconds."""
    took_s = []
    for number in range(6):
        waiting.script.report({"pending": 3 * number})
        waiting.begin(f"scenario {number}")
        for more in (1, 2):
            waiting.script.report({"pending": 3 * number + more})
            last_s = waiting.wait(is_last=more == 2)[1]
        took_s.append(last_s)

    assert took_s == pytest.approx([10, 10, 5, 2.5, 2, 2], abs=POLL_S)


SYNC = "banking.accounts.sync.completed"
FULL_TIME_S = 30.0


def leave_unfinished(waiting: Waiting, scenarios: int, *, kind: str = SYNC) -> None:
    """Play *scenarios* in each of which the app leaves an event unfinished, the first time for the full time."""
    for number in range(scenarios):
        waiting.begin(f"scenario {number}", full_time_s=FULL_TIME_S)
        waiting.acknowledge("sync", kind=kind)
        waiting.script.report({"applied": {}, "pending": number + 1})
        assert waiting.wait(is_last=True)[0] == "stuck"


def test_work_of_another_kind_has_the_whole_time(waiting: Waiting) -> None:
    """The app is stuck with one kind of events only."""
    leave_unfinished(waiting, 5)
    waiting.begin("present")
    waiting.acknowledge("e0")
    waiting.script.report({"applied": {}, "pending": 9})

    assert waiting.wait() == ("stuck", pytest.approx(10, abs=POLL_S))


@pytest.mark.parametrize(("kind", "took_s"), [("consent.updated", 2), (SYNC, 10)], ids=["another", "the same"])
def test_only_finished_work_of_the_kind_ends_its_backlog(waiting: Waiting, kind: str, took_s: float) -> None:
    """An app that is idle because it got no such event shows nothing about it."""
    leave_unfinished(waiting, 5)
    waiting.begin("idle")
    waiting.acknowledge("e0", kind=kind)
    waiting.script.report({"applied": {"e0": 1}, "pending": 0})
    idle, _ = waiting.wait(is_last=True)
    waiting.begin("present")
    waiting.acknowledge("e1", kind=SYNC)
    waiting.script.report({"applied": {"e0": 1}, "pending": 1})

    assert (idle, waiting.wait()) == ("idle", ("stuck", pytest.approx(took_s, abs=POLL_S)))


def test_a_kind_without_the_full_time_has_the_whole_time_after_idle_work(waiting: Waiting) -> None:
    """The app may only be slow, or wait after a disturbance."""
    for number in range(5):
        waiting.begin(f"scenario {number}", full_time_s=FULL_TIME_S)
        waiting.acknowledge("sync", kind=SYNC)
        waiting.script.report({"applied": {}, "pending": number + 1})
        assert waiting.wait(is_disturbed=True, is_last=True)[0] == "stuck"
    waiting.begin("idle")
    waiting.acknowledge("e0")
    waiting.script.report({"applied": {"e0": 1}, "pending": 0})
    waiting.wait(is_last=True)
    waiting.begin("present")
    waiting.acknowledge("e1", kind=SYNC)
    waiting.script.report({"applied": {"e0": 1}, "pending": 1})

    assert waiting.wait() == ("stuck", pytest.approx(10, abs=POLL_S))


@pytest.mark.parametrize(("kind", "took_s"), [("consent.updated", 3), (SYNC, 10)], ids=["another kind", "the same kind"])
def test_progress_restores_the_whole_time_for_what_may_end(waiting: Waiting, kind: str, took_s: float) -> None:
    """A message of another kind that is applied is no progress of work that does not end."""
    leave_unfinished(waiting, 5)
    waiting.begin("present")
    waiting.acknowledge("e0", kind=kind)
    waiting.acknowledge("e1", kind=SYNC)
    waiting.script.report(lambda since_s, _queries: {"applied": {"e0": int(since_s >= 1)}, "pending": 9})

    assert waiting.wait() == ("stuck", pytest.approx(took_s, abs=2 * POLL_S))


def test_old_work_does_not_shorten_the_wait_for_new_work(waiting: Waiting) -> None:
    """An old task that waits for its retry does not shorten the wait for a new one."""
    waiting.script.report({"pending": 1})
    took_s = [waiting.wait()[1] for _ in range(9)]
    waiting.script.report({"pending": 2})

    assert took_s == pytest.approx([10, 2, 1, 0.5, 0.25, 0.125, 0.0625, 0.05, 0.05], abs=POLL_S)
    assert waiting.wait() == ("stuck", pytest.approx(10, abs=POLL_S))


@pytest.mark.parametrize(
    ("report", "is_forgotten"),
    [
        ({"pending": 0}, True),
        ({"applied": {"e0": 1, "e1": 1}}, True),
        ({"applied": {"e0": 1}}, False),
        ({"applied": {}}, False),
    ],
    ids=["idle", "all applied", "some applied", "none applied"],
)
def test_only_proven_progress_clears_the_backlog(waiting: Waiting, report: dict[str, Any], *, is_forgotten: bool) -> None:
    """Without ``pending``, only an acknowledged message that was applied proves it."""
    earlier = Backlog(scenario="earlier", message="e9 consent.updated", new_waits=1)
    waiting.app.backlog = earlier
    waiting.begin("present")
    waiting.acknowledge("e0", "e1")
    waiting.script.report(report)

    wait, _ = waiting.timed()

    assert (waiting.app.backlog == NONE) is is_forgotten
    assert wait.busy_since == ("" if is_forgotten else "earlier, e9 consent.updated")


def deliver_promptly(
    waiting: Waiting, number: int, *, later_s: float = 0.0, others: tuple[str, ...] = ()
) -> tuple[str, float]:
    """Acknowledge another message, which the counts have at once, and wait for the app *later_s* after that."""
    waiting.acknowledge(f"e{number}")
    waiting.script.report({"applied": dict.fromkeys((*others, *(f"e{earlier}" for earlier in range(number + 1))), 1)})
    waiting.time.now_s += later_s
    return waiting.wait()


def show_promptness(waiting: Waiting) -> None:
    """Wait as often as necessary for an app that finishes each message before it acknowledges it."""
    for number in range(PROMPT_AFTER):
        assert deliver_promptly(waiting, number) == ("idle", pytest.approx(0.25, abs=POLL_S))


@pytest.mark.parametrize(
    ("is_disturbed", "is_last", "took_s"),
    [(False, False, 0.02), (False, True, 0.25), (True, False, 3.0)],
    ids=["undisturbed", "last", "disturbed"],
)
def test_a_prompt_app_needs_no_quiet_time(waiting: Waiting, *, is_disturbed: bool, is_last: bool, took_s: float) -> None:
    """The last wait and a disturbed one are as long as for other apps."""
    show_promptness(waiting)

    assert waiting.wait(is_disturbed=is_disturbed, is_last=is_last) == ("idle", pytest.approx(took_s, abs=0.08))


def test_an_app_is_prompt_with_the_kinds_that_showed_it(waiting: Waiting) -> None:
    """Another kind of event may lead to work after the response."""
    show_promptness(waiting)
    waiting.acknowledge("sync", kind=SYNC)
    waiting.script.report({"applied": {f"e{number}": 1 for number in range(PROMPT_AFTER)} | {"sync": 1}})

    assert waiting.wait() == ("idle", pytest.approx(0.25, abs=POLL_S))


@pytest.mark.parametrize(
    "entry",
    [
        HookCall(hook="app.drive.refresh", participant="", status=202),
        PageView(participant="", page="connect"),
        Exchange(number=1, route="banking.accounts", method="GET", path="/"),
    ],
    ids=["hook", "page", "API call"],
)
def test_an_app_with_other_requests_has_its_quiet_time(waiting: Waiting, entry: Entry) -> None:
    """A refresh, for example, may lead to work after the response."""
    show_promptness(waiting)
    waiting.journal.write(entry)

    assert waiting.wait() == ("idle", pytest.approx(0.25, abs=POLL_S))


def test_a_message_of_an_earlier_wait_shows_nothing(waiting: Waiting) -> None:
    """Only the kinds that were acknowledged right before a wait count for it."""
    waiting.acknowledge("sync", kind=SYNC)
    waiting.script.report({"applied": {"sync": 1}})
    for number in range(PROMPT_AFTER + 1):
        waiting.journal.write(Effects(participant="", moment="settled", at_s=waiting.journal.elapsed_s()))
        waiting.time.now_s += 0.01
        result, took_s = deliver_promptly(waiting, number, others=("sync",))

    assert (result, took_s) == ("idle", pytest.approx(0.25, abs=POLL_S))


def test_one_late_change_shows_that_an_app_is_not_prompt(waiting: Waiting) -> None:
    """Then every wait has its quiet time again."""
    show_promptness(waiting)
    applied = {f"e{number}": 1 for number in range(PROMPT_AFTER)}
    waiting.script.report(lambda since_s, _queries: {"applied": applied, "state": since_s >= 0.01})
    waiting.wait()
    waiting.script.report({"applied": applied})

    assert waiting.wait() == ("idle", pytest.approx(0.25, abs=POLL_S))


@pytest.mark.parametrize("shown_by", ["no message", "an API call", "a late wait", "a message that is not in the counts"])
def test_only_finished_messages_show_that_an_app_is_prompt(waiting: Waiting, shown_by: str) -> None:
    """A wait without a new message, with an API call, long after the message, or without it in the counts shows nothing."""
    waiting.script.report({"applied": {"other": 1}})
    for number in range(PROMPT_AFTER + 1):
        if shown_by == "a message that is not in the counts":
            waiting.acknowledge(f"e{number}", is_subscribed=False)
        if shown_by == "an API call":
            waiting.requests.busy_until_s = waiting.time.now_s + 0.05
        if shown_by in {"an API call", "a late wait"}:
            result, took_s = deliver_promptly(waiting, number, later_s=0.2 if shown_by == "a late wait" else 0.0)
        else:
            result, took_s = waiting.wait()

    assert (result, took_s) == ("idle", pytest.approx(0.25, abs=POLL_S))


def test_the_quiet_time_of_several_end_users_passes_at_once(waiting: Waiting) -> None:
    """An end user who was queried before the wait for another one needs no time of its own."""
    waiting.script.report({"state": {"rows": []}})
    first = waiting.waits.first_report({})

    assert waiting.wait() == ("idle", pytest.approx(0.25, abs=POLL_S))
    assert waiting.wait(first=first) == ("idle", 0)
    assert waiting.wait() == ("idle", pytest.approx(0.25, abs=POLL_S))


def test_a_change_during_the_wait_for_another_end_user_restarts_the_time(waiting: Waiting) -> None:
    """A report that changed since the first one needs the whole time without a change."""
    waiting.script.report({"state": {"rows": []}})
    first = waiting.waits.first_report({})
    waiting.wait()

    waiting.script.report({"state": {"rows": ["new"]}})
    wait, took_s = waiting.timed(first=first)

    assert (wait.result, wait.report.state) == ("idle", {"rows": ["new"]})
    assert took_s == pytest.approx(0.25, abs=POLL_S)


def test_an_api_request_during_the_wait_for_another_end_user_restarts_the_time(waiting: Waiting) -> None:
    """An app that called the API since the first report may still have work for this end user."""
    waiting.script.report({"state": {"rows": []}})
    first = waiting.waits.first_report({})
    waiting.wait()

    waiting.requests.last_s = waiting.time.now_s

    assert waiting.wait(first=first) == ("idle", pytest.approx(0.25, abs=POLL_S))


def test_work_for_one_end_user_restarts_the_time_of_the_others(waiting: Waiting) -> None:
    """An app that works for one end user after another has the whole time for each of them."""
    waiting.script.report({"state": {"rows": []}})
    first = waiting.waits.first_report({})
    waiting.script.report(lambda _, number: {"state": {"rows": [number]}})
    assert waiting.wait() == ("slow", pytest.approx(10, abs=POLL_S))

    waiting.script.report({"state": {"rows": []}})

    assert waiting.wait(first=first) == ("idle", pytest.approx(0.25, abs=POLL_S))


def test_api_requests_during_a_wait_count_only_while_they_are_open(waiting: Waiting) -> None:
    """An app that calls the API again and again is as idle for the second end user as for the first one."""
    waiting.script.report({"state": {"rows": []}})
    first = waiting.waits.first_report({})
    waiting.wait()

    def poll(now_s: float, _: int) -> dict[str, Any]:
        waiting.requests.last_s = waiting.time.now_s - now_s % 0.1
        return {"state": {"rows": []}}

    waiting.script.report(poll)

    assert waiting.wait(first=first) == ("idle", pytest.approx(0.25, abs=POLL_S))


def test_a_change_before_its_wait_shows_that_an_app_is_not_prompt(waiting: Waiting) -> None:
    """The first report is part of the wait: what changes after it is late."""
    for number in range(PROMPT_AFTER):
        waiting.script.report({"applied": {f"e{number}": 0}})
        waiting.acknowledge(f"e{number}")
        first = waiting.waits.first_report({})
        waiting.script.report({"applied": {f"e{number}": 1}})
        waiting.wait(first=first)

    assert waiting.app.prompt_waits.total() == 0


def test_an_app_without_messages_proves_no_progress(waiting: Waiting) -> None:
    """An unchanged report of an app without ``pending`` says nothing about earlier work."""
    waiting.app.backlog = Backlog(scenario="earlier", new_waits=1)
    waiting.begin("present")

    assert waiting.wait() == ("idle", pytest.approx(0.25, abs=POLL_S))
    assert waiting.app.backlog.since == "earlier"


def test_the_first_scenario_is_remembered_with_its_message(waiting: Waiting) -> None:
    """A message that is missing later in the same scenario is added, one of a later scenario is not."""
    waiting.script.report({"pending": 1})
    waiting.wait()
    unnamed = waiting.app.backlog.since
    waiting.acknowledge("e0", "e1")
    waiting.script.report({"pending": 2, "applied": {"e0": 1}})
    waits_for = waiting.timed()[0].waits_for
    named = waiting.app.backlog.since
    waiting.begin("second")
    waiting.acknowledge("e5")
    waiting.wait()

    assert (unnamed, waits_for, named) == ("first", "e1 consent.updated", "first, e1 consent.updated")
    assert waiting.app.backlog.since == "first, e1 consent.updated"


def test_without_counts_no_message_is_named(waiting: Waiting) -> None:
    """Any of the acknowledged messages may be unprocessed."""
    waiting.acknowledge("e0")
    waiting.script.report({"pending": 1})

    assert waiting.timed()[0].waits_for == ""


@pytest.mark.parametrize(
    ("applied", "pending", "is_overtaken"),
    [
        ({"e0": 1}, 3, False),
        ({"e0": 1, "e1": 1}, 3, True),
        ({}, 0, False),
        (None, 3, False),
        (None, 2, True),
        (None, None, False),
    ],
    ids=["unchanged", "one more applied", "a new process", "unchanged without counts", "less pending", "no report"],
)
def test_work_completed_between_scenarios_is_noticed(
    applied: dict[str, int] | None, pending: int | None, *, is_overtaken: bool
) -> None:
    """Completed work restores the full limit, but counts that a restart reset do not show any."""
    backlog = Backlog(scenario="earlier", pending=3, effect_count=1)

    assert backlog.is_overtaken_by(EffectsReport(applied=applied, pending=pending)) is is_overtaken


def test_a_scenario_after_completed_work_has_the_full_time(waiting: Waiting) -> None:
    """The new scenario queries the app before its first wait."""
    waiting.app.backlog = Backlog(scenario="earlier", new_waits=9, pending=3)
    waiting.script.report({"pending": 2})

    waiting.begin("present")

    assert waiting.wait() == ("stuck", pytest.approx(10))


@pytest.mark.parametrize(
    ("entry", "is_certain"),
    [
        (Effects(participant="", moment="after", pending=0), True),
        (Effects(participant="", moment="after", pending=4, is_idle=False), True),
        (Effects(participant="", moment="after", pending=5, is_idle=False), False),
        (Effects(participant="", moment="after", applied={}), False),
    ],
    ids=["reports idle", "stuck", "more work", "looks idle"],
)
def test_a_certain_result_needs_no_second_wait(waiting: Waiting, entry: Effects, *, is_certain: bool) -> None:
    """The app reported itself that it is idle, or it is stuck with the same number of tasks."""
    waiting.script.report({"pending": 4})
    waiting.wait()

    assert waiting.waits.is_certain(entry) is is_certain


@pytest.mark.parametrize("moment", NO_REQUEST)
def test_without_the_hook_an_app_is_idle_after_a_time_without_api_requests(time: ControlledTime, moment: str) -> None:
    """An app that never stops calling is busy at the limit."""
    duration_s, limit_s = NO_REQUEST[moment]
    expected = {"begin": (0.12, 5), "begin of plan": (0.01, 5), "settled": (0.5, 10), "end": (0.12, 5)}
    requests = Requests(time)

    is_idle = wait_for_no_request(requests, duration_s, limit_s)
    idle_s, began_s = time.now_s, time.now_s
    requests.idle_s = lambda: 0.0  # type: ignore[method-assign]
    is_ever_idle = wait_for_no_request(requests, duration_s, limit_s)

    assert (duration_s, limit_s) == expected[moment]
    assert (is_idle, idle_s, is_ever_idle) == (True, pytest.approx(duration_s, abs=POLL_S), False)
    assert time.now_s - began_s == pytest.approx(limit_s)


@pytest.mark.parametrize(
    ("flaw", "result"), [("", "idle"), ("no_pending", "idle"), ("piles_up", "idle"), ("stuck", "stuck")]
)
def test_a_real_app_is_waited_for(
    tmp_path: Path, receiver_settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch, flaw: str, result: str
) -> None:
    """The reports of a receiver over HTTP have the same results."""
    monkeypatch.setattr("fiskil_harness.app.idle.LIMIT_S", 1.0)
    port = str(free_port())
    values = {
        "port": port,
        "public_url": f"http://127.0.0.1:{port}",
        "workdir": str(tmp_path),
        "webhook_secret": SECRET,
        "python": sys.executable,
    }
    app = open_app(receiver_settings(FLAW=flaw), values=values, workdir=tmp_path)
    app.start()
    try:
        waits = IdleWaits(
            app,
            partial(query_effects, app),
            journal=Journal(),
            requests=Requests(ControlledTime()),
            scenario="first",
            unknown_end_user=NOBODY,
        )
        wait = waits.wait("", {"end_user_id": "eu_1"}, is_disturbed=False, is_last=True)
    finally:
        app.stop()

    assert (wait.result, wait.report.pending is None) == (result, flaw == "no_pending")


@EACH_DISTURBANCE
def test_an_app_that_works_in_batches_is_waited_for(tmp_path: Path, time: ControlledTime, *, is_disturbed: bool) -> None:
    """It has promised to apply each event within 20 seconds, and begins its work after 12."""
    waiting = Waiting(tmp_path, time, fresh_s=20)
    waiting.script.report(lambda since_s, _queries: {"pending": int(since_s < 12)})

    result = waiting.wait(is_disturbed=is_disturbed)
    waiting.app.stop()

    assert result == ("idle", pytest.approx(12, abs=2 * POLL_S))


UNFINISHED = pytest.mark.parametrize(
    "report",
    [{"pending": 3}, {"applied": {"e0": 0}}, {"applied": {"e0": 1}}],
    ids=["pending", "none applied", "some applied"],
)


@UNFINISHED
def test_the_last_wait_gives_unfinished_work_the_full_time_once(waiting: Waiting, report: dict[str, Any]) -> None:
    """Later work of the same kind has the seconds of the table, and the same result."""
    waiting.script.report(report)
    waiting.begin("first", full_time_s=FULL_TIME_S)
    waiting.acknowledge("e0", "e1")
    first, first_s = waiting.timed(is_last=True)
    waiting.app.backlog = NONE
    waiting.begin("second", full_time_s=FULL_TIME_S)
    waiting.acknowledge("e0", "e1")
    second, second_s = waiting.timed(is_last=True)

    assert (first.had_full_time, second.had_full_time) == (True, True)
    assert first_s == pytest.approx(FULL_TIME_S, abs=2 * POLL_S)
    assert second_s == pytest.approx(10, abs=2 * POLL_S)


@UNFINISHED
@pytest.mark.parametrize(("is_disturbed", "is_last"), [(True, True), (False, False)], ids=["disturbed", "first wait"])
def test_only_the_last_wait_of_an_undisturbed_scenario_gives_the_full_time(
    waiting: Waiting, report: dict[str, Any], *, is_disturbed: bool, is_last: bool
) -> None:
    waiting.script.report(report)
    waiting.begin("first", full_time_s=FULL_TIME_S)
    waiting.acknowledge("e0", "e1")
    wait, took_s = waiting.timed(is_disturbed=is_disturbed, is_last=is_last)

    assert not wait.had_full_time
    assert took_s <= 20 + POLL_S


def test_each_kind_gets_the_full_time_once(waiting: Waiting) -> None:
    """A scenario with two kinds needs none, after two scenarios with one kind each."""
    took_s = []
    for number, kinds in enumerate(("a", "b", "ab")):
        waiting.app.backlog = NONE
        waiting.begin(f"scenario {number}", full_time_s=FULL_TIME_S)
        for kind in kinds:
            waiting.acknowledge(kind, kind=kind)
        waiting.script.report({"pending": number + 1, "applied": {}})
        wait, seconds = waiting.timed(is_last=True)
        assert wait.had_full_time
        took_s.append(seconds)

    assert took_s == pytest.approx([FULL_TIME_S, FULL_TIME_S, 10], abs=2 * POLL_S)


@pytest.mark.parametrize(("kinds", "took_s"), [("a", (2, 2)), ("ab", (10, 20)), ("b", (10, 20))])
def test_the_stuck_waits_of_each_kind_are_counted(waiting: Waiting, kinds: str, took_s: tuple[float, float]) -> None:
    """Idle work of another kind, a restart or a disturbance ends no row; work of other kinds has the whole time."""
    leave_unfinished(waiting, 5, kind="a")
    waits = []
    for is_disturbed in (False, True):
        waiting.app.backlog = NONE
        waiting.begin("later", full_time_s=FULL_TIME_S)
        for kind in kinds:
            waiting.acknowledge(kind, kind=kind)
        waiting.script.report({"applied": {}, "pending": 1})
        waits.append(waiting.wait(is_disturbed=is_disturbed))

    assert waits == [("stuck", pytest.approx(seconds, abs=2 * POLL_S)) for seconds in took_s]


def test_the_last_wait_has_the_stuck_waits_of_each_kind_before_its_scenario(waiting: Waiting) -> None:
    """An earlier wait has those of its scenario too, and a scenario with several counts once."""
    leave_unfinished(waiting, 1)
    took_s: list[float] = []
    for _scenario in range(2):
        waiting.app.backlog = NONE
        waiting.begin("later", full_time_s=FULL_TIME_S)
        for number in range(4):
            waiting.app.backlog = NONE
            waiting.acknowledge(f"e{number}", kind=SYNC)
            waiting.script.report({"applied": {}, "pending": number + 1})
            took_s.append(waiting.wait(is_last=number == 3)[1])

    assert took_s == pytest.approx([10, 5, 5, 10, 5, 2.5, 2.5, 5], abs=2 * POLL_S)


def test_a_pending_message_of_any_kind_gets_the_full_time(waiting: Waiting) -> None:
    """An app that counts every missing message as pending uses each of them, although no kind of it was ever applied."""
    waiting.script.report({"applied": {"e1": 1}, "pending": 1})
    waiting.begin("first", full_time_s=FULL_TIME_S)
    waiting.acknowledge("e0", "e1", is_subscribed=False)

    assert waiting.timed(is_last=True)[0].had_full_time


def test_work_that_ends_within_the_full_time_is_finished(waiting: Waiting) -> None:
    waiting.script.report(lambda since_s, _queries: {"pending": int(since_s < 15)})
    waiting.begin("first", full_time_s=FULL_TIME_S)
    waiting.acknowledge("e0")
    wait, took_s = waiting.timed(is_last=True)

    assert (wait.result, wait.had_full_time) == ("idle", False)
    assert took_s == pytest.approx(15, abs=3 * POLL_S)


def test_an_app_that_still_calls_the_api_had_not_the_full_time(waiting: Waiting) -> None:
    def report(_since_s: float, _queries: int) -> dict[str, Any]:
        waiting.requests.last_s = waiting.time.now_s
        return {"pending": 1}

    waiting.begin("first", full_time_s=FULL_TIME_S)
    waiting.acknowledge("e0")
    waiting.script.report(report)
    wait, took_s = waiting.timed(is_last=True)

    assert (wait.result, wait.had_full_time) == ("stuck", False)
    assert took_s == pytest.approx(10 + FULL_TIME_S + 5, abs=2 * POLL_S)


def test_failed_attempts_are_no_progress_within_the_full_time(waiting: Waiting) -> None:
    waiting.begin("first", full_time_s=FULL_TIME_S)
    waiting.acknowledge("e0")
    waiting.script.report(lambda since_s, _queries: {"pending": 1, "failed": int(since_s)})

    assert waiting.timed(is_last=True)[0].had_full_time


def test_an_app_that_never_resumes_its_work_had_the_recovery_time_once(waiting: Waiting) -> None:
    """The first wait takes minutes; later work of the same kinds has the seconds of the table."""
    waiting.script.report({"pending": 1, "applied": {}})
    waiting.begin("first", full_time_s=12)
    waiting.acknowledge("e0")
    first, first_s = waiting.recover()
    waiting.app.backlog = NONE
    waiting.begin("second", full_time_s=12)
    waiting.acknowledge("e0")
    second, second_s = waiting.recover()

    assert (first.result, first.had_recovery_time, second.had_recovery_time) == ("stuck", True, True)
    assert first_s == pytest.approx(RECOVERY_S, abs=3 * POLL_S)
    assert second_s == pytest.approx(20, abs=3 * POLL_S)


@pytest.mark.parametrize(
    ("scenarios", "is_finished", "has_time"),
    [(1, False, True), (2, False, False), (5, True, True)],
    ids=["stuck once", "stuck twice", "finished since"],
)
@pytest.mark.parametrize("other_kinds", [(), ("consent.updated",)], ids=["alone", "with work of another kind"])
def test_only_work_that_rarely_ends_gets_no_recovery_time(
    waiting: Waiting, scenarios: int, other_kinds: tuple[str, ...], *, is_finished: bool, has_time: bool
) -> None:
    """Nor does what may wait for it. A message that was finished since is enough to show that it ends."""
    leave_unfinished(waiting, scenarios)
    if is_finished:
        waiting.begin("finished")
        waiting.acknowledge("e0", kind=SYNC)
        waiting.script.report({"pending": 0, "applied": {"e0": 1}})
        waiting.wait(is_last=True)
    waiting.app.backlog = NONE
    waiting.begin("last", full_time_s=12)
    for kind in (SYNC, *other_kinds):
        waiting.acknowledge(kind, kind=kind)
    waiting.script.report({"pending": 20, "applied": {}})
    wait, took_s = waiting.recover()

    assert (wait.result, wait.had_recovery_time) == ("stuck", has_time)
    assert took_s == pytest.approx(RECOVERY_S if has_time else 20 if other_kinds else 10, abs=3 * POLL_S)


def test_a_pause_of_the_machine_does_not_show_that_work_never_ends(waiting: Waiting) -> None:
    """So the work has its recovery time after a disturbance."""
    waiting.begin("first", full_time_s=12)
    waiting.acknowledge("e0")
    waiting.journal.write(MachinePaused(at_s=waiting.journal.elapsed_s() + 8, lasted_s=6))
    waiting.script.report({"pending": 1, "applied": {}})
    first, _ = waiting.timed(is_last=True)
    waiting.app.backlog = NONE
    waiting.begin("second", full_time_s=12)
    waiting.acknowledge("e1")
    waiting.script.report({"pending": 2, "applied": {}})
    second, _ = waiting.recover()

    assert (first.had_full_time, second.had_recovery_time) == (True, True)


def test_work_that_resumes_after_a_disturbance_is_finished(waiting: Waiting) -> None:
    waiting.script.report(lambda since_s, _queries: {"pending": int(since_s < 25)})
    waiting.begin("first", full_time_s=12)
    waiting.acknowledge("e0")
    wait, took_s = waiting.recover()

    assert (wait.result, wait.had_recovery_time) == ("idle", False)
    assert took_s == pytest.approx(25, abs=3 * POLL_S)


def test_an_app_that_calls_the_api_again_has_not_abandoned_its_work(waiting: Waiting) -> None:
    """The wait ends as soon as it is clear that the app is alive."""

    def report(since_s: float, _queries: int) -> dict[str, Any]:
        waiting.requests.last_s = 25.0 if since_s >= 25 else 0.0
        return {"pending": 1}

    waiting.begin("first", full_time_s=12)
    waiting.acknowledge("e0")
    waiting.script.report(report)
    wait, took_s = waiting.recover()

    assert (wait.result, wait.had_recovery_time) == ("stuck", False)
    assert took_s == pytest.approx(27, abs=3 * POLL_S)


@pytest.mark.parametrize(
    ("calls_api", "ends_at_s", "took_s"),
    [(True, None, [27, 27, 10, 5]), (False, None, [RECOVERY_S, 20, 20, 20]), (True, 3, [3, 3, 3, 3])],
    ids=["tried again", "abandoned", "finished"],
)
def test_an_app_that_tries_again_without_result_is_waited_for_twice(
    waiting: Waiting, calls_api: bool, ends_at_s: float | None, took_s: list[float]
) -> None:
    """Its work does not end although nothing disturbs it any more; that shows nothing about the app's recovery."""
    measured: list[float] = []
    for number in range(4):
        began_s = waiting.time.now_s
        waiting.app.backlog = NONE
        waiting.begin(f"scenario {number}", full_time_s=12)
        waiting.acknowledge(f"e{number}")

        def report(since_s: float, _queries: int, *, number: int = number, began_s: float = began_s) -> dict[str, Any]:
            waiting.requests.last_s = began_s + 25 if calls_api and since_s >= 25 else 0.0
            is_finished = ends_at_s is not None and since_s >= ends_at_s
            return {"pending": int(not is_finished), "applied": {f"e{number}": int(is_finished)}}

        waiting.script.report(report)
        measured.append(waiting.recover()[1])

    assert measured == pytest.approx(took_s, abs=3 * POLL_S)


@pytest.mark.parametrize(
    ("report", "can_recover"), [({"pending": 1}, False), ({"applied": {"e0": 0}}, True)], ids=["disturbed", "no pending"]
)
def test_only_an_app_that_reports_work_after_a_disturbance_can_abandon_it(
    waiting: Waiting, report: dict[str, Any], *, can_recover: bool
) -> None:
    """While the API fails, and for an app that does not report ``pending``, nothing is known."""
    waiting.script.report(report)
    waiting.begin("first", full_time_s=12)
    waiting.acknowledge("e0")
    wait, took_s = waiting.timed(is_disturbed=True, is_last=True, can_recover=can_recover)

    assert not wait.had_recovery_time
    assert took_s <= 20 + POLL_S
