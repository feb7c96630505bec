"""Waits until the app has finished its work; the only place that decides if an app is idle, slow or stuck."""

# Theory of operation
# ===================
# The harness must know when the app has finished its work: only then is a missing effect a finding. The app is a black
# box, so idleness is inferred from the reports of its effects hook, which a wait queries every 8 to 80 ms, and from the API
# requests that are open at the proxy. An open request means busy, so the hook is not queried meanwhile. It restarts all the
# times below, and so does every change of the report. One change does not postpone "stuck": a larger number of failed
# attempts.
#
# A wait has one of three results:
#
#   idle    The app has finished. A missing effect is a FAIL.
#   stuck   The app is busy, and nothing has changed for so long that its work may never end. A missing effect is
#           INCONCLUSIVE, and the reason contains the unprocessed message.
#   slow    The app is busy, and the wait has reached its limit. A missing effect is INCONCLUSIVE. One exception: the app has
#           lost a message if nothing has changed for long (``unchanged_s``) and a later message was applied, in an
#           undisturbed scenario.
#
# Without ``pending``, a stuck or slow app has also lost a message if the config promises ``fresh_s`` and nothing changed for
# that time, or for three times as long after a disturbance.
#
# What the app reports decides how sure the result is. ``pending`` is the app's own statement. ``applied``, its counts, shows
# which acknowledged messages have no effect yet. A state alone, or nothing, shows only that nothing changes. The table has
# the result, and the seconds without a change after which the wait ends:
#
#   the app reports    the last report, and its key in TABLE       result  undisturbed  disturbed  older backlog
#   -----------------  ------------------------------------------  ------  -----------  ---------  ---------------------
#   pending            0                        none pending       idle    two equal reports, in all three columns
#                      more                     pending            stuck   10           20         10, 10, 5, 2.5, 2
#                      as many as before        pending as before  stuck   -            -          2, 1, 0.5 ... 0.05
#                      as before, and counts    looks idle         idle    0.25         3          0.25
#                      without a missing one
#   counts             nothing is missing       looks idle         idle    0.25         3          0.25
#                      no message was applied   none applied       stuck   10           20         10, 10, 5, 2.5, 2
#                      only others are applied  some applied       slow    at the limit, in all three columns
#   state or nothing   no new acknowledgement   looks idle         idle    0.25         3          0.25
#                      a new acknowledgement    new to process     idle    3            3          3
#   -----------------  ------------------------------------------  ------  -----------  ---------  ---------------------
#   the limit of a wait                                                    10           20         10
#   no hook            time without an API request: NO_REQUEST     idle    0.12 in the last wait, 0.5 in an earlier one
#
# An app whose config promises to apply an event in ``fresh_s`` of more than 8 s may work in batches. Where it has new work
# and no backlog, a wait then has fresh_s + 2 in place of 10, and twice as long in place of a limit of 20.
#
# Prompt: some receivers finish each message before they acknowledge it. A wait shows that if a message was acknowledged just
# before it, the counts had every message, and nothing changed after the first report. After PROMPT_AFTER such waits for each
# kind of event that the scenario's end user had, "looks idle" ends after PROMPT_S. One change in an undisturbed wait ends
# this for all kinds. It never concerns the last wait of a scenario, a disturbed one, or a scenario in which the app got
# another request of the harness or has called the API, because that may lead to later work.
#
# Several end users: if their effects are recorded one after another, all of them are queried before the first wait. A wait
# whose report is still the same counts the time since then (``FirstReport``), but only as far as no report of any end user
# has changed and no API request was open. So the times above pass for all end users at once, if the app does nothing.
#
# "Nothing is missing" means that the counts contain every acknowledged message whose kind of event the app uses. If "idle"
# is not reached at the limit, the wait is slow. If "stuck" is not, the wait is stuck if nothing changed in its second half,
# else slow.
#
# Disturbed: a fault is set, or a step has changed keys or tokens, killed the app or made it fail. An app that waits before
# a retry then looks idle.
#
# Older backlog: work that never ends would cost the limit in every wait. So ``Backlog`` remembers what a stuck app left
# unfinished. It is cleared when the app is idle or slow, unless the report cannot show that work continues. In its column,
# the numbers are for no, one, two ... stuck waits in a row, and the last number is for all further ones. A disturbed wait
# with a backlog has the numbers of "disturbed", and 20, 20, 10, 5, 2.5, 2 as its list. Progress during a wait restores the
# first number: higher counts, another state, or fewer pending tasks. Work of a kind of event that is not in the backlog has
# the first number.
#
# Kinds that got stuck: an app may fail with one kind of event only, and be idle in between. So for each kind of which a
# message was left unfinished although it had the full time (below), or although the app tried again after a disturbance, the
# stuck waits in a row are counted too (``AppUnderTest.stuck_waits``). A wait uses the lowest number of its unfinished kinds,
# if that is higher than the number of the backlog. Only a finished message of the kind ends its row.
#
# Full time: unfinished work is a FAIL only if the app had enough time for it. So the last wait of an undisturbed scenario
# goes on until nothing has changed, and no API request has been open, for ``fresh_s`` of the config, or for 30 s if the
# config promises nothing. That is expensive if every message of an app gets stuck. So each kind of event gets the full time
# once (``AppUnderTest.stuck_kinds``). For later messages of these kinds, the seconds of the table are enough.
#
# Recovery time: after a disturbance an app may wait before it tries again. So unfinished work is a FAIL only if the app
# reports it (``pending``), every fault was lifted or ends by itself, and the app has changed nothing and made no API request
# for 200 s (``RECOVERY_S`` in ``journal/queries/recovery.py``), unless a longer pause would be lawful.
# This wait ends early if the app becomes idle, or makes a request and remains busy. Each kind of event gets the time once.
# Work with a kind that got stuck, and has at least NO_RECOVERY_AFTER stuck waits in a row, does not get it: without a
# disturbance too, such work does not end, and other work may have to wait for it.
#
# Late state: an app may have finished before its state shows that. The waits do not expect this. If such an app does not
# pass, the scenario runs again with a minimum for each wait (``patience_s``); ``runner/late_states.py`` decides that.
#
# First and last wait: a verdict must not depend on the number of waits in its scenario, nor on one slow wait, which may be
# chance. So a scenario counts once in the list of the scenarios after it. Only within the scenario, each of its stuck waits
# counts for the next wait. The last wait ("end") has the backlog with which the scenario began, as the first wait has: it
# takes as long as if it were the scenario's only one.

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from math import inf
from typing import TYPE_CHECKING, Final, Literal, Protocol

