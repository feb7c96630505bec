"""The stage: everything that a step acts on (local Fiskil, app, outbox, journal ...), and the wait until the app is idle."""

# Theory of operation: waiting until the app is idle
# ==================================================
# Before a probe may count a missing effect as a failure, the app must be idle. ``wait_until_idle`` in ``app.effects``
# performs one wait, and explains how it reads the app's reports. The stage decides what a single wait cannot know: how long
# it may take, what counts as unfinished, and what earlier waits have shown. The stage observes four things:
#
#   open requests at the proxy     the app still processes an API response: busy, whatever it reports.
#   disturbance                    a fault is still set, or ``was_disturbed`` or ``must_restart`` is true: the app may look
#                                  idle while it waits before a retry.
#   acknowledged, unapplied        ``UnappliedMessages`` lists the messages that an app without ``pending`` must process.
#   ``app.backlog`` (a ``Backlog``)  work that stayed unfinished in earlier waits, also of earlier scenarios.
#
# How long a wait lasts:
#   limit of the whole wait        CAP_S (10 s); PATIENT_CAP_S (20 s) if disturbed.
#   time without change after      Usually UNCHANGED_S (0.25 s).
#   which an app that reports no   PATIENT_UNCHANGED_S (3 s) if disturbed, or if the app reports no counts and a message was
#   ``pending`` counts as idle     acknowledged after the last query.
#                                  Unlimited if the counts lack an acknowledged message; but if no count is above 0, a
#                                  backlog of earlier waits limits the time to its patience.
#
# A wait ends in one of three states, and each decides what happens to the backlog:
#   idle    nothing is left to do           cleared
#   slow    the limit has passed, but work  cleared: the app gets the full time again
#           was still changing
#   stuck   no change for as long as the    kept, with the scenario and the message: later waits are shorter
#           backlog's patience
# Exception: a report without ``pending`` proves no progress if it lacks an acknowledged message, or if no message was
# acknowledged. Then the backlog stays as it is.
#
# The backlog belongs to the app and outlives the scenario. A new stage queries the app first and drops it if work was done
# in the meantime. A slow app must get the same verdict in every order of scenarios. So the last wait of a scenario ("end")
# uses the backlog from the beginning of the scenario: the wait is as long as if it were the scenario's only one.

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from math import inf
from types import MappingProxyType

import msgspec

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.app.backlog import NONE, UNCHANGED_S, Backlog
from fiskil_harness.app.browser import Chromium, Window
from fiskil_harness.app.browser.login import log_in, login_secrets
from fiskil_harness.app.browser.origins import Origins
from fiskil_harness.app.effects import (
    CAP_S,
    EffectsReport,
    EffectsUnknown,
    IdleWait,
    is_connected,
    query_effects,
    values_of_consents,
    wait_until_idle,
)
from fiskil_harness.app.monitoring import AlertSink, Telemetry
from fiskil_harness.app.unapplied_messages import UnappliedMessages
from fiskil_harness.app.written_files import Folder
from fiskil_harness.core.clock import rfc3339
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.template_values import of_end_user
from fiskil_harness.core.model import Consent, Event, Person
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import HookError, StepError, UnknownName
from fiskil_harness.journal import (
    ConsentState,
    Effects,
    EffectsMoment,
    EventCreated,
    Journal,
    PlanKind,
    PlanRun,
    ReportPlace,
    Rows,
    StepFailed,
    StepIncomplete,
)
from fiskil_harness.sandbox import EndUser
from fiskil_harness.sandbox.api.serving import served_to
from fiskil_harness.sandbox.datasets import account_ids
from fiskil_harness.server.local_fiskil import LocalFiskil, secrets_of
from fiskil_harness.webhooks import Outbox, Sender

PATIENT_CAP_S = 20.0
"""The limit of a wait in a disturbed scenario, in real seconds."""
PATIENT_UNCHANGED_S = 3.0
"""Time without change, in real seconds, after which an app counts as idle although it may wait before a retry."""


