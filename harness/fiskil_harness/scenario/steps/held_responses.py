"""Steps in which something happens while the app waits for a response of the API that a delay fault holds back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar, Literal

import msgspec

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config.hooks import COMMAND, REFRESH, START_SESSION
from fiskil_harness.faults import Latency
from fiskil_harness.faults.applicability import require_possible
from fiskil_harness.faults.rules import Rule, Waiting
from fiskil_harness.journal.queries.api_calls import calls, is_first_page
from fiskil_harness.scenario.steps.app import kill, recover
from fiskil_harness.scenario.steps.consents_and_syncs import ACCEPTED, Refresh, Revoke, Sync, call_hook
from fiskil_harness.scenario.steps.deliveries import Deliver, DeliverTogether
from fiskil_harness.scenario.steps.faults_and_tokens import LONGEST_WAIT_S, WaitForCall
from fiskil_harness.scenario.steps.field_changes import ChangeEveryField
from fiskil_harness.scenario.steps.row_changes import Change
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


LATER_S = 2.0
"""How long an app may take to begin to read after a response other than 202, in real seconds."""
LOOK_UP_S = 3.0
"""How long an app may take to make a call because of an event, if it need not make the call, in real seconds."""


class _DuringHook(Step, frozen=True, kw_only=True):
    """A step that acts while a hook's API call is held back."""

    route: str = ""

    def check(self) -> None:
        """Validate *route*.

        Raises:
            UsageError: The route is unknown.
        """
        require_possible(Rule(route=self.route, fault=Latency()).check())

    def _while_held(self, stage: "Stage", hook: Literal["refresh", "start_session"], act: Callable[[], object]) -> None:
        """Call *hook*, and call *act* as soon as the response is held back."""
        with ThreadPoolExecutor(max_workers=1) as pool:
            call = pool.submit(call_hook, stage, stage.end_user(), hook)
            wait_until(lambda: self._is_held(stage) or call.done(), cap_s=LONGEST_WAIT_S)
            is_accepted = call.done() and call.result().status == ACCEPTED
            if wait_until(lambda: self._is_held(stage), cap_s=LONGEST_WAIT_S if is_accepted else LATER_S):
                act()
            else:
                stage.record_incomplete(f"no response on {self.route!r} was held back during app.drive.{hook}")
            call.result()

    def _is_held(self, stage: "Stage") -> bool:
        return stage.fiskil.proxy.is_holding(self.route)


class RevokeDuringRefresh(_DuringHook, frozen=True, kw_only=True, tag="revoke_during_refresh"):
    """The app is requested to read all data again; meanwhile the consent is revoked, and the event arrives.

    That happens while a delay fault holds back a response on the route. Needs ``app.drive.refresh``.

    Args:
        route: The route whose response is held back, such as "banking.transactions".
    """

    needs: ClassVar[tuple[str, ...]] = (REFRESH,)
    route: str = "banking.transactions"

    def perform(self, stage: "Stage") -> None:
        """Call the hook, and revoke the consent as soon as the response is held back.

        Raises:
            StepError: There is no consent yet.
        """

        def revoke() -> None:
            Revoke().perform(stage)
            if not self._is_held(stage):
                stage.record_incomplete(f"the response on {self.route!r} arrived before the consent ended")
            Deliver().perform(stage)

        self._while_held(stage, "refresh", revoke)


class _DuringWork(Step, frozen=True, kw_only=True):
    """A step that acts while the app waits for a response because of the events that are due.

    The step holds back the response itself. It also acts if the app makes no such call.

    Args:
        route: The route whose response is held back, or a pattern of routes.
        latency_ms: How long the response is held back, in real milliseconds.
    """

    route: str = "*"
    latency_ms: int = 1500

    def check(self) -> None:
        """Validate *route* and *latency_ms*.

        Raises:
            ConfigError: *latency_ms* is out of range.
            UsageError: The route is unknown.
        """
        require_possible(self._rule.check())

    def _deliver_and_wait(self, stage: "Stage", deliver: Step, rule: Rule) -> Waiting:
        """Deliver the events, and return the rule of the delay as soon as the response is held back."""
        proxy = stage.fiskil.proxy
        since_s = stage.journal.elapsed_s()
        late = proxy.rules.set(rule)
        deliver.perform(stage)
        cap_s = LOOK_UP_S if stage.can_call_api else 0.0
        wait_until(lambda: proxy.is_holding(self.route) or self._has_ended(stage, since_s), cap_s=cap_s)
        if late.left:
            proxy.rules.lift(late)
        return late

    def _has_ended(self, stage: "Stage", since_s: float) -> bool:
        """Return True if the call is over, as in an app that makes it before it responds to the event."""
        return any(call.bites and call.at_s >= since_s for call in calls(stage.journal, self.route))

    @property
    def _rule(self) -> Rule:
        return Rule(route=self.route, fault=Latency(latency_ms=self.latency_ms))