import msgspec
from msgspec import Struct

from fiskil_harness.core.clock import stopwatch, wait_until
from fiskil_harness.core.config.template_values import Values
from fiskil_harness.errors import HookError, HookMissing
from fiskil_harness.journal import Delivery, Effects, Exchange, HookCall, Journal, PageView
from fiskil_harness.journal.queries.deliveries import events_by_id
from fiskil_harness.journal.queries.recovery import is_excused, recovery_s

if TYPE_CHECKING:
    from fiskil_harness.app.app_under_test import AppUnderTest
    from fiskil_harness.app.effects import EffectsReport

Result = Literal["idle", "stuck", "slow"]


class Ending(Struct, frozen=True):
    """A row of the table: the result, and the seconds without a change after which a wait ends with it.

    The seconds are for no, one, two ... earlier stuck waits; the last number is for all further ones.
    """

    result: Result
    undisturbed_s: tuple[float, ...]
    disturbed_s: tuple[float, ...]


NEW_WORK_S: Final = (10.0, 10.0, 5.0, 2.5, 2.0), (20.0, 20.0, 10.0, 5.0, 2.5, 2.0)
OLD_WORK_S: Final = (2.0, 1.0, 0.5, 0.25, 0.125, 0.0625, 0.05)
TABLE: Final = {
    "none pending": Ending("idle", (0.0,), (0.0,)),
    "pending": Ending("stuck", *NEW_WORK_S),
    "pending as before": Ending("stuck", OLD_WORK_S, OLD_WORK_S),
    "looks idle": Ending("idle", (0.25,), (3.0,)),
    "new to process": Ending("idle", (3.0,), (3.0,)),
    "none applied": Ending("stuck", *NEW_WORK_S),
    "some applied": Ending("slow", (inf,), (inf,)),
}
"""The table of the theory of operation, by the meaning of the last report."""
LIMIT_S, DISTURBED_LIMIT_S = 10.0, 20.0
"""The limits of a wait, in real seconds."""
PROMPT_S, PROMPT_AFTER = 0.02, 5
"""The seconds without a change after which an app that works before it acknowledges is idle, and the waits that show it."""
JUST_S = 0.1
"""How long before a wait a message was acknowledged at most, in real seconds, if the wait shows that the app is prompt."""
NO_RECOVERY_AFTER: Final = 2
"""The number of stuck waits in a row after which a kind of event that got stuck has no recovery time."""
SLACK_S = 2.0
"""How much later than the promised time, in real seconds, a wait may end with the result that nothing changes."""
NO_REQUEST: Final = {"begin": (0.12, 5.0), "begin of plan": (0.01, 5.0), "settled": (0.5, 10.0), "end": (0.12, 5.0)}
"""The time without an API request after which an app counts as idle, and the limit of the wait, in real seconds.

Before a scenario ("begin") it is used for every app. A generated plan needs less, because the plan before it ended idle.
"""


