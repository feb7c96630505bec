"""The step that makes the app's next processing fail, through its hook or through a failure that any app meets."""

import contextlib
from typing import TYPE_CHECKING, Literal

from fiskil_harness.core.config.hooks import EFFECTS, FAIL
from fiskil_harness.errors import HookError
from fiskil_harness.faults import Status
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.journal import FailureReplaced
from fiskil_harness.scenario.steps.consents_and_syncs import call_hook
from fiskil_harness.scenario.steps.forging import Forge
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

DOWN_S = 2.0
"""How long the API fails, in seconds of the sandbox: longer than most clients repeat a call, and no outage for a job."""
FORGERY, FORGERIES = "random_signature", 3
"""The forgery and its number: fewer than a firewall tolerates from one address."""


class FailNext(Step, frozen=True, kw_only=True, tag="fail_next"):
    """The app's next processing of a message fails once, at the given point, through ``app.drive.fail``.

    Args:
        at: "before" any work, "midway", "after" the effect, or because the "database" is unavailable.
        twin: Name of the participant; "" means the scenario's end user.
        otherwise: The failure that replaces it for an app without the hook: "api" lets the API return 503 to calls about the
            participant for two seconds, "forgeries" sends three forged messages, which the app must refuse. Without a
            replacement the hook is needed.
    """

    at: Literal["before", "midway", "after", "database"]
    twin: str = ""
    otherwise: Literal["", "api", "forgeries"] = ""

    @property
    def needs(self) -> tuple[str, ...]:  # type: ignore[override]
        """The hook, unless another failure can replace it."""
        return () if self.otherwise else (FAIL,)

    def perform(self, stage: "Stage") -> None:
        """Record the app's effects, so that a probe can check whether the app really failed; then request the failure."""
        end_user = stage.end_user(self.twin)
        if not stage.app.has(FAIL) and self.otherwise:
            self._replace_failure(stage, end_user)
            return
        stage.was_disturbed = True
        if stage.app.has(EFFECTS):
            with contextlib.suppress(HookError):
                stage.snapshot("before_failure", end_user, is_settled=False)
        call_hook(stage, end_user, "fail", point=self.at)

    def _replace_failure(self, stage: "Stage", end_user: "EndUser") -> None:
        """Let the API fail for *end_user*, or send forged messages; record which of them replaces the requested failure."""
        by: Literal["api", "forgeries"] = "forgeries" if self.otherwise == "forgeries" else "api"
        stage.record(FailureReplaced, participant=end_user.participant, by=by)
        if by == "forgeries":
            stage.was_disturbed = True
            for _ in range(FORGERIES):
                Forge(FORGERY, kind="consent.updated", twin=self.twin).perform(stage)
            return
        stage.note_api_disturbance()
        end_user_id = stage.registered(end_user).end_user_id
        rule = Rule(route="*", fault=Status(status=503), times=0, end_user_id=end_user_id, between_s=(0.0, DOWN_S))
        stage.optional_faults.append(stage.environment.proxy.rules.set(rule))
