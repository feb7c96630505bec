"""Steps that inject and lift faults at the proxy, and that expire tokens and revoke keys."""

from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config.hooks import COMMAND
from fiskil_harness.errors import AppError
from fiskil_harness.faults import AnyFault, Latency
from fiskil_harness.faults import ExpireTokens as ExpireTokensFault
from fiskil_harness.faults.applicability import require_possible
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.faults.proxy.bite_log import fault_set
from fiskil_harness.journal import Canaries, Key, TokensExpired
from fiskil_harness.scenario.steps.step import Step, refuse_outside

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

LONGEST_WAIT_S = 10.0


class InjectFault(Step, frozen=True, tag="inject_fault"):
    """From now on, API calls to a route meet a fault.

    Several faults that meet the same call apply in the order of their steps.

    Args:
        route: A route such as "banking.transactions"; see ``fiskil-harness list routes``.
        fault: What goes wrong, from ``fiskil_harness.faults``.
        times: How many calls meet the fault; 0 means all of them until ``LiftFaults``, and at least one.
        skip: How many matching calls pass first.
        nth: Numbers of the calls that meet the fault, from 1; replaces *times* and *skip*.
        every: Only every n-th matching call meets the fault, for this n; 1 means every call.
        method: Only calls with this HTTP method count.
        page: Only calls for this page of a paginated list count, from 1; 0 means all.
        version: Only calls with this API version count.
        from_event: Only calls after an event of this kind count.
        until_event: Only calls before an event of this kind count.
    """

    is_slow: ClassVar[bool] = True
    needs_sandbox: ClassVar[bool] = False
    route: str
    fault: AnyFault
    times: int = 1
    skip: int = 0
    nth: tuple[int, ...] = ()
    every: int = 1
    method: str = ""
    page: int = 0
    version: str = ""
    from_event: str = ""
    until_event: str = ""

    def check(self) -> None:
        """Validate route, fault and counts.

        Raises:
            UsageError: The route is unknown, no call can ever meet the fault, or a count is negative.
        """
        require_possible(self._rule.check())

    def perform(self, stage: "Stage") -> None:
        """Set the fault; it stays until ``LiftFaults`` or the end of the scenario."""
        if isinstance(self.fault, ExpireTokensFault):
            stage.was_disturbed = True
        stage.environment.proxy.rules.set(self._rule)

    @property
    def _rule(self) -> Rule:
        return Rule(
            route=self.route,
            fault=self.fault,
            times=self.times,
            skip=self.skip,
            nth=self.nth,
            every=self.every,
            method=self.method,
            page=self.page,
            version=self.version,
            from_event=self.from_event,
            until_event=self.until_event,
        )


class WaitForCall(Step, frozen=True, tag="wait_for_call"):
    """The scenario waits until a delay fault holds back a response on the route; the next steps happen during that call.

    Args:
        route: A route with a delay fault, such as "banking.transactions" or "banking.*".
    """

    route: str

    def check(self) -> None:
        """Validate *route*.

        Raises:
            UsageError: The route is unknown.
        """
        require_possible(Rule(route=self.route, fault=Latency()).check())

    def perform(self, stage: "Stage") -> None:
        """Wait for such a call, at most for 10 real seconds, unless the app makes no calls."""
        cap_s = LONGEST_WAIT_S if stage.can_call_api else 0.0
        if not wait_until(lambda: stage.fiskil.proxy.is_holding(self.route), cap_s=cap_s):
            stage.record_incomplete(f"no response on {self.route!r} was held back, so nothing happened during a call")


class LiftFaults(Step, frozen=True, kw_only=True, tag="lift_faults"):
    """Every fault is lifted: the API works normally again."""

    needs_sandbox: ClassVar[bool] = False

    def perform(self, stage: "Stage") -> None:
        """Lift the faults, and record how often each one bit."""
        rules = stage.environment.proxy.rules
        stage.note_api_disturbance()
        for waiting in rules.waiting():
            rules.lift(waiting)
            stage.record(fault_set, waiting)


class LimitPages(Step, frozen=True, kw_only=True, tag="limit_pages"):
    """The API returns pages of a limited size until the scenario ends, whatever page size the app requests.

    Args:
        rows: The largest number of rows in a page.
        usual: Number of rows in a page if the app requests no size; 0 means Fiskil's default.
        pages: The fewest pages of a list with eight or more rows. An app may request short lists, one for each account or
            month; with smaller pages, these have a third and a fourth page too.
    """

    rows: int = 25
    usual: int = 0
    pages: int = 1

    def check(self) -> None:
        """Validate *rows*.

        Raises:
            ConfigError: *rows* is below 1, *usual* is below 0, or *pages* is not from 1 to 8.
        """
        refuse_outside(self, "rows", 1)
        refuse_outside(self, "usual", 0)
        refuse_outside(self, "pages", 1, 8)

    def perform(self, stage: "Stage") -> None:
        """Limit the pages."""
        stage.fiskil.sandbox.limit_pages(self.rows, usual=self.usual or None, pages=self.pages)


class ExpireTokens(Step, frozen=True, kw_only=True, tag="expire_tokens"):
    """Every access token expires now, earlier than announced."""

    affects_whole_app: ClassVar[bool] = True
    needs_sandbox: ClassVar[bool] = False

    def perform(self, stage: "Stage") -> None:
        """Expire the tokens. After the scenario, the driver restarts an app that has not recovered."""
        stage.environment.expire_tokens()
        stage.record(TokensExpired, processes=stage.app.process_count)
        stage.was_disturbed = True


class RevokeKey(Step, frozen=True, kw_only=True, tag="revoke_key"):
    """The app's API key is revoked in the console, and the tokens that it obtained become invalid."""

    is_slow: ClassVar[bool] = True
    affects_whole_app: ClassVar[bool] = True

    def perform(self, stage: "Stage") -> None:
        """Revoke the key until ``AcceptKey`` or the end of the scenario."""
        stage.fiskil.sandbox.set_key(is_accepted=False)
        stage.record(Key, state="revoked")
        stage.must_restart = True


class AcceptKey(Step, frozen=True, kw_only=True, tag="accept_key"):
    """The app's API key is accepted again after ``RevokeKey``."""

    def perform(self, stage: "Stage") -> None:
        """Accept the key."""
        stage.fiskil.sandbox.set_key(is_accepted=True)
        stage.record(Key, state="accepted")


class RestartWithWrongSecret(Step, frozen=True, kw_only=True, tag="restart_with_wrong_secret"):
    """The app is restarted with a wrong client secret; it may refuse to start. Needs ``app.command``."""

    is_slow: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Restart the app. The next restart, or the driver at the end, uses the right secret again."""
        from fiskil_harness.scenario.steps.app import restart

        right_secret = stage.app.values["client_secret"]
        wrong_secret = "fsk_wrong" + right_secret[9:]
        stage.must_restart = True
        stage.record(Canaries, values={"client secret": (wrong_secret,)})
        stage.app.values["client_secret"] = wrong_secret
        try:
            restart(stage)
        except AppError:
            stage.record_failure("the app does not start with a wrong client secret")
        finally:
            stage.app.values["client_secret"] = right_secret
            stage.record(Key, state="wrong")
