"""Steps that sync data, change consents, move the clock, or request the app to refresh its data or revoke a consent."""

from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from fiskil_harness.core.clock import LONGEST_JUMP_DAYS, pause, stopwatch, wait_until
from fiskil_harness.core.config.hooks import REFRESH, REVOKE
from fiskil_harness.core.model import DATASETS
from fiskil_harness.core.net.http_client import TOO_MANY, HttpReply, without_rate_limit
from fiskil_harness.errors import ConfigError, HookError
from fiskil_harness.journal import Exchange, HookCall, HookName, Rows, shortened
from fiskil_harness.journal.queries.api_calls import ENDING, bitten_by, calls, dataset_read, is_complete_success
from fiskil_harness.journal.queries.work_requested import key_accepted_s
from fiskil_harness.scenario.steps.step import Step, TwinStep, refuse_outside, unknown

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

ACCEPTED = 202
"""Status of a request that the app performs later, so that the next steps must wait for its calls."""
MOST_TIMES = 1000
REDIRECT, REFUSED, FAILED = 300, 400, 500
"""The lowest status of a redirect, of a client error and of a server error."""
HOOKS_BEHIND_BREAKER = frozenset({"refresh", "revoke"})
LONGEST_OPEN_S, BETWEEN_TRIES_S = 15.0, 1.0
"""How long a circuit breaker of the app may refuse calls after a fault, and the pause between two tries, in real seconds."""
LONGEST_RECOVERY_S = 130.0
"""How long a refresh that fails is repeated, until one failed so long. Usual circuit breakers open for up to 60 seconds."""
BROKEN_AFTER: Final = 2
"""The number of failures in a row, each without a disturbance, after which a hook is broken."""
RECORDED_S = 1.0
"""Longest wait for the records of the API calls that a failed hook call made, in real seconds."""


class Sync(Step, frozen=True, tag="sync"):
    """The sync of one dataset, or of every dataset, completes, and its event becomes due.

    Args:
        dataset: The dataset; "" means every dataset of the consent.
        twin: Name of the participant; "" means the scenario's end user.
    """

    dataset: str = ""
    twin: str = ""

    def check(self) -> None:
        """Validate *dataset*.

        Raises:
            ConfigError: Fiskil has no such dataset.
        """
        if self.dataset and self.dataset not in DATASETS:
            raise ConfigError(unknown("Sync: no dataset", self.dataset, DATASETS))

    def perform(self, stage: "Stage") -> None:
        """Move the sandbox clock to the end of the sync, and record the rows that the API serves then.

        Raises:
            StepError: There is no consent yet.
        """
        end_user = stage.end_user(self.twin)
        consent = stage.consent_of(end_user)
        for name in (self.dataset,) if self.dataset else sorted(consent.permissions, key=_ready_after_s):
            stage.fiskil.sandbox.sync(consent, name)
            stage.note_rows(name, end_user)
        stage.dispatcher.collect()


def _ready_after_s(dataset: str) -> int:
    """Return the sort key for syncs: with the fastest sync first, no sync comes due twice while others complete."""
    return DATASETS[dataset].ready_after_s


class Revoke(Step, frozen=True, kw_only=True, tag="revoke"):
    """The consent is revoked at the institution; ``consent.revoked`` becomes due.

    Args:
        by: Who revokes it.
        twin: Name of the participant; "" means the scenario's end user.
    """

    by: Literal["end_user", "institution"] = "end_user"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Revoke the latest consent.

        Raises:
            StepError: There is no consent yet.
        """
        stage.fiskil.sandbox.revoke(stage.consent_of(stage.end_user(self.twin)), by=self.by)
        stage.dispatcher.collect()


class DeleteEndUser(TwinStep, frozen=True, kw_only=True, tag="delete_end_user"):
    """The end user is deleted at Fiskil permanently: their consents end, and the API no longer finds the end user.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    def perform(self, stage: "Stage") -> None:
        """Delete the end user. Source: end-users.delete-ends-consents"""
        stage.fiskil.sandbox.delete_end_user(stage.registered(stage.end_user(self.twin)))
        stage.dispatcher.collect()