class Stage:
    """Everything that belongs to one run of a scenario. The driver creates it; steps act on it."""

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
        self.run_plans = explore
        self.seed = seed
        self.outbox = Outbox(fiskil.interpretation, lambda: fiskil.dialect)
        self.end_users: dict[str, EndUser] = {}
        self.must_restart = False
        self._nonce = nonce
        self._scenario = scenario
        self._chromium = chromium or Chromium(allow_hosts=settings.sandbox.allow_hosts)
        self._windows: dict[str, Window] = {}
        fiskil.login_values = tuple(login_secrets(settings.app.login).values())
        self._redactor = Redactor(lambda: secrets_of(fiskil))
        self._events_collected = 0
        self._recorded_consents: dict[str, object] = {}
        self.began_at: datetime = fiskil.sandbox.clock.now()
        self.was_disturbed = False
        self._initial_backlog = self._backlog_of_earlier_scenarios()
        self._stuck_waits = 0
        self.folder = Folder(app.workdir, logs=app.output().values())
        self.sinks: dict[ReportPlace, tuple[AlertSink | Telemetry, int]] = {
            "an alert": (fiskil.alerts, len(fiskil.alerts.sent)),
            "telemetry": (fiskil.telemetry, len(fiskil.telemetry.sent)),
        }
        """The receivers of the app's alerts and telemetry, each with the number of messages it already had."""

    def end_user(self, name: str = "") -> EndUser:
        """Return the end user whose name in the scenario is *name*; the first call creates them, with an own ``ref``."""
        if name not in self.end_users:
            sandbox, ref = self.fiskil.sandbox, f"rehearsal-{self._nonce}{'-' + name if name else ''}"
            self.end_users[name] = EndUser(sandbox, sandbox.add_person(self.person), participant=name, ref=ref)
        return self.end_users[name]

    def window(self, end_user: EndUser) -> Window:
        """Return the end user's window in Chromium, logged in. Every call in a scenario returns the same window.

        Raises:
            ToolMissing: Playwright or Chromium is not installed.
            StepError: The login that the config describes failed.
        """
        if end_user.participant not in self._windows:
            self._windows[end_user.participant] = Window(
                self._chromium,
                places=Origins(
                    app=lambda: self.app.url,
                    api=lambda: self.fiskil.api_url,
                    auth=lambda: self.fiskil.auth_url,
                    allow_hosts=self.settings.sandbox.allow_hosts,
                ),
                participant=end_user.participant,
                write=self.journal.write,
                stamp=self.journal.stamp,
                is_secret=lambda text: self._redactor.redact(text) != text,
                deadline_s=self.settings.app.limits.request_deadline_s,
            )
            values = {**self.app.values, **end_user.values}
            try:
                log_in(self._windows[end_user.participant], self.settings.app.login, values, url=self.app.url)
            except StepError:
                # Without a login the app shows the pages of an unknown visitor, which say nothing about the app.
                self._windows.pop(end_user.participant).close()
                raise
        return self._windows[end_user.participant]

    def close_windows(self) -> None:
        """Close every window, and record the last requests of its pages."""
        for window in self._windows.values():
            with suppress(StepError):
                window.close()
        self._windows.clear()

    def registered(self, end_user: EndUser) -> EndUser:
        """Register *end_user* in the sandbox if the app has not done so, and return *end_user*.

        Raises:
            StepError: The end user was deleted.
        """
        if not end_user.end_user_id:
            fixed_id = self.settings.app.webhook.end_user_id if end_user.participant == "" else None
            self.fiskil.sandbox.register(end_user, end_user_id=fixed_id)
        if end_user.end_user_id not in self.fiskil.sandbox.store.end_users:
            raise StepError(
                f"{end_user.participant or 'The end user'} was deleted by an earlier step. Move this step before it."
            )
        return end_user

    def consent_of(self, end_user: EndUser) -> Consent:
        """Return the end user's latest consent in its present state.

        Raises:
            StepError: There is no consent yet.
        """
        consent = end_user.consent
        if consent is None:
            raise StepError(
                f"{end_user.participant or 'The end user'} has no consent yet. Put the step authorise before this one."
            )
        return consent

    def collect_events(self) -> None:
        """Put every new event of the sandbox into the outbox under its symbol, and record consents that have changed."""
        by_id = {end_user.end_user_id: end_user for end_user in self.end_users.values() if end_user.end_user_id}
        events = self.fiskil.sandbox.events
        for event in events[self._events_collected :]:
            owner = by_id.get(event.end_user_id)
            if owner is not None:
                self.post(event, owner)
        self._events_collected = len(events)
        for owner in by_id.values():
            self._record_consents(owner)

    def _record_consents(self, owner: EndUser) -> None:
        """Record each consent of *owner* that has changed since it was last recorded."""
        for consent in owner.consents:
            accounts = account_ids(self.fiskil.sandbox.store, consent)
            state = (consent.permissions, accounts, consent.is_active)
            if self._recorded_consents.get(consent.arrangement_id) == state:
                continue
            self._recorded_consents[consent.arrangement_id] = state
            self.journal.write(
                ConsentState(
                    **self.journal.stamp(),
                    participant=owner.participant,
                    consent_id=consent.arrangement_id,
                    institution_id=consent.institution_id,
                    permissions=consent.permissions,
                    accounts=accounts,
                    is_active=consent.is_active,
                )
            )

    def post(self, event: Event, owner: EndUser) -> str:
        """Record *event*, put it into the outbox under the next symbol of *owner* (``e3``, ``b.e3``), return the symbol."""
        number = len(owner.event_symbols)
        symbol = f"{owner.participant}.e{number}" if owner.participant else f"e{number}"
        owner.event_symbols.append(symbol)
        self.journal.names[event.message_id] = symbol
        self.outbox.add(symbol, event)
        self.journal.write(
            EventCreated(
                **self.journal.stamp(),
                event=symbol,
                kind=event.kind,
                message_id=event.message_id,
                participant=owner.participant,
                publish_time=rfc3339(event.publish_time, timespec="milliseconds"),
                is_subscribed=self.uses_event(event.kind),
            )
        )
        return symbol

    def uses_event(self, kind: str) -> bool:
        """Return true if ``app.facts.uses_events`` covers events of this kind; false without that setting."""
        from fnmatch import fnmatchcase

        patterns = self.settings.app.facts.uses_events
        return patterns is not None and any(fnmatchcase(kind, pattern) for pattern in patterns)

    def owner_of(self, symbol: str) -> EndUser:
        """Return the participant to whom the event *symbol* belongs.

        Raises:
            UnknownName: No participant has the name before the symbol's last dot.
        """
        name = symbol.rpartition(".")[0]
        if name not in self.end_users:
            raise UnknownName("participant", name, self.end_users)
        return self.end_users[name]

    def snapshot(self, moment: EffectsMoment, end_user: EndUser, *, is_settled: bool = True) -> Effects:
        """Record the app's effects for *end_user*, as the effects hook reports them, and return the journal entry.

        Args:
            moment: Name of the moment in the journal; "end" is the scenario's last wait.
            is_settled: True waits until the app is idle before the effects are recorded.

        Raises:
            HookMissing: The config has no effects hook.
            HookError: The hook failed, or its response is not in the documented format.
        """
        if is_settled:
            wait, waits_for = self._wait_until_idle(end_user, is_last=moment == "end")
        else:
            waits_for = ""
            wait = IdleWait(report=query_effects(self.app, end_user.values), is_idle=True, unchanged_s=0.0)
        report = wait.report
        entry = Effects(
            **self.journal.stamp(),
            participant=end_user.participant,
            moment=moment,
            applied=report.applied,
            state=report.state,
            pending=report.pending,
            failed=report.failed,
            is_idle=wait.is_idle,
            unchanged_s=wait.unchanged_s,
            is_connected=is_connected(self.app, report),
            consents=values_of_consents(self.app, report, [consent.arrangement_id for consent in end_user.consents]),
            response=report.response if isinstance(report, EffectsUnknown) else "",
            waits_for=waits_for,
            busy_since="" if wait.is_idle else self._initial_backlog.since,
        )
        self.journal.write(entry)
        return entry

    def snapshots(
        self, moment: EffectsMoment, only: str | None = None, *, earlier: Mapping[str, Effects] = MappingProxyType({})
    ) -> dict[str, Effects]:
        """Record the app's effects for each participant; return the journal entries by the participant's name.

        Args:
            moment: Name of the moment in the journal.
            only: Name of the only participant to record; None means all participants.
            earlier: Entries recorded shortly before, by participant. They are recorded again without a new query if the
                app was idle with ``pending`` 0, or if it is stuck.

        Raises:
            HookMissing: The config has no effects hook.
            HookError: The hook failed, or its response is not in the documented format.
        """
        entries: dict[str, Effects] = {}
        for name, end_user in list(self.end_users.items()):
            if only is not None and name != only:
                continue
            report = earlier.get(name)
            is_stuck = report is not None and bool(report.pending) and report.pending == self.app.backlog.pending
            if report is not None and (is_stuck or (report.is_idle and report.pending == 0)):
                entries[name] = self._record_again(moment, report)
            else:
                entries[name] = self.snapshot(moment, end_user)
        return entries

    def _record_again(self, moment: str, earlier: Effects) -> Effects:
        entry = msgspec.structs.replace(earlier, **self.journal.stamp(), moment=moment)
        self.journal.write(entry)
        return entry

    def _backlog_of_earlier_scenarios(self) -> Backlog:
        """Return the work that earlier scenarios left unfinished, with its present ``pending``; NONE after any progress."""
        backlog = self.app.backlog
        with suppress(HookError):
            if backlog.scenario:
                same_end_user = query_effects(self.app, backlog.values)
                is_overtaken = backlog.has_progressed(applied=same_end_user.applied, pending=same_end_user.pending)
                backlog = NONE if is_overtaken else backlog
            if backlog.pending:
                unknown_end_user = query_effects(self.app, of_end_user(ref=f"rehearsal-{self._nonce}-nobody"))
                backlog = msgspec.structs.replace(backlog, pending=unknown_end_user.pending or 0)
        self.app.backlog = backlog
        return backlog

    def _wait_until_idle(self, end_user: EndUser, *, is_last: bool) -> tuple[IdleWait, str]:
        """Wait for the app; return the result, and the first unprocessed message if the app is stuck (else "").

        See the theory of operation at the head of this module.
        """
        proxy, previous = self.fiskil.proxy, self.app.backlog
        new_waits = max(self._initial_backlog.new_waits, self._stuck_waits)
        backlog = self._initial_backlog if is_last else msgspec.structs.replace(previous, new_waits=new_waits)
        is_disturbed = bool(proxy.rules.waiting()) or self.was_disturbed or self.must_restart
        cap_s = PATIENT_CAP_S if is_disturbed else CAP_S
        unapplied = UnappliedMessages(self.journal, end_user.participant)

        def needed_s(report: EffectsReport) -> float:
            if unapplied.is_missing_from(report.applied):
                return backlog.patience_s(cap_s) if backlog.new_waits and _has_applied_nothing(report) else inf
            is_blind = report.applied is None and unapplied.has_unqueried
            return PATIENT_UNCHANGED_S if is_disturbed or is_blind else UNCHANGED_S

        wait = wait_until_idle(
            self.app,
            end_user.values,
            cap_s=cap_s,
            needed_s=needed_s,
            is_busy=lambda: proxy.open_requests > 0,
            backlog=backlog,
        )
        report = wait.report
        if report.pending is None and unapplied.is_missing_from(report.applied):
            is_stuck = _has_applied_nothing(report) and (wait.is_idle or wait.unchanged_s >= cap_s / 2)
            wait = msgspec.structs.replace(wait, is_idle=False, is_stuck=is_stuck)
        if not wait.is_stuck:
            # Without ``pending``, only an acknowledged message that was applied shows that the app makes progress.
            proves_nothing = report.pending is None and (not unapplied.has_any or unapplied.is_missing_from(report.applied))
            if not proves_nothing:
                self.app.backlog, self._initial_backlog, self._stuck_waits = NONE, NONE, 0
            return wait, ""
        message = unapplied.first_unapplied(report.applied)
        is_old = bool(report.pending) and report.pending == backlog.pending
        self._stuck_waits += not is_old
        stuck = previous.after_stuck_wait(
            is_old=is_old, new_waits=self._initial_backlog.new_waits + 1, scenario=self._scenario, message=message
        )
        self.app.backlog = stuck.updated(applied=report.applied, pending=report.pending, values=end_user.values)
        return wait, message

    def note_rows(self, dataset: str, end_user: EndUser, *, moment: str) -> None:
        """Record the rows of *dataset* that the API now serves under all active consents of *end_user*.

        If two consents serve the same row, the version of the newer one is recorded.

        Raises:
            StepError: There is no consent yet.
        """
        sandbox, latest = self.fiskil.sandbox, self.consent_of(end_user)
        active = [consent for consent in end_user.consents if consent.is_active]
        with sandbox.store.lock:
            rows_by_consent = served_to(sandbox.store, end_user.end_user_id, dataset)
            served = [msgspec.to_builtins(row) for rows in rows_by_consent for row in rows]
        by_id = {row.get("fiskil_id", number): row for number, row in enumerate(served)}
        removed = [removed_id for consent in active or [latest] for removed_id in sandbox.removed_ids(consent, dataset)]
        self.journal.write(
            Rows(
                **self.journal.stamp(),
                participant=end_user.participant,
                dataset=dataset,
                moment=moment,
                rows=tuple(by_id.values()),
                removed_ids=tuple(removed_id for removed_id in dict.fromkeys(removed) if removed_id not in by_id),
                end_user_id=end_user.end_user_id,
            )
        )

    def record_incomplete(self, what: str, *, hook: str = "") -> None:
        """Record that a step was incomplete, which makes the scenario INCONCLUSIVE whatever its probes find.

        Args:
            what: What was left out and why, as a clause without a full stop.
            hook: The hook or setting that would help; empty if none would.
        """
        self.journal.write(StepIncomplete(**self.journal.stamp(), reason=what, hook=hook))

    def record_failure(self, what: str, *, hook: str = "") -> None:
        """Record why a step could not be performed; the verdict does not depend on it.

        Args:
            what: The reason, as a clause without a full stop.
            hook: The hook or setting that would help; empty if none would.
        """
        self.journal.write(StepFailed(**self.journal.stamp(), reason=what, hook=hook))


def _has_applied_nothing(report: EffectsReport) -> bool:
    """Return true if the app's counts show no effect of any message."""
    return not any((report.applied or {}).values())
