"""The stage: everything that a step acts on (local Fiskil, app, outbox, journal ...)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from types import MappingProxyType
from typing import Literal, ParamSpec, TypeVar

import msgspec

from fiskil_harness.app.app_under_test import AppUnderTest
from fiskil_harness.app.browser import Chromium, Window
from fiskil_harness.app.browser.login import log_in, login_secrets
from fiskil_harness.app.browser.origins import Origins
from fiskil_harness.app.effects import EffectsReport, EffectsUnknown, is_connected, query_effects, values_of_consents
from fiskil_harness.app.idle import NO_REQUEST, FirstReport, IdleWait, IdleWaits, wait_for_no_request
from fiskil_harness.app.monitoring import AlertSink, Telemetry
from fiskil_harness.app.written_files import Folder
from fiskil_harness.core import catalog
from fiskil_harness.core.clock import rfc3339
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.config.template_values import of_end_user
from fiskil_harness.core.model import Consent, Event, Person
from fiskil_harness.core.model.events import is_extra, matches_any
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import StepError, UnknownName
from fiskil_harness.faults.rules import Waiting
from fiskil_harness.journal import (
    FULL_TIME_S,
    ConsentState,
    Effects,
    EffectsMoment,
    Entry,
    EventCreated,
    Journal,
    ReportPlace,
    Rows,
    StepFailed,
    StepIncomplete,
)
from fiskil_harness.sandbox import EndUser
from fiskil_harness.sandbox.api.serving import served_to
from fiskil_harness.sandbox.datasets import account_ids
from fiskil_harness.scenario.used_datasets import datasets_used, events_beside, institution_for, person_for
from fiskil_harness.server.fiskil import Fiskil, local
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.webhooks import Dispatcher, Sender
from fiskil_harness.webhooks.retry_schedule import Outbox

P = ParamSpec("P")
E_ = TypeVar("E_", bound=Entry)


class Stage:
    """Everything that belongs to one run of a scenario. The driver creates it; steps act on it."""

    def __init__(
        self,
        *,
        settings: Settings,
        environment: Fiskil,
        app: AppUnderTest,
        sender: Sender,
        journal: Journal,
        person: str,
        nonce: str,
        scenario: str = "",
        seed: int = 0,
        chromium: Chromium | None = None,
        patience_s: float = 0.0,
    ) -> None:
        self.settings = settings
        self.environment = environment
        self.app = app
        self.sender = sender
        self.journal = journal
        self._used = datasets_used(settings.app.facts)
        self._beside = events_beside(self._used)
        self.first_person = person_for(catalog.person(person), self._used)
        self.seed = seed
        self.end_users: dict[str, EndUser] = {}
        self.must_restart = False
        self._nonce = nonce
        self._chromium = chromium or Chromium(allow_hosts=settings.sandbox.allow_hosts)
        self._windows: dict[str, Window] = {}
        self._redactor = Redactor(environment.secrets)
        for value in login_secrets(settings.app.login).values():
            self._redactor.register("login_secret", value)
        self._recorded_consents: dict[str, object] = {}
        self.was_disturbed = False
        self.optional_faults: list[Waiting] = []
        """Faults that need not act, so that the scenario is complete without their bites."""
        self._query = partial(query_effects, app)
        self._waits = IdleWaits(
            app,
            self._query,
            journal=journal,
            requests=environment.proxy,
            scenario=scenario,
            unknown_end_user=of_end_user(ref=f"test-{nonce}-unknown"),
            full_time_s=settings.app.limits.fresh_s if "fresh_s" in settings.stated_limits else FULL_TIME_S,
            patience_s=patience_s,
        )
        self.folder = Folder(app.workdir, logs=app.output().values())
        self.sinks: dict[ReportPlace, tuple[AlertSink | Telemetry, int]] = {
            "an alert": (environment.alerts, len(environment.alerts.sent)),
            "telemetry": (environment.telemetry, len(environment.telemetry.sent)),
        }
        """The receivers of the app's alerts and telemetry, each with the number of messages it already had."""

    def person(self, name: str) -> Person:
        """Make the person called *name* known at the institutions whose data the app uses, and return the person."""
        return self.fiskil.sandbox.add_person(person_for(catalog.person(name), self._used))

    def institution(self, institution_id: str) -> str:
        """Return the institution at which the app finds end users in place of *institution_id*: an energy app a retailer."""
        return institution_for(institution_id, self._used)

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """The dispatcher of the sandbox's events."""
        return Dispatcher(self.fiskil.sandbox, lambda: self.fiskil.dialect, take=self._take_events)

    @property
    def outbox(self) -> Outbox:
        """The events of the scenario, with the state of their deliveries."""
        return self.dispatcher.outbox

    @property
    def fiskil(self) -> LocalFiskil:
        """The local Fiskil, whose sandbox most steps need.

        Raises:
            StepError: The scenario runs against the hosted API.
        """
        return local(self.environment)

    def end_user(self, name: str = "") -> EndUser:
        """Return the end user whose name in the scenario is *name*; the first call creates them, with an own ``ref``."""
        if name not in self.end_users:
            sandbox, ref = self.fiskil.sandbox, f"test-{self._nonce}{'-' + name if name else ''}"
            self.end_users[name] = EndUser(sandbox, sandbox.add_person(self.first_person), participant=name, ref=ref)
        return self.end_users[name]

    def new_browser(self) -> HttpClient:
        """Return a client for an end user who opens the consent page and the app's pages, also with our own certificate."""
        is_tls = self.environment.auth_url.startswith("https:")
        return HttpClient(timeout_s=self.settings.app.limits.request_deadline_s, verify=not is_tls)

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
                    auth_origin=self.fiskil.auth_origin,
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
        consents = self.fiskil.sandbox.consents_of(end_user.end_user_id)
        if not consents:
            raise StepError(
                f"{end_user.participant or 'The end user'} has no consent yet. Put the step authorise before this one."
            )
        return consents[-1]

    def _take_events(self, events: Sequence[Event]) -> None:
        """Put the participants' *events* into the outbox under their symbols, and record consents that have changed."""
        by_id = {end_user.end_user_id: end_user for end_user in self.end_users.values() if end_user.end_user_id}
        for event in events:
            owner = by_id.get(event.end_user_id)
            if owner is not None:
                self.post(event, owner)
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
            self.record(
                ConsentState,
                participant=owner.participant,
                consent_id=consent.arrangement_id,
                institution_id=consent.institution_id,
                permissions=consent.permissions,
                accounts=accounts,
                is_active=consent.is_active,
            )

    def post(self, event: Event, owner: EndUser) -> str:
        """Record *event*, put it into the outbox under the next symbol of *owner* (``e3``, ``b.e3``), return the symbol.

        Events that not every interpretation sends, or that only some apps use, are counted separately (``extra0``), so other
        symbols never change.
        """
        is_apart = is_extra(event.kind) or event.kind in self._beside
        prefix, symbols = ("extra", owner.extra_symbols) if is_apart else ("e", owner.event_symbols)
        symbol = f"{owner.participant}.{prefix}{len(symbols)}" if owner.participant else f"{prefix}{len(symbols)}"
        symbols.append(symbol)
        self.journal.names[event.message_id] = symbol
        self.outbox.add(symbol, event)
        self.record(
            EventCreated,
            event=symbol,
            kind=event.kind,
            message_id=event.message_id,
            participant=owner.participant,
            publish_time=rfc3339(event.publish_time, timespec="milliseconds"),
            is_subscribed=self.uses_event(event.kind),
        )
        return symbol

    def uses_event(self, kind: str) -> bool:
        """Return true if ``app.facts.uses_events`` covers events of this kind; false without that setting.

        An app may ignore an event about public data or an early stage, so a pattern such as ``banking.*`` covers none.
        """
        patterns = self.settings.app.facts.uses_events or ()
        if is_extra(kind):
            return kind in patterns
        return matches_any(kind, patterns)

    @property
    def can_call_api(self) -> bool:
        """False if the app cannot know the API's URL: it has its own process, and the config passes no URL to it.

        An app that has already sent a request knows the URL, and so may one that calls a relay with a fixed port.
        """
        app, hosted = self.settings.app, self.settings.hosted
        has_own_process = bool(app.command or app.url)
        return not has_own_process or "{api_url}" in str(app) or hosted.port > 0 or self.environment.proxy.was_called

    @property
    def is_disturbed(self) -> bool:
        """True if a fault is set for an app that can call the API, or if something disturbed the app earlier."""
        is_faulty = bool(self.environment.proxy.rules.waiting()) and self.can_call_api
        return is_faulty or self.was_disturbed or self.must_restart

    def note_api_disturbance(self) -> None:
        """Note that the API was disturbed, which disturbs the app if it can call the API."""
        self.was_disturbed = self.was_disturbed or self.can_call_api

    def owner_of(self, symbol: str) -> EndUser:
        """Return the participant to whom the event *symbol* belongs.

        Raises:
            UnknownName: No participant has the name before the symbol's last dot.
        """
        name = symbol.rpartition(".")[0]
        if name not in self.end_users:
            raise UnknownName("participant", name, self.end_users)
        return self.end_users[name]

    def report(self, end_user: EndUser) -> EffectsReport:
        """Return the app's present report about *end_user*, which is not recorded.

        Raises:
            HookMissing: The config has no effects hook.
            HookError: The hook failed, or its response is not in the documented format.
        """
        return self._query(end_user.values)

    def snapshot(
        self, moment: EffectsMoment, end_user: EndUser, *, is_settled: bool = True, first: FirstReport | None = None
    ) -> Effects:
        """Record the app's effects for *end_user*, as the effects hook reports them, and return the journal entry.

        Args:
            moment: Name of the moment in the journal; "end" is the scenario's last wait.
            is_settled: True waits until the app is idle before the effects are recorded.
            first: An earlier report about *end_user*. The harness must have sent the app nothing since.

        Raises:
            HookMissing: The config has no effects hook.
            HookError: The hook failed, or its response is not in the documented format.
        """
        if is_settled:
            waiting = self.environment.proxy.rules.waiting()
            wait = self._waits.wait(
                end_user.participant,
                end_user.values,
                is_disturbed=self.is_disturbed,
                is_last=moment == "end",
                can_recover=not self.must_restart and not any(each.is_lasting_reason for each in waiting),
                first=first,
            )
        else:
            # As after a wait of no length: the app may be busy.
            wait = IdleWait(report=self.report(end_user), result="slow", unchanged_s=0.0)
        report = wait.report
        return self.record(
            Effects,
            participant=end_user.participant,
            moment=moment,
            applied=report.applied,
            state=report.state,
            pending=(report.pending or 0) - wait.pending_of_others
            if wait.result == "idle" and report.pending
            else report.pending,
            failed=report.failed,
            is_idle=wait.result == "idle",
            unchanged_s=wait.unchanged_s,
            is_connected=is_connected(self.app, report),
            consents=values_of_consents(self.app, report, [consent.arrangement_id for consent in end_user.consents]),
            response=report.response if isinstance(report, EffectsUnknown) else "",
            waits_for=wait.waits_for,
            busy_since=wait.busy_since,
            had_full_time=wait.had_full_time,
            had_recovery_time=wait.had_recovery_time,
            pending_of_others=wait.pending_of_others,
        )

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
        recorded = {name: end_user for name, end_user in self.end_users.items() if only in {None, name}}
        first: dict[str, FirstReport | None] = {}
        if len(recorded.keys() - earlier.keys()) > 1:
            first = {name: self._waits.first_report(recorded[name].values) for name in recorded if name not in earlier}
        entries: dict[str, Effects] = {}
        for name, end_user in recorded.items():
            report = earlier.get(name)
            if report is not None and self._waits.is_certain(report):
                entries[name] = self.record(msgspec.structs.replace, report, moment=moment)
            else:
                entries[name] = self.snapshot(moment, end_user, first=first.get(name))
        return entries

    def settle(self, moment: Literal["settled", "end"]) -> None:
        """Wait until the app is idle, and record its effects for each participant if it has the effects hook.

        Raises:
            HookError: The hook failed, or its response is not in the documented format.
        """
        if self.app.has(EFFECTS):
            self.snapshots(moment)
        else:
            wait_for_no_request(self.environment.proxy, *NO_REQUEST[moment])

    def note_rows(self, dataset: str, end_user: EndUser) -> None:
        """Record the rows of *dataset* that the API now serves under all active consents of *end_user*.

        If two consents serve the same row, the version of the newer one is recorded.

        Raises:
            StepError: There is no consent yet.
        """
        sandbox, latest = self.fiskil.sandbox, self.consent_of(end_user)
        active = [consent for consent in end_user.consents if consent.is_active]
        with sandbox.store.lock:
            rows_by_consent = served_to(sandbox.store, end_user.end_user_id, dataset)
            # As JSON has them: a recorded journal contains lists in place of tuples, and must be judged like this one.
            served = [msgspec.json.decode(msgspec.json.encode(row)) for rows in rows_by_consent for row in rows]
        by_id = {row.get("fiskil_id", number): row for number, row in enumerate(served)}
        removed = [removed_id for consent in active or [latest] for removed_id in sandbox.removed_ids(consent, dataset)]
        self.record(
            Rows,
            participant=end_user.participant,
            dataset=dataset,
            rows=tuple(by_id.values()),
            removed_ids=tuple(removed_id for removed_id in dict.fromkeys(removed) if removed_id not in by_id),
            end_user_id=end_user.end_user_id,
        )

    def record(self, make: Callable[P, E_], /, *args: P.args, **fields: P.kwargs) -> E_:
        """Write the journal entry that ``make(*args, **fields)`` returns, with the present time and step; return it."""
        entry = msgspec.structs.replace(make(*args, **fields), **self.journal.stamp())
        self.journal.write(entry)
        return entry

    def record_incomplete(self, what: str, *, hook: str = "") -> None:
        """Record that a step was incomplete, which makes the scenario INCONCLUSIVE whatever its probes find.

        Args:
            what: What was left out and why, as a clause without a full stop.
            hook: The hook or setting that would help; empty if none would.
        """
        self.record(StepIncomplete, reason=what, hook=hook)

    def record_failure(self, what: str, *, hook: str = "") -> None:
        """Record why a step could not be performed; the verdict does not depend on it.

        Args:
            what: The reason, as a clause without a full stop.
            hook: The hook or setting that would help; empty if none would.
        """
        self.record(StepFailed, reason=what, hook=hook)
