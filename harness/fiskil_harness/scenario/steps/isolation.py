"""The step in which messages about one end user arrive while the API fails for others."""

from typing import TYPE_CHECKING, ClassVar

import msgspec

from fiskil_harness.core.clock import stopwatch, wait_until
from fiskil_harness.core.config.hooks import EFFECTS, REFRESH
from fiskil_harness.errors import HookError
from fiskil_harness.faults import Status
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.faults.rules import Waiting
from fiskil_harness.journal import Delivery, Effects, HookCall, IsolationRound, shortened
from fiskil_harness.journal.queries.api_calls import calls, is_complete_success
from fiskil_harness.journal.queries.isolation import awaited, blocked_s, failures, first_call_s, longest_wait_s
from fiskil_harness.scenario.steps.consents_and_syncs import FAILED, Sync, TouchConsent
from fiskil_harness.scenario.steps.deliveries import Deliver
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

ROUTES = ("banking.*", "energy.*")
"""The reads that fail. The consents stay readable, so that an app has no reason to doubt them."""
REFRESH_EVERY_S = 1.0
"""The time between two refreshes of the third end user, in real seconds."""
WATCH_EVERY_MS = 50
MORE_S = 2.0
"""How much longer than the limit a wait lasts at least, in real seconds."""
LONGEST = 4 / 3
"""How much longer than the limit a wait may last, as a factor: circuit breakers may be open for a part of it."""


class DeliverBesideFailingReads(Step, frozen=True, kw_only=True, tag="deliver_beside_failing_reads"):
    """Messages arrive whose reads all fail, as the API returns 503 for their end users; then messages about another arrive.

    The first messages must be due before the step. The others announce the next sync of the scenario's end user, and a
    confirmed consent. The step ends when the app begins to process them, or after four times ``app.limits.fresh_s``. Until
    then, the app is requested to refresh the data of a bystander each second, if it has ``app.drive.refresh``: this shows if
    a circuit breaker is open.

    Args:
        failing: Names of the participants whose reads fail.
        bystander: Name of the participant whose data is refreshed.
    """

    is_slow: ClassVar[bool] = True
    affects_whole_app: ClassVar[bool] = True
    failing: tuple[str, ...]
    bystander: str

    def perform(self, stage: "Stage") -> None:
        """Set the fault, deliver both kinds of messages, and watch the app.

        Raises:
            StepError: There is no consent yet.
        """
        waiting = stage.end_user()
        failing_ids = tuple(stage.registered(stage.end_user(name)).end_user_id for name in self.failing)
        rules = [_fail(stage, route, failing_id) for route in ROUTES for failing_id in failing_ids]
        stage.note_api_disturbance()
        Deliver().perform(stage)
        if stage.can_call_api:
            wait_until(lambda: failures(stage.journal, failing_ids), cap_s=stage.settings.app.limits.fresh_s)
        Sync().perform(stage)
        TouchConsent().perform(stage)
        before = stage.snapshot("before", waiting, is_settled=False) if stage.app.has(EFFECTS) else None
        watched = IsolationRound(
            **stage.journal.stamp(),
            participant=waiting.participant,
            end_user_id=waiting.end_user_id,
            failing_ids=failing_ids,
            began_s=stage.journal.elapsed_s(),
            processes=stage.app.process_count,
        )
        Deliver().perform(stage)
        refusals = self._watch(stage, waiting, watched, before=before)
        if stage.app.has(EFFECTS):
            stage.snapshot("after", waiting, is_settled=False)
        stage.journal.write(msgspec.structs.replace(watched, **stage.journal.stamp(), refusals=refusals))
        for rule in rules:
            stage.environment.proxy.rules.lift(rule)

    def _watch(self, stage: "Stage", waiting: "EndUser", watched: IsolationRound, *, before: Effects | None) -> int:
        """Wait until the app begins to process the message, or has let it wait for too long; return how often it refused."""
        delivery = awaited(stage.journal, watched)
        can_be_seen = stage.app.has(EFFECTS) or failures(stage.journal, watched.failing_ids)
        if delivery is None or not can_be_seen:
            return 0
        limit_s = longest_wait_s(stage.journal)
        since_refresh, refusals = stopwatch(), 0

        def is_over() -> bool:
            nonlocal since_refresh, refusals
            now = msgspec.structs.replace(watched, at_s=stage.journal.elapsed_s())
            if _has_begun(stage, waiting, now, delivery, before):
                return True
            if stage.app.has(REFRESH) and since_refresh() >= REFRESH_EVERY_S:
                since_refresh = stopwatch()
                refusals += _is_refused(stage, stage.end_user(self.bystander))
            return blocked_s(stage.journal, now, since_s=delivery.at_s) > limit_s

        wait_until(is_over, cap_s=max(LONGEST * limit_s, limit_s + MORE_S), every_ms=WATCH_EVERY_MS)
        return refusals


def _fail(stage: "Stage", route: str, end_user_id: str) -> Waiting:
    """Let each call to *route* for the end user fail. An app that makes no such call is complete without."""
    fault = Rule(route=route, fault=Status(status=503), times=0, end_user_id=end_user_id)
    stage.optional_faults.append(stage.environment.proxy.rules.set(fault))
    return stage.optional_faults[-1]


def _has_begun(
    stage: "Stage", end_user: "EndUser", watched: IsolationRound, delivery: Delivery, before: Effects | None
) -> bool:
    """Return True if the app has called the API because of *delivery*, or shows an effect of the message.

    A changed state is an effect only of an app that makes no API call: others may store the message first.
    """
    if first_call_s(stage.journal, watched, delivery) is not None:
        return True
    if before is None:
        return False
    report = stage.report(end_user)
    has_changed = report.state != before.state and not failures(stage.journal, watched.failing_ids)
    return bool((report.applied or {}).get(delivery.message_id)) or has_changed


def _is_refused(stage: "Stage", end_user: "EndUser") -> bool:
    """Request the app to read the data of *end_user* again; return True if it fails although no call fails.

    Only a success is recorded: a refusal is no mistake of the app.
    """
    begin_s = stage.journal.elapsed_s()
    try:
        reply = stage.app.call(REFRESH, end_user.values, timeout_s=stage.settings.app.limits.request_deadline_s)
    except HookError:
        return False
    refresh = HookCall(
        **stage.journal.span(begin_s),
        hook="refresh",
        participant=end_user.participant,
        status=reply.status,
        body=shortened(reply.body),
    )
    if refresh.has_succeeded:
        stage.journal.write(refresh)
    made = [call for call in calls(stage.journal) if call.end_user_id == end_user.end_user_id and call.at_s >= begin_s]
    return (reply.status or 0) >= FAILED and all(map(is_complete_success, made))
