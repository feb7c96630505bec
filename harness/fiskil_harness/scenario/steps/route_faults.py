"""A step that lets a fault meet every route of one action of the app, while the action is repeated."""

import enum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, ClassVar, Literal

from fiskil_harness.app.browser import PageSnapshot
from fiskil_harness.core.clock import pause, wait_until
from fiskil_harness.core.config.hooks import EFFECTS, PAGES, REFRESH, REVOKE, START_SESSION
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import ConfigError, StepError
from fiskil_harness.faults import AnyFault
from fiskil_harness.faults import ExpireTokens as ExpireTokensFault
from fiskil_harness.faults.applicability import require_possible
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.faults.rules import Waiting, why_unbitten
from fiskil_harness.journal import FaultSet, HookCall, shortened
from fiskil_harness.journal.queries.api_calls import calls, is_done, is_redirect
from fiskil_harness.journal.queries.disconnects import has_failed_calls, treats_as_disconnected
from fiskil_harness.journal.queries.moments import BACKGROUND, calls_by_moment
from fiskil_harness.sandbox.api.routes import ROUTES
from fiskil_harness.scenario.steps.consents_and_syncs import Sync, call_hook
from fiskil_harness.scenario.steps.deliveries import Deliver, DeliveryOrder
from fiskil_harness.scenario.steps.journeys import Authorise
from fiskil_harness.scenario.steps.pages import address_of
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

Action = Literal["connect", "refresh", "revoke", "sync", "view"]
HOOKS_OF: dict[str, tuple[str, ...]] = {
    "connect": (START_SESSION,),
    "refresh": (REFRESH,),
    "revoke": (REVOKE,),
    "sync": (),
    "view": (PAGES,),
}
EVERY_ROUTE = "*"
MOST_ROUNDS = 40
"""The largest number of repetitions. An app that stops at its first failed call needs one for each call with the fault."""
MOST_PAUSES, PAUSE_S = 2, 1.2
"""How often in a row, and for how many real seconds, the harness waits if the app fails without a call, as after a 429."""

LATE_S = 5.0
"""How long the harness waits for a page beyond ``app.limits.request_deadline_s``, in real seconds."""

REVOCATION_S = 5.0
"""How long an app may repeat a failed revocation in the background after it reported success, in real seconds."""


class Result(enum.Enum):
    """The result of an action. FINAL means that it is not repeated: it is done, or the app did not respond in time."""

    FAILED = "failed"
    SUCCEEDED = "succeeded"
    FINAL = "final"


class DisturbRoutes(Step, frozen=True, tag="disturb_routes"):
    """The first calls to each route meet a fault, while an action is repeated until no further call meets it.

    Afterwards the fault is lifted. An action that the app reports as done is not repeated if it cannot be done twice.

    Args:
        action: "connect" is a consent journey, "refresh" and "revoke" call the hook of that name, "sync" syncs every dataset
            and delivers the events, and "view" opens every page of the app in Chromium. The app must be idle before "view".
        fault: What goes wrong, from ``fiskil_harness.faults``.
        route: The route, or a pattern of routes; by default every route.
        omit: Routes that match the pattern and are not disturbed.
        times: How many calls to each route meet the fault. With 1, a retry succeeds; a higher number also tests what the app
            does after its last retry. 0 means every call during one action, for routes in turn.
        is_in_turn: Each route meets the fault alone, during one action, so that no other route's failure hides its effect.
            The routes are those that the app called in the background earlier, or in a repetition without a fault.
        order: The order of deliveries if *action* is "sync", as in ``Deliver``.
    """

    is_slow: ClassVar[bool] = True
    action: Action
    fault: AnyFault
    route: str = EVERY_ROUTE
    omit: tuple[str, ...] = ()
    times: int = 1
    is_in_turn: bool = False
    order: DeliveryOrder = "publish_time"

    @property
    def needs(self) -> tuple[str, ...]:  # type: ignore[override]
        """The hook of the action."""
        return HOOKS_OF[self.action]

    def check(self) -> None:
        """Validate routes and fault.

        Raises:
            UsageError: A route is unknown, no call can ever meet the fault, or *times* is out of range.
        """
        for route in (self.route, *self.omit):
            require_possible(Rule(route=route, fault=self.fault, times=self.times).check())
        least = 0 if self.is_in_turn else 1
        if self.times < least:
            raise ConfigError(f"DisturbRoutes: times must be {least} or greater, got {self.times}.")

    def perform(self, stage: "Stage") -> None:
        """Set the fault, repeat the action, and lift the fault.

        Raises:
            StepError: A sync is impossible, because there is no consent yet.
        """
        if isinstance(self.fault, ExpireTokensFault):
            stage.was_disturbed = True
        if self.is_in_turn:
            self._disturb_in_turn(stage)
            return
        rules = stage.environment.proxy.rules
        waiting = [rules.set(Rule(route=route, fault=self.fault, times=self.times)) for route in self._routes]
        try:
            self._repeat(stage)
        finally:
            stage.was_disturbed = True
            for rule in waiting:
                rules.lift(rule)
            self._record(stage, waiting)

    def _repeat(self, stage: "Stage") -> None:
        """Repeat the action until it is done, or until it meets no fault any more."""
        pauses = 0
        rules = stage.environment.proxy.rules
        for _ in range(MOST_ROUNDS):
            bites = _bites(rules.waiting())  # including the faults of earlier steps
            result = self._act(stage)
            has_bitten = _bites(rules.waiting()) > bites
            if result is Result.FINAL or (result is Result.SUCCEEDED and not has_bitten):
                return
            pauses = 0 if has_bitten else pauses + 1
            if pauses > MOST_PAUSES:
                return
            if pauses:
                pause(PAUSE_S)

    def _disturb_in_turn(self, stage: "Stage") -> None:
        rules = stage.environment.proxy.rules
        lifted: list[Waiting] = []
        for route in self._called_routes(stage):
            waiting = rules.set(Rule(route=route, fault=self.fault, times=self.times))
            try:
                self._act(stage)
            finally:
                stage.was_disturbed = True
                rules.lift(waiting)
                lifted.append(waiting)
        self._record(stage, lifted)

    def _called_routes(self, stage: "Stage") -> list[str]:
        """Return the routes to disturb in turn, in the order in which the app called them first."""
        if self.action == "sync":
            called = [call.route for call, moment in calls_by_moment(stage.journal) if moment == BACKGROUND]
        else:
            since_s = stage.journal.elapsed_s()
            self._act(stage)
            called = [call.route for call in calls(stage.journal) if call.at_s >= since_s]
        return [route for route in dict.fromkeys(called) if route in self._routes]

    @property
    def _routes(self) -> list[str]:
        return [route.name for route in ROUTES if fnmatchcase(route.name, self.route) and route.name not in self.omit]

    def _record(self, stage: "Stage", waiting: list[Waiting]) -> None:
        """Record the fault: it is required to act on one route at least, except if no page calls the API."""
        has_bitten = _bites(waiting) > 0
        if self.action == "view" and not has_bitten:
            return
        spared = sum(rule.spared for rule in waiting)
        stage.record(
            FaultSet,
            fault=Rule(route=self.route, fault=self.fault).name,
            route=self.route,
            times=1,
            missing_bites=0 if has_bitten else 1,
            unchanged_exchanges=spared,
            problem="" if has_bitten else why_unbitten(spared),
        )

    def _act(self, stage: "Stage") -> Result:
        """Perform the action once."""
        if self.action == "connect":
            return _connect(stage)
        if self.action == "revoke":
            return _revoke(stage)
        if self.action == "view":
            return _view(stage)
        result = Result.SUCCEEDED
        if self.action == "refresh":
            result = _refresh(stage)
        else:
            Sync().perform(stage)
            Deliver(order=self.order).perform(stage)
        if result is not Result.FINAL:
            stage.settle("settled")
        return result