class TouchConsent(Step, frozen=True, kw_only=True, tag="touch_consent"):
    """The end user confirms the consent again without a change; each confirmation makes one ``consent.updated`` due.

    Args:
        times: Number of confirmations, from 1 to 1,000.
        twin: Name of the participant; "" means the scenario's end user.
    """

    times: int = 1
    twin: str = ""

    def check(self) -> None:
        """Validate *times*.

        Raises:
            ConfigError: *times* is not from 1 to 1,000.
        """
        refuse_outside(self, "times", 1, MOST_TIMES)

    def perform(self, stage: "Stage") -> None:
        """Confirm the consent, with one second of sandbox time before each confirmation.

        Raises:
            StepError: There is no consent yet.
        """
        end_user = stage.end_user(self.twin)
        for _ in range(self.times):
            stage.fiskil.sandbox.clock.advance(seconds=1)
            stage.fiskil.sandbox.touch_consent(stage.consent_of(end_user))
        stage.dispatcher.collect()


class Advance(Step, frozen=True, kw_only=True, tag="advance"):
    """Sandbox time passes; each day brings new syncs of all datasets that were synced before.

    Args:
        seconds: Sandbox seconds; *minutes* and *days* are added to them.
        minutes: Sandbox minutes.
        days: Sandbox days; at most 3,660 in total.
    """

    affects_whole_app: ClassVar[bool] = True
    seconds: float = 0
    minutes: float = 0
    days: float = 0

    def check(self) -> None:
        """Validate the total time.

        Raises:
            ConfigError: The total time is negative, or longer than 3,660 days.
        """
        days = self.days + (self.minutes + self.seconds / 60) / 60 / 24
        if not 0 <= days <= LONGEST_JUMP_DAYS:
            raise ConfigError(
                f"Advance: sandbox time moves forward, at most {LONGEST_JUMP_DAYS} days at once; got {days:g} days."
            )

    def perform(self, stage: "Stage") -> None:
        """Move the clock, and record again the rows of each dataset that was synced in that time. Source: sync.recurrence"""
        count_before = len(stage.fiskil.sandbox.events)
        stage.fiskil.sandbox.clock.advance(seconds=self.seconds, minutes=self.minutes, days=self.days)
        synced = {(event.end_user_id, event.kind) for event in stage.fiskil.sandbox.events[count_before:]}
        for end_user in stage.end_users.values():
            recorded = {rows.dataset for rows in stage.journal.all(Rows) if rows.participant == end_user.participant}
            for dataset in sorted(recorded, key=_ready_after_s):
                if (end_user.end_user_id, DATASETS[dataset].event) in synced:
                    stage.note_rows(dataset, end_user)
        stage.dispatcher.collect()


class Refresh(TwinStep, frozen=True, kw_only=True, tag="refresh"):
    """The app is requested to read all data again. Needs ``app.drive.refresh``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    needs_sandbox: ClassVar[bool] = False
    needs: ClassVar[tuple[str, ...]] = (REFRESH,)

    def perform(self, stage: "Stage") -> None:
        """Call the hook, and record how long it took; wait for an app that reads after a response of 202, or a redirect."""
        begin_s = stage.journal.elapsed_s()
        reply = call_hook(stage, stage.end_user(self.twin), "refresh")
        has_read = any(dataset_read(call) for call in calls(stage.journal) if call.at_s >= begin_s)
        if reply.status == ACCEPTED or (REDIRECT <= (reply.status or 0) < REFUSED and not has_read):
            stage.settle("settled")


class Disconnect(TwinStep, frozen=True, kw_only=True, tag="disconnect"):
    """The app is requested to revoke the consent. Needs ``app.drive.revoke``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    needs: ClassVar[tuple[str, ...]] = (REVOKE,)

    def perform(self, stage: "Stage") -> None:
        """Call the hook."""
        call_hook(stage, stage.end_user(self.twin), "revoke")
        stage.dispatcher.collect()