LEAST_UNCHANGED_S, MOST_EXTRA_S = 0.5, 5.0
"""How long an app that is stuck again must make no progress, and how long a wait of the full time may take beyond it."""
LEAST_ABANDONED_S = 5.0
"""How long an app that has abandoned the same kinds of messages before must do nothing after a disturbance."""


class Backlog(Struct, frozen=True, kw_only=True):
    """Work that an app left unfinished in earlier waits.

    Attributes:
        scenario: The first scenario after which the app was stuck; empty if there is none, or if the app was idle since.
        message: The message of that scenario that has been unprocessed for the longest time; empty if it is not known.
        pending: The number of pending tasks at the end of the last stuck wait.
        new_waits: The number of consecutive scenarios (within a scenario: waits) that ended stuck with new work.
        kinds: The kinds of the messages that these waits left unfinished; empty if they are not known.
        old_waits: The number of waits that ended stuck with only work from earlier waits pending.
        values: Template values that identify the end user of the last effects query.
        effect_count: The number of effects in the response to that query.
        is_removed: True if the app was restarted in an empty folder, so that its unfinished work should be gone.
    """

    scenario: str = ""
    message: str = ""
    pending: int = 0
    new_waits: int = 0
    kinds: frozenset[str] = frozenset()
    old_waits: int = 0
    values: Values = msgspec.field(default_factory=dict)
    effect_count: int = 0
    is_removed: bool = False

    @property
    def since(self) -> str:
        """The scenario and, if known, the message that first left work unfinished, as text."""
        return f"{self.scenario}, {self.message}" if self.message else self.scenario

    def is_overtaken_by(self, report: "EffectsReport") -> bool:
        """Return true if a new report for the same end user shows that the app has completed work since the last report.

        Lower counts are not progress: a restart of the app may have reset them.
        """
        if report.applied is not None:
            return sum(report.applied.values()) > self.effect_count
        return report.pending is not None and report.pending < self.pending


NONE = Backlog()
"""No known unfinished work."""


class ApiRequests(Protocol):
    """Interface of the proxy that the waits use."""

    open_requests: int

    def idle_s(self) -> float:
        """Return the real seconds since the app's latest request ended; 0 while one is open."""


class IdleWait(Struct, frozen=True, kw_only=True):
    """The result of waiting for the app, and its last report.

    ``pending_of_others`` is the part of ``pending`` that belongs to earlier end users and was ignored.

    ``unchanged_s`` is the time from the last change to the end of the wait, in real seconds. ``waits_for`` is the first
    unprocessed message of a stuck app. ``busy_since`` is the earlier scenario since which the app has been busy. Both are
    empty if they are not known. ``had_full_time`` is true if the app is busy, and this work or earlier work of its kind had
    the full time without progress. ``had_recovery_time`` is the same after a disturbance that has ended.
    """

    report: "EffectsReport"
    result: Result
    unchanged_s: float
    waits_for: str = ""
    busy_since: str = ""
    had_full_time: bool = False
    had_recovery_time: bool = False
    pending_of_others: int = 0


