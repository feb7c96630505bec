"""A step in which a consent ends while the app reads its data at the request of the end user."""

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ClassVar

from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config.hooks import REFRESH
from fiskil_harness.faults import Latency
from fiskil_harness.faults.applicability import require_possible
from fiskil_harness.faults.rules import Rule
from fiskil_harness.scenario.steps.consents_and_syncs import ACCEPTED, Revoke, call_hook
from fiskil_harness.scenario.steps.deliveries import Deliver
from fiskil_harness.scenario.steps.faults_and_tokens import LONGEST_WAIT_S
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


LATER_S = 2.0
"""How long an app may take to begin to read after a response other than 202, in real seconds."""


class RevokeDuringRefresh(Step, frozen=True, kw_only=True, tag="revoke_during_refresh"):
    """The app is requested to read all data again; meanwhile the consent is revoked, and the event arrives.

    That happens while a delay fault holds back a response on the route. Needs ``app.drive.refresh``.

    Args:
        route: The route whose response is held back, such as "banking.transactions".
    """

    needs: ClassVar[tuple[str, ...]] = (REFRESH,)
    route: str = "banking.transactions"

    def check(self) -> None:
        """Validate *route*.

        Raises:
            UsageError: The route is unknown.
        """
        require_possible(Rule(route=self.route, fault=Latency()).check())

    def perform(self, stage: "Stage") -> None:
        """Call the hook, and revoke the consent as soon as the response is held back.

        Raises:
            StepError: There is no consent yet.
        """
        with ThreadPoolExecutor(max_workers=1) as pool:
            refresh = pool.submit(call_hook, stage, stage.end_user(), "refresh")
            wait_until(lambda: self._is_held(stage) or refresh.done(), cap_s=LONGEST_WAIT_S)
            is_accepted = refresh.done() and refresh.result().status == ACCEPTED
            if wait_until(lambda: self._is_held(stage), cap_s=LONGEST_WAIT_S if is_accepted else LATER_S):
                Revoke().perform(stage)
                if not self._is_held(stage):
                    stage.record_incomplete(f"the response on {self.route!r} arrived before the consent ended")
                Deliver().perform(stage)
            else:
                stage.record_incomplete(f"no response on {self.route!r} was held back during a refresh")
            refresh.result()

    def _is_held(self, stage: "Stage") -> bool:
        return stage.fiskil.proxy.is_holding(self.route)
