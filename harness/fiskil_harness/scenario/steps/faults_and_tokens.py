"""Steps of the link and the keys: faults that wait and are lifted, tokens and keys that die."""

from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config.hooks import COMMAND
from fiskil_harness.errors import AppError, ConfigError
from fiskil_harness.faults import AnyFault, Latency
from fiskil_harness.faults import ExpireTokens as ExpireTokensFault
from fiskil_harness.faults.applicability import require_possible
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.faults.proxy.bite_log import fault_set
from fiskil_harness.journal import Canaries, Key, TokensExpired
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage

LONGEST_WAIT_S = 10.0


class InjectFault(PlainStep, frozen=True, tag="inject_fault"):
    """A fault waits on a route and bites ``times`` times, after letting ``skip`` calls pass.

    0 times means every time until the fault is mended, and at least once. ``nth`` counts calls from 1 in place of both.
    With ``method``, ``page`` (of a walk, from 1) or ``version`` other calls pass by; with ``from_event`` and ``until_event``
    those before, or after, an event of that kind. Faults that meet one call compose in the order of their steps.
    """

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
        """Refuse what no call can ever meet, a fault that breaks nothing, and counts below zero."""
        require_possible(self._rule.check())

    def perform(self, stage: "Stage") -> None:
        """Let it wait until it is mended or the scenario ends."""
        if isinstance(self.fault, ExpireTokensFault):
            stage.must_restart = True
        stage.fiskil.link.rules.set(self._rule)

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


class WaitForCall(PlainStep, frozen=True, tag="wait_for_call"):
    """The app is waited for until a fault of delay holds back an answer on the route: what comes next happens meanwhile."""

    route: str

    def check(self) -> None:
        """Refuse a route that there is not."""
        require_possible(Rule(route=self.route, fault=Latency()).check())

    def perform(self, stage: "Stage") -> None:
        """Wait for it, a while."""
        if not wait_until(lambda: stage.fiskil.link.is_holding(self.route), cap_s=LONGEST_WAIT_S):
            stage.cut_short(f"no answer on {self.route!r} was held back, so nothing happened during a call")


class LiftFaults(PlainStep, frozen=True, kw_only=True, tag="lift_faults"):
    """Every fault that waits is lifted: what was broken works again."""

    def perform(self, stage: "Stage") -> None:
        """Lift them, and write down how often each one bit."""
        rules = stage.fiskil.link.rules
        stage.was_disturbed = True
        for waiting in rules.waiting():
            rules.lift(waiting)
            stage.journal.write(fault_set(waiting, **stage.journal.stamp()))


class LimitPages(PlainStep, frozen=True, kw_only=True, tag="limit_pages"):
    """The API serves at most ``rows`` rows a page, whatever size the app asks for, until the scenario ends."""

    rows: int = 25

    def check(self) -> None:
        """Refuse pages without rows."""
        if self.rows < 1:
            raise ConfigError(f"LimitPages: a page has at least one row, got {self.rows}.")

    def perform(self, stage: "Stage") -> None:
        """Cap them."""
        stage.fiskil.sandbox.limit_pages(self.rows)


class ExpireTokens(PlainStep, frozen=True, kw_only=True, tag="expire_tokens"):
    """Every access token dies now, before its time."""

    def perform(self, stage: "Stage") -> None:
        """Expire them; the driver restarts the app at the end, which may not know how to go on."""
        stage.fiskil.sandbox.expire_tokens()
        stage.journal.write(TokensExpired(**stage.journal.stamp()))
        stage.must_restart = True


class RevokeKey(PlainStep, frozen=True, kw_only=True, tag="revoke_key"):
    """The app's API key is revoked in the console; its tokens die with it."""

    def perform(self, stage: "Stage") -> None:
        """Revoke, until ``accept_key`` or the end of the scenario."""
        stage.fiskil.sandbox.set_key(is_accepted=False)
        stage.journal.write(Key(**stage.journal.stamp(), state="revoked"))
        stage.must_restart = True


class AcceptKey(PlainStep, frozen=True, kw_only=True, tag="accept_key"):
    """The API key is accepted again."""

    def perform(self, stage: "Stage") -> None:
        """Accept."""
        stage.fiskil.sandbox.set_key(is_accepted=True)
        stage.journal.write(Key(**stage.journal.stamp(), state="accepted"))


class RestartWithWrongSecret(PlainStep, frozen=True, kw_only=True, tag="restart_with_wrong_secret"):
    """The app is started again with a client secret that no key has; an app that then refuses to start is down."""

    needs: ClassVar[tuple[str, ...]] = (COMMAND,)

    def perform(self, stage: "Stage") -> None:
        """Restart; the next restart, or the driver at the end, starts the app with the right one."""
        from fiskil_harness.scenario.steps.app import restart

        right = stage.app.values["client_secret"]
        wrong = "fsk_wrong" + right[9:]
        stage.must_restart = True
        stage.journal.write(Canaries(**stage.journal.stamp(), values={"client secret": (wrong,)}))
        stage.app.values["client_secret"] = wrong
        try:
            restart(stage)
        except AppError:
            stage.trouble("the app does not start with a wrong client secret")
        finally:
            stage.app.values["client_secret"] = right
            stage.journal.write(Key(**stage.journal.stamp(), state="wrong"))