class FirstReport(Struct, frozen=True):
    """A report that was queried some time before its wait; ``elapsed`` returns the real seconds since then."""

    report: "EffectsReport"
    elapsed: Callable[[], float]


class IdleWaits:
    """The waits of one scenario. The app's backlog outlives them."""

    def __init__(
        self,
        app: "AppUnderTest",
        query: Callable[[Values], "EffectsReport"],
        *,
        journal: Journal,
        requests: ApiRequests,
        scenario: str,
        unknown_end_user: Values,
        full_time_s: float | None = None,
        patience_s: float = 0.0,
    ) -> None:
        """Query the app if it has a backlog, and drop the backlog if the app has made progress since.

        Args:
            query: Queries the app's effects hook for the end user of these template values.
            unknown_end_user: Template values of an end user that the app does not know.
            full_time_s: The time after which unfinished work is a FAIL, in real seconds; None if it never is.
            patience_s: How long each wait lasts at least, in real seconds, for an app whose state changes after its work.
        """
        self._app, self._query = app, query
        self._journal, self._requests, self._scenario = journal, requests, scenario
        self._full_time_s, self._patience_s = full_time_s, patience_s
        self._causes_of_final_state = -1
        self._stuck_waits = 0
        self._stuck_waits_of_kinds: Counter[str] = Counter()
        self._since_any_change = stopwatch()
        with suppress(HookError, HookMissing):
            if app.backlog.scenario and app.backlog.is_overtaken_by(query(app.backlog.values)):
                app.backlog = NONE
            if app.backlog.pending or app.backlog.is_removed:
                # Nothing was sent to this end user. What is pending nevertheless belongs to others.
                app.backlog = msgspec.structs.replace(app.backlog, pending=query(unknown_end_user).pending or 0)
        self.pending_of_others = app.backlog.pending
        """The number of older unfinished tasks that ``pending`` counts for each end user."""
        self._backlog_at_begin = app.backlog
        self._stuck_waits_at_begin = app.stuck_waits.copy()

    def first_report(self, values: Values) -> FirstReport | None:
        """Query the effects of the end user of *values* for a later wait; None if the hook fails."""
        with suppress(HookError, HookMissing):
            return FirstReport(self._query(values), stopwatch())
        return None

    def wait(
        self,
        participant: str,
        values: Values,
        *,
        is_disturbed: bool,
        is_last: bool,
        can_recover: bool = False,
        first: FirstReport | None = None,
    ) -> IdleWait:
        """Query the app until it is idle or stuck, or until the limit. See the theory of operation above.

        Args:
            participant: Name of the end user whose effects are queried.
            values: Template values of this end user.
            is_last: True for the scenario's last wait.
            can_recover: True if each disturbance has ended, or ends by itself.
            first: An earlier report about this end user. The harness must have sent the app nothing since.

        Raises:
            HookMissing: The config has no effects hook.
            HookError: The hook failed, or its response does not have the documented format.
        """
        backlog = self._backlog_at_begin
        if not is_last:
            new_waits = max(backlog.new_waits, self._stuck_waits)
            backlog = msgspec.structs.replace(self._app.backlog, new_waits=new_waits)
        stuck_waits = self._stuck_waits_at_begin if is_last else self._app.stuck_waits | self._stuck_waits_of_kinds
        promised_s = self._app.settings.app.limits.fresh_s + SLACK_S
        report = self._query(values)
        watch = _Watch(
            report,
            _Messages(self._journal, participant),
            backlog,
            is_disturbed=is_disturbed,
            promised_s=promised_s if promised_s > LIMIT_S else 0.0,
            pending_of_others=self.pending_of_others,
            stuck_waits={kind: stuck_waits[kind] for kind in self._app.stuck_kinds | self._app.resumed_kinds},
            prompt_kinds=frozenset() if is_last or is_disturbed else self._prompt_kinds,
            unchanged_s=self._unchanged_s(first, report),
        )
        watch.has_changed = first is not None and first.report != report
        full_time_s = None if is_disturbed or not is_last else self._full_time_s

        def is_over() -> bool:
            if self._requests.open_requests:
                watch.note_call()
                return False
            return watch.is_over_after(self._query(values), is_calling=self._requests.open_requests > 0)

        limit_s = max(DISTURBED_LIMIT_S, 2 * promised_s) if is_disturbed else max(LIMIT_S, promised_s)
        elapsed = stopwatch()
        least_s = 0.0 if self._causes() == self._causes_of_final_state else self._patience_s
        is_over_early = wait_until(lambda: is_over() and elapsed() >= least_s, cap_s=limit_s + least_s, every_ms=8)
        if not is_over_early:
            watch.is_over_after(self._query(values), is_calling=self._requests.open_requests > 0)
        self._causes_of_final_state = self._causes()
        if not is_disturbed:
            self._note_promptness(watch)
        is_unfinished = full_time_s is not None and bool(watch.missing_kinds)
        had_full_time = is_unfinished and self._had_full_time(watch, full_time_s or 0.0, is_over)
        is_over_early = is_over_early or (is_unfinished and not watch.missing_kinds)
        had_recovery_time = False
        if is_disturbed and is_last and can_recover and watch.is_pending:
            had_recovery_time = self._had_recovery_time(watch, is_over)
            is_over_early = is_over_early or not watch.is_pending
        self._since_any_change = _running_from(min(self._since_any_change(), watch.since_change()))
        result = TABLE[watch.meaning].result
        if not is_over_early and not (result == "stuck" and watch.since_work() >= limit_s / 2):
            result = "slow"
        waits_for = watch.messages.first_missing_in(watch.report.applied) if result == "stuck" else ""
        self._remember(watch, values, result=result, message=waits_for)
        return IdleWait(
            report=watch.report,
            result=result,
            unchanged_s=watch.since_change(),
            waits_for=waits_for,
            busy_since="" if result == "idle" else self._backlog_at_begin.since,
            had_full_time=had_full_time and result != "idle",
            had_recovery_time=had_recovery_time,
            pending_of_others=min(self.pending_of_others, watch.report.pending or 0),
        )

    def _unchanged_s(self, first: FirstReport | None, report: "EffectsReport") -> float:
        """Return the real seconds for which the app has done nothing since *first*; 0 if *report* differs from it."""
        if first is None or first.report != report:
            return 0.0
        return min(first.elapsed(), self._requests.idle_s(), self._since_any_change())

    def _note_promptness(self, watch: "_Watch") -> None:
        """Count, for each kind of event, the waits in a row that show that the app is prompt."""
        if watch.has_changed:
            self._app.prompt_waits.clear()
        elif self._has_only_messages and watch.report.applied and not watch.messages.first_missing_in(watch.report.applied):
            self._app.prompt_waits.update(watch.messages.just_acknowledged_kinds)

    @property
    def _prompt_kinds(self) -> frozenset[str]:
        """The kinds of events with which the app is prompt; empty if it may have other work in this scenario."""
        if not self._has_only_messages:
            return frozenset()
        return frozenset(kind for kind, waits in self._app.prompt_waits.items() if waits >= PROMPT_AFTER)

    @property
    def _has_only_messages(self) -> bool:
        """True if messages are all that the app got from the harness in this scenario, and it has called no API."""
        return not any(self._journal.all(kind) for kind in (HookCall, PageView, Exchange))

    def _causes(self) -> int:
        """Return how many observations there are that may change a state; 0 if no wait is patient."""
        return sum(not isinstance(entry, Effects) for entry in self._journal) if self._patience_s else 0

    def _had_full_time(self, watch: "_Watch", full_time_s: float, is_over: Callable[[], bool]) -> bool:
        """Wait until the app is idle or had the full time; return true if it had the full time without progress."""

        def unchanged_s() -> float:
            return min(watch.since_work(), self._requests.idle_s())

        if watch.missing_kinds <= self._app.stuck_kinds:
            return unchanged_s() >= LEAST_UNCHANGED_S
        wait_until(
            lambda: (is_over() and not watch.missing_kinds) or unchanged_s() > full_time_s,
            cap_s=full_time_s + MOST_EXTRA_S,
            every_ms=8,
        )
        if watch.missing_kinds and unchanged_s() > full_time_s:
            now_s = self._journal.elapsed_s()
            if not is_excused(self._journal, now_s - unchanged_s(), now_s):
                self._app.stuck_kinds |= watch.missing_kinds
            return True
        return False

    def _had_recovery_time(self, watch: "_Watch", is_over: Callable[[], bool]) -> bool:
        """Wait until the app resumes its work, or did nothing for so long that it has abandoned it; return true then."""
        time_s = recovery_s(self._journal, inf if self._full_time_s is None else self._full_time_s)
        kinds = watch.missing_kinds
        if time_s == inf or max(watch.stuck_waits_of_kinds, default=0) >= NO_RECOVERY_AFTER:
            return False
        is_known = any(kinds <= abandoned for abandoned in self._app.abandoned_kinds)
        least_s = min(time_s, LEAST_ABANDONED_S) if is_known else time_s
        elapsed = stopwatch()

        def unchanged_s() -> float:
            return min(watch.since_change(), self._requests.idle_s())

        def is_busy_again() -> bool:
            return SLACK_S < self._requests.idle_s() < elapsed()

        wait_until(
            lambda: (is_over() and not watch.is_pending) or unchanged_s() > least_s or is_busy_again(),
            cap_s=least_s + MOST_EXTRA_S,
            every_ms=8,
        )
        if watch.is_pending and is_busy_again():
            self._app.resumed_kinds |= kinds
        if not watch.is_pending or unchanged_s() <= least_s:
            return False
        if not is_excused(self._journal, self._journal.elapsed_s() - unchanged_s(), self._journal.elapsed_s()):
            self._app.abandoned_kinds.add(kinds)
        return True

    def is_certain(self, effects: Effects) -> bool:
        """Return true if no wait after the snapshot *effects* is needed: the app reported to be idle, or it is stuck."""
        return effects.has_reported_idle or (bool(effects.pending) and effects.pending == self._app.backlog.pending)

    def _remember(self, watch: "_Watch", values: Values, *, result: Result, message: str) -> None:
        """Update the backlog after a wait with *result*, which waited for *message*."""
        report, before = watch.report, self._app.backlog
        for kind in watch.messages.finished_kinds_in(report):
            for counts in (self._app.stuck_waits, self._stuck_waits_at_begin, self._stuck_waits_of_kinds):
                counts[kind] = 0
        if result == "stuck":
            for kind in watch.missing_kinds:
                self._stuck_waits_of_kinds[kind] += 1
                self._app.stuck_waits[kind] = self._stuck_waits_at_begin[kind] + 1
            is_old = watch.meaning == "pending as before"
            self._stuck_waits += not is_old
            is_named = before.message or before.scenario not in {"", self._scenario}
            self._app.backlog = Backlog(
                scenario=before.scenario or self._scenario,
                message=before.message if is_named else message,
                pending=report.pending or 0,
                new_waits=before.new_waits if is_old else self._backlog_at_begin.new_waits + 1,
                kinds=before.kinds | watch.missing_kinds,
                old_waits=before.old_waits + is_old,
                values=values,
                effect_count=sum((report.applied or {}).values()),
            )
        elif result == "idle" and report.pending:
            return  # only older work is left
        # Without ``pending``, only an acknowledged message that was applied shows that the app makes progress.
        elif report.pending is not None or watch.messages.are_applied_in(report.applied):
            self._app.backlog = self._backlog_at_begin = NONE
            self._stuck_waits = 0


