"""What a step may touch: the local Fiskil, the app, the outbox, the people taking part, and the journal."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from math import inf
from types import MappingProxyType
from typing import Any

import msgspec

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.app.backlog import NONE, UNCHANGED_S, Backlog
from fiskil_harness.app.browser import Chromium, Window
from fiskil_harness.app.browser.login import enter, lent
from fiskil_harness.app.browser.origins import Places
from fiskil_harness.app.effects import (
    CAP_S,
    EffectsReport,
    EffectsUnknown,
    IdleWait,
    is_connected,
    query_effects,
    settled,
    values_of_consents,
)
from fiskil_harness.app.monitoring import AlertSink, Telemetry
from fiskil_harness.app.owed_messages import OwedMessages
from fiskil_harness.app.template_values import of_end_user
from fiskil_harness.app.written_files import Folder
from fiskil_harness.core.clock import rfc3339
from fiskil_harness.core.config import Settings
from fiskil_harness.core.model import Consent, EndUser, Event, Person
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import HookError, StepError, UnknownName
from fiskil_harness.journal import (
    ConsentState,
    CutShort,
    Effects,
    EffectsMoment,
    EventCreated,
    Journal,
    PlanKind,
    PlanRun,
    ReportPlace,
    Rows,
    Trouble,
)
from fiskil_harness.sandbox.api.serving import served_to
from fiskil_harness.sandbox.datasets import account_ids
from fiskil_harness.server.local_fiskil import LocalFiskil, secrets_of
from fiskil_harness.webhooks import Outbox, Sender

PATIENT_CAP_S = 20.0
PATIENT_UNCHANGED_S = 3.0


class Participant:
    """One end user of a scenario. Twins are participants with the same person and rows and other ids."""

    def __init__(self, name: str, person: Person, ref: str) -> None:
        self.name = name
        self.person = person
        self.ref = ref
        self.end_user_id = ""
        self.consent: Consent | None = None
        self.session_ids: list[str] = []
        self.way_back = ""
        """Where the browser was last sent back to, with what it was told there."""
        self.is_embedded = False
        """Whether the app shows them the consent page inside its own, and hears its message in place of a redirect."""
        self.heard: tuple[str, dict[str, Any]] | None = None
        """The session and the message that the app was last told by its page."""
        self.event_count = 0

    @property
    def values(self) -> dict[str, str]:
        """What templates may use about this end user."""
        return of_end_user(
            ref=self.ref,
            end_user_id=self.end_user_id,
            email=self.person.email,
            name=f"{self.person.given_name} {self.person.family_name}",
        )


class Stage:
    """One scenario's world; the driver makes it, steps act on it."""

    def __init__(
        self,
        *,
        settings: Settings,
        fiskil: LocalFiskil,
        app: AppUnderTest,
        sender: Sender,
        journal: Journal,
        person: Person,
        nonce: str,
        scenario: str = "",
        explore: Callable[[PlanKind, int, float], Sequence[PlanRun]],
        seed: int = 0,
        chromium: Chromium | None = None,
    ) -> None:
        self.settings = settings
        self.fiskil = fiskil
        self.app = app
        self.sender = sender
        self.journal = journal
        self.person = person
        self.explore = explore
        self.seed = seed
        self.outbox = Outbox(fiskil.interpretation, lambda: fiskil.dialect)
        self.participants: dict[str, Participant] = {}
        self.must_restart = False
        self._nonce = nonce
        self._scenario = scenario
        self._chromium = chromium or Chromium(allow_hosts=settings.sandbox.allow_hosts)
        self._windows: dict[str, Window] = {}
        fiskil.lent = tuple(lent(settings.app.login).values())
        self._redactor = Redactor(lambda: secrets_of(fiskil))
        self._events_seen = 0
        self._consents_seen: dict[str, object] = {}
        self.began_at: datetime = fiskil.sandbox.clock.now()
        self.has_mended = False
        self._before = self._left_before()
        self._vain_waits = 0
        self.folder = Folder(app.workdir, logs=app.output().values())
        self.sinks: dict[ReportPlace, tuple[AlertSink | Telemetry, int]] = {
            "an alert": (fiskil.alerts, len(fiskil.alerts.sent)),
            "telemetry": (fiskil.telemetry, len(fiskil.telemetry.sent)),
        }
        """Where the app tells of itself, and how much it had told before."""

    def participant(self, name: str = "") -> Participant:
        """The participant called *name*, taking part from the first mention on."""
        if name not in self.participants:
            ref = f"rehearsal-{self._nonce}{'-' + name if name else ''}"
            person = self.fiskil.sandbox.admit(self.person)
            self.participants[name] = Participant(name, person, ref)
        return self.participants[name]

    def window(self, participant: Participant) -> Window:
        """The participant's window in Chromium, the same one until the scenario ends.

        Raises:
            ToolMissing: There is no Playwright or no Chromium.
        """
        if participant.name not in self._windows:
            self._windows[participant.name] = Window(
                self._chromium,
                places=Places(
                    app=lambda: self.app.url,
                    api=lambda: self.fiskil.api_url,
                    auth=lambda: self.fiskil.auth_url,
                    allow_hosts=self.settings.sandbox.allow_hosts,
                ),
                participant=participant.name,
                write=self.journal.write,
                stamp=self.journal.stamp,
                is_secret=lambda text: self._redactor.redact(text) != text,
                deadline_s=self.settings.app.limits.request_deadline_s,
            )
            values = {**self.app.values, **participant.values}
            try:
                enter(self._windows[participant.name], self.settings.app.login, values, url=self.app.url)
            except StepError:
                # Whoever was not let in sees the pages of strangers, and no app is judged by these.
                self._windows.pop(participant.name).close()
                raise
        return self._windows[participant.name]

    def close_windows(self) -> None:
        """Close every window, and write down what its pages had still asked for."""
        for window in self._windows.values():
            with suppress(StepError):
                window.close()
        self._windows.clear()

    def end_user_of(self, participant: Participant) -> EndUser:
        """The end user in the sandbox; one is created when the app has created none."""
        if not participant.end_user_id:
            fixed = self.settings.app.webhook.end_user_id if participant.name == "" else None
            end_user = self.fiskil.sandbox.create_end_user(participant.person, end_user_id=fixed)
            participant.end_user_id = end_user.end_user_id
        known = self.fiskil.sandbox.store.end_users
        if participant.end_user_id not in known:
            raise StepError(f"{participant.name or 'The end user'} has been deleted; nothing more can become of them.")
        return known[participant.end_user_id]

    def consent_of(self, participant: Participant) -> Consent:
        """The participant's latest consent as it stands now."""
        found = self.fiskil.sandbox.consents_of(participant.end_user_id)
        if not found:
            raise StepError(f"{participant.name or 'The end user'} has no consent yet; a step must authorise first.")
        participant.consent = found[-1]
        return found[-1]

    def collect_events(self) -> None:
        """Give each new fact of the sandbox its symbol and put it into the outbox."""
        by_id = {
            participant.end_user_id: participant for participant in self.participants.values() if participant.end_user_id
        }
        events = self.fiskil.sandbox.events
        for event in events[self._events_seen :]:
            owner = by_id.get(event.end_user_id)
            if owner is not None:
                self.post(event, owner)
        self._events_seen = len(events)
        for owner in by_id.values():
            self._note_consents(owner)

    def _note_consents(self, owner: Participant) -> None:
        """Write down each consent of *owner* that is not as it was."""
        for consent in self.fiskil.sandbox.consents_of(owner.end_user_id):
            accounts = account_ids(self.fiskil.sandbox.store, consent)
            known = (consent.permissions, accounts, consent.is_active)
            if self._consents_seen.get(consent.arrangement_id) == known:
                continue
            self._consents_seen[consent.arrangement_id] = known
            self.journal.write(
                ConsentState(
                    **self.journal.stamp(),
                    participant=owner.name,
                    consent_id=consent.arrangement_id,
                    institution_id=consent.institution_id,
                    permissions=consent.permissions,
                    accounts=accounts,
                    is_active=consent.is_active,
                )
            )

    def post(self, event: Event, owner: Participant) -> str:
        """Put *event* into the outbox under the next symbol of *owner*, and write it down."""
        symbol = f"{owner.name}.e{owner.event_count}" if owner.name else f"e{owner.event_count}"
        owner.event_count += 1
        self.journal.names[event.message_id] = symbol
        self.outbox.add(symbol, event)
        self.journal.write(
            EventCreated(
                **self.journal.stamp(),
                event=symbol,
                kind=event.kind,
                message_id=event.message_id,
                participant=owner.name,
                publish_time=rfc3339(event.publish_time, timespec="milliseconds"),
                is_subscribed=self.is_used(event.kind),
            )
        )
        return symbol

    def is_used(self, kind: str) -> bool:
        """Whether the app says that it acts on events of this kind."""
        from fnmatch import fnmatchcase

        used = self.settings.app.facts.uses_events
        return used is not None and any(fnmatchcase(kind, pattern) for pattern in used)

    def owner_of(self, symbol: str) -> Participant:
        """The participant whose event *symbol* is."""
        name = symbol.rpartition(".")[0]
        if name not in self.participants:
            raise UnknownName("participant", name, self.participants)
        return self.participants[name]

    def snapshot(self, moment: EffectsMoment, participant: Participant, *, is_settled: bool = True) -> Effects:
        """Ask the app what it did and write it down; without the hook, write down that it is missing."""
        if is_settled:
            rest, waits_for = self._settled(participant, is_last=moment == "end")
        else:
            waits_for = ""
            rest = IdleWait(report=query_effects(self.app, participant.values), is_quiescent=True, unchanged_s=0.0)
        told = rest.report
        entry = Effects(
            **self.journal.stamp(),
            participant=participant.name,
            moment=moment,
            applied=told.applied,
            state=told.state,
            pending=told.pending,
            failed=told.failed,
            is_idle=rest.is_quiescent,
            unchanged_s=rest.unchanged_s,
            is_connected=is_connected(self.app, told),
            consents=values_of_consents(self.app, told, self._consent_ids(participant)),
            refusal=told.refusal if isinstance(told, EffectsUnknown) else "",
            waits_for=waits_for,
            left_by="" if rest.is_quiescent else self._before.since,
        )
        self.journal.write(entry)
        return entry

    def snapshots(
        self, moment: EffectsMoment, whom: str | None = None, *, known: Mapping[str, Effects] = MappingProxyType({})
    ) -> dict[str, Effects]:
        """Look at everybody, or at *whom* alone; one *known* to be at rest by its word, or stuck, needs no second look."""
        made: dict[str, Effects] = {}
        for name, participant in list(self.participants.items()):
            if whom is not None and name != whom:
                continue
            told = known.get(name)
            is_stuck = told is not None and bool(told.pending) and told.pending == self.app.stall.pending
            if told is not None and (is_stuck or (told.is_idle and told.pending == 0)):
                made[name] = self.note_again(moment, told)
            else:
                made[name] = self.snapshot(moment, participant)
        return made

    def note_again(self, moment: str, told: Effects) -> Effects:
        """Write down what the app told a moment ago, when nothing has happened since."""
        entry = msgspec.structs.replace(told, **self.journal.stamp(), moment=moment)
        self.journal.write(entry)
        return entry

    def _consent_ids(self, participant: Participant) -> list[str]:
        return [consent.arrangement_id for consent in self.fiskil.sandbox.consents_of(participant.end_user_id)]

    def _left_before(self) -> Backlog:
        """What earlier scenarios left undone, as it seems, with what is pending of it now; NONE where work went on."""
        stall = self.app.stall
        with suppress(HookError):
            if stall.scenario:
                then = query_effects(self.app, stall.values)
                stall = NONE if stall.is_overtaken(applied=then.applied, pending=then.pending) else stall
            if stall.pending:
                told = query_effects(self.app, of_end_user(ref=f"rehearsal-{self._nonce}-nobody"))
                stall = msgspec.structs.replace(stall, pending=told.pending or 0)
        self.app.stall = stall
        return stall

    def _settled(self, participant: Participant, *, is_last: bool) -> tuple[IdleWait, str]:
        """Wait for the app; longer where something was broken, because backing off looks like being idle.

        An app that does not tell what is pending is idle only when nothing is missing of what it acknowledged. What stayed
        pending all through one wait is not waited for as long again, but for the last wait, which is as long as if it were
        the only one of the scenario. With it comes the message that it waited for in vain.
        """
        link, last = self.fiskil.link, self.app.stall
        new_waits = max(self._before.new_waits, self._vain_waits)
        stall = self._before if is_last else msgspec.structs.replace(last, new_waits=new_waits)
        is_hard = bool(link.rules.waiting()) or self.has_mended or self.must_restart
        cap_s = PATIENT_CAP_S if is_hard else CAP_S
        due = OwedMessages(self.journal, participant.name)

        def needed_s(told: EffectsReport) -> float:
            if due.is_missing_from(told.applied):
                return stall.patience_s(cap_s) if stall.new_waits and _tells_none(told) else inf
            is_blind = told.applied is None and due.is_unseen
            return PATIENT_UNCHANGED_S if is_hard or is_blind else UNCHANGED_S

        rest = settled(
            self.app,
            participant.values,
            cap_s=cap_s,
            needed_s=needed_s,
            is_busy=lambda: link.open_requests > 0,
            stall=stall,
        )
        if rest.report.pending is None and due.is_missing_from(rest.report.applied):
            is_stuck = _tells_none(rest.report) and (rest.is_quiescent or rest.unchanged_s >= cap_s / 2)
            rest = msgspec.structs.replace(rest, is_quiescent=False, is_stuck=is_stuck)
        if not rest.is_stuck:
            # Where nothing tells what is pending, only something that was due and got done shows that work goes on.
            is_mute = rest.report.pending is None and (not due.has_owed or due.is_missing_from(rest.report.applied))
            if not is_mute:
                self.app.stall, self._before, self._vain_waits = NONE, NONE, 0
            return rest, ""
        message, told = due.first_left(rest.report.applied), rest.report
        is_old = bool(told.pending) and told.pending == stall.pending
        self._vain_waits += not is_old
        last = last.again(is_old=is_old, new_waits=self._before.new_waits + 1, scenario=self._scenario, message=message)
        self.app.stall = last.updated(applied=told.applied, pending=told.pending, values=participant.values)
        return rest, message

    def note_rows(self, dataset: str, participant: Participant, *, moment: str) -> None:
        """Write down what the API serves for *dataset* now, under every active consent; of a row twice, the newer one's."""
        sandbox, latest = self.fiskil.sandbox, self.consent_of(participant)
        active = [consent for consent in sandbox.consents_of(participant.end_user_id) if consent.is_active]
        with sandbox.store.lock:
            parts = served_to(sandbox.store, participant.end_user_id, dataset)
            served = [msgspec.to_builtins(row) for rows in parts for row in rows]
        rows = {row.get("fiskil_id", number): row for number, row in enumerate(served)}
        removed = [removed_id for consent in active or [latest] for removed_id in sandbox.removed_ids(consent, dataset)]
        self.journal.write(
            Rows(
                **self.journal.stamp(),
                participant=participant.name,
                dataset=dataset,
                moment=moment,
                rows=tuple(rows.values()),
                removed_ids=tuple(fromkey for fromkey in dict.fromkeys(removed) if fromkey not in rows),
                end_user_id=participant.end_user_id,
            )
        )

    def cut_short(self, what: str, *, hook: str = "") -> None:
        """Write down that a step did less than it was to do; the scenario is INCONCLUSIVE then, whatever its probes see."""
        self.journal.write(CutShort(**self.journal.stamp(), what=what, hook=hook))

    def trouble(self, what: str, *, hook: str = "") -> None:
        """Write down what kept a step from being performed."""
        self.journal.write(Trouble(**self.journal.stamp(), what=what, hook=hook))


def _tells_none(told: EffectsReport) -> bool:
    """Whether no message at all has had an effect, by the app's counts."""
    return not any((told.applied or {}).values())