class RevokeDuringCall(_DuringWork, frozen=True, kw_only=True, tag="revoke_during_call"):
    """The events that are due arrive; while the app waits for a response because of them, its consent is revoked.

    The step holds back the response itself, and the event of the revocation arrives during the call. An app that makes no
    such call reads nothing that could be out of date: its consent is revoked after the other events.

    Args:
        route: The route whose response is held back.
        latency_ms: How long the response is held back, in real milliseconds.
    """

    route: str = "consents.list"

    def perform(self, stage: "Stage") -> None:
        """Deliver the events, and revoke the consent as soon as the response is held back.

        Raises:
            StepError: There is no consent yet.
        """
        self._deliver_and_wait(stage, Deliver(), self._rule)
        Revoke().perform(stage)
        Deliver().perform(stage)


class RestartDuringCall(_DuringWork, frozen=True, kw_only=True, tag="restart_during_call"):
    """The events that are due arrive together; while the app waits for a response because of them, it is killed.

    It is killed with SIGKILL and started again. The step holds back the first response about the end user, so an app that
    reads data after a message has begun to process one and cannot have completed it. An app that makes no such call within
    3 s, or whose call is over before it has acknowledged the messages, is killed all the same. Needs ``app.command``.

    Args:
        route: The route whose response is held back, or a pattern of routes.
        latency_ms: How long the response is held back, in real milliseconds.
        twin: Name of the participant; "" means the scenario's end user.
    """

    is_racy: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = (COMMAND,)
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Deliver the events, kill the app as soon as the response is held back, and start the app.

        Raises:
            AppError: The app does not start.
            StepError: The end user was deleted.
        """
        end_user = stage.registered(stage.end_user(self.twin))
        rule = msgspec.structs.replace(self._rule, end_user_id=end_user.end_user_id)
        late = self._deliver_and_wait(stage, DeliverTogether(), rule)
        kill(stage)
        # Lift the delay without recording it: with a FaultSet in the journal, an app that stays down would be excused.
        stage.fiskil.proxy.rules.lift(late)
        recover(stage)


class DeliverDuringRefresh(_DuringHook, frozen=True, kw_only=True, tag="deliver_during_refresh"):
    """The app is requested to read all data again; meanwhile the events that are due arrive.

    That happens while a delay fault holds back a response on the route. Needs ``app.drive.refresh``.

    Args:
        route: The route whose response is held back, such as "banking.transactions".
    """

    needs: ClassVar[tuple[str, ...]] = (REFRESH,)
    route: str = "banking.transactions"

    def perform(self, stage: "Stage") -> None:
        """Call the hook, and deliver the events as soon as the response is held back."""
        self._while_held(stage, "refresh", lambda: Deliver().perform(stage))


class DeliverDuringConnect(_DuringHook, frozen=True, kw_only=True, tag="deliver_during_connect"):
    """The app is requested to open an auth session; meanwhile the events that are due arrive.

    That happens while a delay fault holds back a response on the route. Needs ``app.drive.start_session``.

    Args:
        route: The route whose response is held back.
    """

    needs: ClassVar[tuple[str, ...]] = (START_SESSION,)
    route: str = "auth_session"

    def perform(self, stage: "Stage") -> None:
        """Call the hook, and deliver the events as soon as the response is held back."""
        self._while_held(stage, "start_session", lambda: Deliver().perform(stage))


class AmendDuringCall(Step, frozen=True, kw_only=True, tag="amend_during_call"):
    """A row changes while the app waits for a response with the old value, and the event of the next sync is delivered.

    That happens while a delay fault holds back a response on the route. The app is not waited for, so that its second
    reading may overtake the first.

    Args:
        route: The route whose response is held back.
        dataset: The dataset of the route. Of transactions the newest posted row changes; others change as in
            ``ChangeEveryField``.
    """

    route: str = "banking.transactions"
    dataset: str = "transactions"

    def check(self) -> None:
        """Validate *route* and *dataset*.

        Raises:
            ConfigError: Fiskil has no such dataset.
            UsageError: The route is unknown.
        """
        WaitForCall(self.route).check()
        Sync(self.dataset).check()

    def perform(self, stage: "Stage") -> None:
        """Wait for such a call; then change the row, and deliver the event of the sync.

        Raises:
            StepError: There is no consent yet, or no such row.
        """
        WaitForCall(self.route).perform(stage)
        change = Change(kind="amend") if self.dataset == "transactions" else ChangeEveryField()
        for step in (change, Sync(self.dataset)):
            step.perform(stage)
        self._let_app_read(stage)

    def _let_app_read(self, stage: "Stage") -> None:
        """Let the app read the new value."""
        Deliver().perform(stage)


class AmendAndRefreshDuringCall(AmendDuringCall, frozen=True, kw_only=True, tag="amend_and_refresh_during_call"):
    """A row changes while the app waits for a response with the old value, and the app is requested to read all data again.

    Like ``AmendDuringCall``, except that the event of the sync stays undelivered, unless the app begins no new reading: it
    may let the refresh wait for the reading in progress. Needs ``app.drive.refresh``.

    Args:
        route: The route whose response is held back.
        dataset: The dataset of the route.
    """

    needs: ClassVar[tuple[str, ...]] = (REFRESH,)

    def _let_app_read(self, stage: "Stage") -> None:
        since_s = stage.journal.elapsed_s()
        Refresh().perform(stage)
        if not any(call.at_s >= since_s and is_first_page(call) for call in calls(stage.journal, self.route)):
            Deliver().perform(stage)
