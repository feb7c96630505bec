"""Steps of the institution and the clock: syncs, consents that end, time that passes, and what the app does of itself."""

from typing import TYPE_CHECKING, ClassVar, Literal

from fiskil_harness.core.clock import LONGEST_JUMP_DAYS
from fiskil_harness.core.config.hooks import REFRESH, REVOKE
from fiskil_harness.core.model import DATASETS
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import ConfigError, HookError, nearest
from fiskil_harness.journal import HookName, Rows
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage

MOST_TIMES = 1000


class Sync(PlainStep, frozen=True, tag="sync"):
    """A sync of one dataset (or of all) completes, and its event becomes due."""

    dataset: str = ""
    twin: str = ""

    def check(self) -> None:
        """Refuse a dataset that Fiskil does not have."""
        if self.dataset and self.dataset not in DATASETS:
            near = nearest(self.dataset, DATASETS)
            hint = f" Did you mean {near!r}?" if near else ""
            raise ConfigError(f"Sync: no dataset {self.dataset!r}.{hint} Known: {', '.join(DATASETS)}.")

    def perform(self, stage: "Stage") -> None:
        """Move the clock to the end of the sync."""
        participant = stage.participant(self.twin)
        consent = stage.consent_of(participant)
        for name in (self.dataset,) if self.dataset else sorted(consent.permissions, key=_when):
            stage.fiskil.sandbox.sync(consent, name)
            stage.note_rows(name, participant, moment="sync")
        stage.collect_events()


def _when(dataset: str) -> int:
    """Syncs are waited for in the order of their times, so that none is begun again because a later one came first."""
    return DATASETS[dataset].ready_after_s


class Revoke(PlainStep, frozen=True, kw_only=True, tag="revoke"):
    """The consent ends at the institution, by the end user or by itself; ``consent.revoked`` becomes due."""

    by: Literal["end_user", "institution"] = "end_user"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """End it."""
        stage.fiskil.sandbox.revoke(stage.consent_of(stage.participant(self.twin)), by=self.by)
        stage.collect_events()


class DeleteEndUser(PlainStep, frozen=True, kw_only=True, tag="delete_end_user"):
    """The end user is deleted at Fiskil, for good: their consents end, and whatever asks for them finds nothing."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Delete them. Source: end-users.delete-ends-consents"""
        stage.fiskil.sandbox.delete_end_user(stage.end_user_of(stage.participant(self.twin)))
        stage.collect_events()


class TouchConsent(PlainStep, frozen=True, kw_only=True, tag="touch_consent"):
    """The end user confirms the consent again, ``times`` times; each makes ``consent.updated`` due."""

    times: int = 1
    twin: str = ""

    def check(self) -> None:
        """Refuse none at all, and more than anybody confirms."""
        if not 1 <= self.times <= MOST_TIMES:
            raise ConfigError(f"ConfirmAgain: times must be from 1 to {MOST_TIMES}, got {self.times}.")

    def perform(self, stage: "Stage") -> None:
        """Confirm, a second of sandbox time apart."""
        participant = stage.participant(self.twin)
        for _ in range(self.times):
            stage.fiskil.sandbox.clock.advance(seconds=1)
            stage.fiskil.sandbox.confirm_again(stage.consent_of(participant))
        stage.collect_events()


class Advance(PlainStep, frozen=True, kw_only=True, tag="advance"):
    """Sandbox time passes; a day of it brings new syncs of everything that was synced before."""

    seconds: float = 0
    minutes: float = 0
    days: float = 0

    def check(self) -> None:
        """Refuse time that goes back, and more of it than the calendar has."""
        days = self.days + (self.minutes + self.seconds / 60) / 60 / 24
        if not 0 <= days <= LONGEST_JUMP_DAYS:
            raise ConfigError(f"Advance: sandbox time moves forward, at most {LONGEST_JUMP_DAYS} days at once.")

    def perform(self, stage: "Stage") -> None:
        """Move the clock, and note again what was noted before and has been synced since. Source: sync.recurrence"""
        before = len(stage.fiskil.sandbox.events)
        stage.fiskil.sandbox.clock.advance(seconds=self.seconds, minutes=self.minutes, days=self.days)
        synced = {(event.end_user_id, event.kind) for event in stage.fiskil.sandbox.events[before:]}
        for participant in stage.participants.values():
            noted = {rows.dataset for rows in stage.journal.all(Rows) if rows.participant == participant.name}
            for dataset in sorted(noted, key=_when):
                if (participant.end_user_id, DATASETS[dataset].event) in synced:
                    stage.note_rows(dataset, participant, moment="sync")
        stage.collect_events()


class Refresh(PlainStep, frozen=True, kw_only=True, tag="refresh"):
    """The app is asked to read everything again."""

    needs: ClassVar[tuple[str, ...]] = (REFRESH,)
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Ask, and note how long it took."""
        call_hook(stage, stage.participant(self.twin), "refresh")


class Disconnect(PlainStep, frozen=True, kw_only=True, tag="disconnect"):
    """The app is asked to end the consent."""

    needs: ClassVar[tuple[str, ...]] = (REVOKE,)
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Ask."""
        call_hook(stage, stage.participant(self.twin), "revoke")
        stage.collect_events()


def call_hook(stage: "Stage", participant: "Participant", name: HookName, **values: str) -> HttpReply:
    """Use a drive hook and write down its answer; one that comes late counts as none, a Python object's error as 500."""
    from fiskil_harness.core.clock import stopwatch
    from fiskil_harness.journal import HookCall, shortened

    elapsed = stopwatch()
    limit_s = stage.settings.app.limits.request_deadline_s + 5
    try:
        reply = stage.app.call(f"app.drive.{name}", {**participant.values, **values}, timeout_s=limit_s)
    except HookError as error:
        reply = HttpReply(status=500, trouble=str(error))
    stage.journal.write(
        HookCall(
            **stage.journal.stamp(),
            hook=name,
            participant=participant.name,
            status=reply.status,
            body=shortened(reply.body),
            took_s=elapsed(),
        )
    )
    return reply