def wait_for_no_request(requests: ApiRequests, duration_s: float, limit_s: float) -> bool:
    """Wait until the app has made no API request for *duration_s*; return false after *limit_s*, both in real seconds."""
    return bool(wait_until(lambda: requests.idle_s() >= duration_s, cap_s=limit_s))


def _running_from(seconds: float) -> Callable[[], float]:
    """Start a stopwatch that shows *seconds* at its start."""
    elapsed = stopwatch()
    return lambda: seconds + elapsed()


class _Watch:
    """The state of one wait: the last report, and for how long nothing has changed.

    ``since_change`` counts from the last change. ``since_work`` counts from the last change that is not only a failed
    attempt.
    """

    def __init__(
        self,
        report: "EffectsReport",
        messages: "_Messages",
        backlog: Backlog,
        *,
        is_disturbed: bool,
        promised_s: float = 0.0,
        pending_of_others: int = 0,
        stuck_waits: dict[str, int],
        prompt_kinds: frozenset[str] = frozenset(),
        unchanged_s: float = 0.0,
    ) -> None:
        self._stuck_waits = stuck_waits
        self.has_changed = False
        self._is_prompt = bool(prompt_kinds) and messages.acknowledged_kinds <= prompt_kinds
        self._promised_s, self._pending_of_others = promised_s, pending_of_others
        self.report, self.messages = report, messages
        self.since_change = self.since_work = _running_from(unchanged_s)
        self._backlog, self._is_disturbed = backlog, is_disturbed

    def note_call(self) -> None:
        """Note that an API request is open: the app is busy, whatever it would report."""
        self.has_changed = True
        self.since_work = self.since_change = stopwatch()

    def is_over_after(self, report: "EffectsReport", *, is_calling: bool) -> bool:
        """Note a new report, and return true if nothing has changed for long enough."""
        before, self.report = self.report, report
        has_fewer = report.pending is not None and before.pending is not None and report.pending < before.pending
        if has_fewer or (report.applied, report.state) != (before.applied, before.state):
            self._backlog = NONE
        if is_calling or msgspec.structs.replace(report, failed=before.failed) != before:
            self.since_work = stopwatch()
        if is_calling or report != before:
            self.has_changed = True
            self.since_change = stopwatch()
            return False
        ending = TABLE[self.meaning]
        since = self.since_work if ending.result == "stuck" else self.since_change
        if self._is_prompt and self.meaning == "looks idle":
            return since() >= PROMPT_S
        times_s = ending.disturbed_s if self._is_disturbed else ending.undisturbed_s
        waits = self._backlog.old_waits if self.meaning == "pending as before" else self._earlier_stuck_waits
        time_s = times_s[min(waits, len(times_s) - 1)]
        return since() >= (max(time_s, self._promised_s) if ending.result == "stuck" and not waits else time_s)

    @property
    def _earlier_stuck_waits(self) -> int:
        """The number of stuck waits in a row, before this one, that left work like this wait's unfinished."""
        is_known = not self._backlog.kinds or frozenset() < self.missing_kinds <= self._backlog.kinds
        return max(self._backlog.new_waits if is_known else 0, min(self.stuck_waits_of_kinds, default=0))

    @property
    def stuck_waits_of_kinds(self) -> list[int]:
        """The stuck waits in a row of each unfinished kind; 0 if none got stuck, or one was finished in this wait."""
        finished = self.messages.finished_kinds_in(self.report)
        return [0 if kind in finished else self._stuck_waits.get(kind, 0) for kind in self.missing_kinds]

    @property
    def is_pending(self) -> bool:
        """True if the app itself reports unfinished work, and not only that of earlier scenarios."""
        return (self.report.pending or 0) > self._pending_of_others

    @property
    def missing_kinds(self) -> frozenset[str]:
        """The kinds of the messages that the app has not finished; empty if it is idle, or has only older work."""
        is_new = self.meaning == "pending as before" and self.report.applied is not None
        is_busy = is_new or self.meaning in {"pending", "none applied", "some applied"}
        pending = (self.report.pending or 0) - self._pending_of_others
        return self.messages.kinds_missing_in(self.report.applied, pending=pending) if is_busy else frozenset()

    @property
    def meaning(self) -> str:
        """The key in ``TABLE`` for the last report."""
        report, messages = self.report, self.messages
        if report.pending:
            if report.pending != self._backlog.pending:
                return "pending"
            is_finished = report.applied is not None and not messages.are_missing_in(report.applied)
            return "looks idle" if is_finished else "pending as before"
        if report.pending == 0:
            return "none pending"
        if report.applied is None:
            return "new to process" if messages.has_new else "looks idle"
        if messages.are_missing_in(report.applied):
            return "some applied" if any(report.applied.values()) else "none applied"
        return "looks idle"