def _connect(stage: "Stage") -> Result:
    try:
        Authorise().perform(stage)
    except StepError:
        return Result.FAILED
    return Result.FINAL


def _refresh(stage: "Stage") -> Result:
    """Let the app refresh its data; a redirect without successful reads may lead to a page with an error."""
    result = _result_of(call_hook(stage, stage.end_user(), "refresh"))
    hook = stage.journal.all(HookCall)[-1]
    return Result.FAILED if is_redirect(hook) and not is_done(stage.journal, hook) else result


def _revoke(stage: "Stage") -> Result:
    """Let the app revoke the consent; an app that reports success gets time to repeat a failed revocation."""
    end_user = stage.end_user()
    result = _result_of(call_hook(stage, end_user, "revoke"))
    hook = stage.journal.all(HookCall)[-1]
    if is_redirect(hook):
        return _after_redirect(stage, hook)
    if result is Result.SUCCEEDED:
        wait_until(lambda: not stage.consent_of(end_user).is_active, cap_s=REVOCATION_S)
    stage.dispatcher.collect()
    return Result.FINAL if result is Result.SUCCEEDED else result


def _after_redirect(stage: "Stage", hook: HookCall) -> Result:
    """Return the result of a disconnect after which the app redirected, perhaps to a page with an error.

    The end user tries again if the consent is still active and the app still treats the end user as connected, or if the
    consent has ended and the app did not receive the response. An app that treats the end user as disconnected is done.
    """
    end_user = stage.end_user()
    if not is_done(stage.journal, hook):
        stage.settle("settled")
        if not stage.app.has(EFFECTS):
            wait_until(lambda: not stage.consent_of(end_user).is_active, cap_s=REVOCATION_S)
    stage.dispatcher.collect()
    if is_done(stage.journal, hook) or treats_as_disconnected(stage.journal, hook):
        return Result.FINAL
    is_left = stage.consent_of(end_user).is_active or has_failed_calls(stage.journal, hook)
    return Result.FAILED if is_left else Result.FINAL


def _view(stage: "Stage") -> Result:
    """Let the end user open each page, and record the status of its document and how long that took."""
    end_user = stage.end_user()
    window = stage.window(end_user)
    cap_s = stage.settings.app.limits.request_deadline_s + LATE_S
    results = []
    for name, template in stage.settings.app.observe.pages.items():
        begin_s = stage.journal.elapsed_s()
        problem = window.open(address_of(stage, end_user, template), page=name, settle_s=0, cap_s=cap_s)
        page = PageSnapshot() if problem else window.read()
        entry = HookCall(
            **stage.journal.span(begin_s),
            hook="page",
            participant=end_user.participant,
            status=page.status,
            body=shortened(page.html.encode()),
        )
        stage.journal.write(entry)
        if entry.status is None:
            return Result.FINAL
        results.append(entry.has_succeeded)
        window.settle()
    return Result.SUCCEEDED if all(results) else Result.FAILED


def _result_of(reply: HttpReply) -> Result:
    if reply.status is None:
        return Result.FINAL
    return Result.SUCCEEDED if 200 <= reply.status < 400 else Result.FAILED


def _bites(waiting: list[Waiting]) -> int:
    return sum(rule.bitten for rule in waiting)