def call_hook(stage: "Stage", end_user: "EndUser", name: HookName, **values: str) -> HttpReply:
    """Call a drive hook and record its response.

    If the app's own rate limit refuses the call, it is repeated. After a fault that acted or a refused key pair, it is also
    repeated for ``LONGEST_OPEN_S`` while it fails although no API call failed: a circuit breaker of the app may still be
    open. A refresh is repeated for ``LONGEST_RECOVERY_S``, until one failed so long. A hook that failed so long, or
    ``BROKEN_AFTER`` times without a disturbance, is broken: it is repeated again only after it succeeded. A response later
    than ``app.limits.request_deadline_s`` + 5 s counts as missing. The exception of a Python object counts as status 500.

    Args:
        name: Name of the hook after ``app.drive.``.
        values: Further template values.

    Raises:
        HookMissing: The config has no such hook.
    """
    limit_s = stage.settings.app.limits.request_deadline_s + 5
    begin_s = 0.0
    span: dict[str, Any] = {}

    def api_calls() -> list[Exchange]:
        return [exchange for exchange in stage.journal.all(Exchange) if exchange.at_s >= begin_s]

    def call() -> HttpReply:
        nonlocal begin_s, span
        begin_s = stage.journal.elapsed_s()
        try:
            reply = stage.app.call(f"app.drive.{name}", {**end_user.values, **values}, timeout_s=limit_s)
        except HookError as error:
            reply = HttpReply(status=500, problem=str(error))
        span = stage.journal.span(begin_s)
        if (reply.status or 0) >= REDIRECT:
            # An exchange is recorded a moment after its response.
            wait_until(lambda: not stage.environment.proxy.open_requests, cap_s=RECORDED_S)
        return reply

    had_recovery_time = False
    reply = without_rate_limit(call, is_its_own=lambda: not api_calls())
    is_key_accepted = key_accepted_s(stage.journal) is not None
    has_recovered = is_key_accepted or bitten_by(stage.journal)
    if name in HOOKS_BEHIND_BREAKER and has_recovered and not stage.environment.proxy.rules.waiting():
        since = stopwatch()
        # An app may report a refused key pair with the status of a client error.
        failed = REFUSED if is_key_accepted and name == "refresh" else FAILED
        is_broken = stage.app.failed_hooks[name] >= BROKEN_AFTER
        can_recover = name == "refresh" and not is_broken and name not in stage.app.hooks_without_recovery
        gets_recovery_time = can_recover and (reply.status or 0) >= failed
        usual_s = 0.0 if is_broken else LONGEST_OPEN_S
        longest_s = LONGEST_RECOVERY_S if gets_recovery_time else usual_s
        while _has_failed_early(reply, name, api_calls(), end_user, failed=failed):
            if since() >= longest_s:
                # A redirect may lead to a page for logging in.
                had_recovery_time = gets_recovery_time and (reply.status or 0) >= failed
                if had_recovery_time:
                    stage.app.failed_hooks[name] = BROKEN_AFTER
                    stage.app.hooks_without_recovery.add(name)
                break
            pause(BETWEEN_TRIES_S)
            if _has_failed_early(reply, name, api_calls(), end_user, failed=failed):
                reply = call()
    _note_failure(stage, name, reply, is_disturbed=bool(has_recovered) or stage.is_disturbed, made=api_calls())
    hook_call = HookCall(
        **span,
        hook=name,
        participant=end_user.participant,
        status=reply.status,
        body=shortened(reply.body),
        had_recovery_time=had_recovery_time,
    )
    stage.journal.write(hook_call)
    return reply


def _note_failure(stage: "Stage", name: HookName, reply: HttpReply, *, is_disturbed: bool, made: list[Exchange]) -> None:
    """Count a failure that neither a disturbance nor a failed API call explains; a success ends the count."""
    status = reply.status or 0
    if status >= FAILED and not is_disturbed and all(map(is_complete_success, made)):
        stage.app.failed_hooks[name] += 1
    elif 0 < status < REDIRECT:
        stage.app.failed_hooks[name] = 0


def _has_failed_early(reply: HttpReply, name: HookName, made: list[Exchange], end_user: "EndUser", *, failed: int) -> bool:
    """Return True if a hook failed although no API call failed, as while a circuit breaker of the app is open.

    A redirect counts as failed if a consent is active, and the app neither ended a consent nor read data. A client error
    counts, if *failed* permits it, only if a consent is active, and if it is not the app's own rate limit.

    Args:
        made: The API calls since the hook was called.
        failed: The lowest status that counts as failed.
    """
    status = reply.status or 0
    if status < REDIRECT or not all(map(is_complete_success, made)):
        return False
    has_consent = any(consent.is_active for consent in end_user.consents)
    if status >= FAILED:
        return True
    if status >= REFUSED:
        return status >= failed and status != TOO_MANY and has_consent
    has_acted = any(call.route in ENDING if name == "revoke" else dataset_read(call) for call in made)
    return not has_acted and has_consent