class _Messages:
    """The messages that a participant's app has acknowledged and must process, read from the journal.

    Waits use them to detect that the app is still busy. Probes decide separately which of them are findings.
    """

    def __init__(self, journal: Journal, participant: str) -> None:
        events = events_by_id(journal)
        reports = [effects for effects in journal.all(Effects) if effects.participant == participant]
        deliveries = [
            delivery
            for delivery in journal.all(Delivery)
            if delivery.participant == participant and delivery.is_acknowledged and delivery.is_authentic
        ]
        applied = {message_id for report in reports for message_id, count in (report.applied or {}).items() if count}
        self._applied = applied
        used = {events[message_id].kind for message_id in applied & events.keys()}
        ids = {delivery.message_id for delivery in deliveries}
        self._acknowledged = [event for event in events.values() if event.message_id in ids]
        self._unapplied = [
            event
            for event in self._acknowledged
            if event.message_id not in applied and (event.is_subscribed or event.kind in used)
        ]
        newest = deliveries[-1] if deliveries else None
        is_late = newest is None or journal.elapsed_s() > newest.at_s + newest.took_s + JUST_S
        since_s = reports[-1].at_s if reports else -1.0
        self.just_acknowledged_kinds = frozenset(
            events[delivery.message_id].kind
            for delivery in deliveries
            if not is_late and delivery.at_s > since_s and delivery.message_id in events
        )
        """The kinds of the messages that were acknowledged after the last query; empty if that was not right before."""
        self.has_new = bool(deliveries) and (not reports or deliveries[-1].at_s > reports[-1].at_s)
        """True if a message was acknowledged after the app's effects were last queried."""

    def are_missing_in(self, applied: dict[str, int] | None) -> bool:
        """Return true if an unapplied message is missing from the counts *applied*; false if the app reports no counts."""
        return applied is not None and any(not applied.get(event.message_id, 0) for event in self._unapplied)

    @property
    def acknowledged_kinds(self) -> frozenset[str]:
        """The kinds of the messages that were acknowledged."""
        return frozenset(event.kind for event in self._acknowledged)

    def finished_kinds_in(self, report: "EffectsReport") -> frozenset[str]:
        """Return the kinds of messages that *report* is the first to show as finished; all kinds if nothing is pending."""
        applied = report.applied or {}
        return frozenset(
            event.kind
            for event in self._acknowledged
            if event.message_id not in self._applied and (applied.get(event.message_id, 0) or report.pending == 0)
        )

    def kinds_missing_in(self, applied: dict[str, int] | None, *, pending: int = 0) -> frozenset[str]:
        """Return the kinds of the unapplied messages that are missing from *applied*; without counts, of all.

        If *pending* counts every acknowledged message that is missing, the app uses each of them, whatever its kind.
        """
        missing = [event for event in self._acknowledged if not (applied or {}).get(event.message_id, 0)]
        unapplied = missing if applied and pending == len(missing) else self._unapplied
        return frozenset(event.kind for event in unapplied if not (applied or {}).get(event.message_id, 0))

    def are_applied_in(self, applied: dict[str, int] | None) -> bool:
        """Return true if there were unapplied messages, and none of them is missing from *applied*."""
        return bool(self._unapplied) and not self.are_missing_in(applied)

    def first_missing_in(self, applied: dict[str, int] | None) -> str:
        """Return the symbol and kind of the first acknowledged event that is not in *applied*; empty without counts."""
        missing = (event for event in self._acknowledged if applied is not None and not applied.get(event.message_id, 0))
        return next((f"{event.event} {event.kind}" for event in missing), "")
