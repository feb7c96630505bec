"""The state of a generated life plan under construction: its steps so far, and the situation after these steps."""

from typing import Any

from fiskil_harness.core.config.hooks import REFRESH
from fiskil_harness.scenario import steps

ROWS_A_PAGE = 25
"""Rows in a page of the API: few enough that the transactions take several pages."""

CONSENT_DAYS = 7
ATTEMPTS_BEFORE_END = 3
"""Most attempts for one event before the end, so that the schedule has attempts left when everything works again."""

REPEATED_ROW = 6
"""Position of the row of which a copy is added before the last sync."""

DATASETS = ("transactions", "balances", "accounts")
"""The datasets in the reverse order of their first syncs."""


class LifeState:
    """A life plan under construction. Actions add steps; an action that is impossible at its position adds nothing."""

    def __init__(self, *, has: frozenset[str], expires: bool) -> None:
        self.has = has
        self.steps: list[Any] = [steps.LimitPages(rows=ROWS_A_PAGE)]
        self.steps += [steps.LimitConsents(days=CONSENT_DAYS)] if expires else []
        self.verbs: list[str] = []
        self.consent = "none"
        self.is_deleted = self.has_outage = self.is_uncounted = False
        self.is_due = False
        self.bites = 0
        self.faulty_routes: list[str] = []
        self.pending_rows = 2
        self.is_savings_open = True
        self.events: list[str] = []
        self.event_count = 0
        self.attempts: dict[str, int] = {}

    def is_active(self) -> bool:
        """Return true if there is an active consent; add the first consent if there was none before."""
        if self.consent == "none" and not self.is_deleted and not self.has_outage:
            self.authorise()
        return self.consent == "active"

    def authorise(self) -> None:
        """Add the steps of a consent, its first syncs, and the delivery of their events."""
        self.lift_faults()
        self.steps.append(steps.Authorise())
        self.record_event("consent.received")
        self.steps += [steps.Deliver(), steps.Sync()]
        for name in reversed(DATASETS):
            self.record_event(name)
        self.deliver()
        self.steps.append(steps.WaitUntilIdle())
        self.consent = "active"

    def lift_faults(self) -> None:
        """Add steps that let the set faults act and then lift them, so that no fault disturbs a consent journey."""
        if self.faulty_routes:
            self.trigger_faults()
            self.deliver()
            self.steps += [steps.WaitUntilIdle(), steps.LiftFaults()]
            self.faulty_routes = []

    def trigger_faults(self) -> None:
        """Add steps that make the app call the routes with faults."""
        if self.consent != "active":
            return
        if "token" in self.faulty_routes:
            self.steps.append(steps.ExpireTokens())
        if "consents.list" in self.faulty_routes:
            self.steps.append(steps.TouchConsent())
            self.record_event("consent.updated")
        for name in DATASETS:
            if f"banking.{name}" in self.faulty_routes and not self.has_outage:
                self.steps.append(steps.Sync(name))
                self.record_event(name)

    def record_event(self, kind: str) -> None:
        """Count a new event. Record its symbol, unless other steps may have created uncounted events before."""
        self.is_due = True
        if not self.is_uncounted:
            symbol = f"e{self.event_count}"
            self.events.append(symbol)
            self.attempts[symbol] = 0
            if kind in DATASETS:
                self.attempts[f"{symbol}:data"] = 0
        self.event_count += 1

    def stop_counting(self) -> None:
        """Note that an unknown number of events was created, so that the symbols of later events are unknown."""
        self.is_uncounted = True
        self.is_due = True

    def deliver(self, step: Any = None) -> None:
        """Add a step that delivers everything due: *step*, or ``Deliver()`` by default."""
        self.steps.append(step or steps.Deliver())
        self.is_due = False
        for symbol in self.events:
            self.attempts[symbol] = max(1, self.attempts[symbol])

    def next_event(self) -> str:
        """Return the symbol of an undelivered event; add a sync that creates an event if all were delivered.

        If no sync is possible, return the latest event that has attempts left, or "".
        """
        fresh = [symbol for symbol in self.events if not self.attempts[symbol]]
        if not fresh and self.is_active() and not self.has_outage and not self.is_uncounted:
            self.steps.append(steps.Sync("transactions"))
            self.record_event("transactions")
            return self.events[-1]
        usable = fresh or [symbol for symbol in self.events if self.attempts[symbol] < ATTEMPTS_BEFORE_END]
        return usable[-1] if usable else ""

    def end(self) -> None:
        """Add the end of the plan: let the set faults act, lift all faults, and add a last, undisturbed sync.

        The last sync contains a new row, so that an app that misses the sync is detected.
        """
        if self.consent == "none" and not self.is_deleted:
            self.authorise()
        if self.faulty_routes:
            self._end_outage()
            self.trigger_faults()
        if self.faulty_routes or self.has_outage or self.is_due:
            self.deliver()
            self.steps += [steps.WaitUntilIdle(), steps.LiftFaults()] if self.faulty_routes else []
            self._end_outage()
            self.steps += [steps.Deliver(attempts=5), steps.WaitUntilIdle()]
        if self.consent == "active":
            self.steps += [steps.Change(kind="repeat", nth=REPEATED_ROW), steps.Sync()]
        self.deliver(steps.Deliver(attempts=5))
        if REFRESH in self.has and self.consent == "active":
            self.steps += [steps.WaitUntilIdle(), steps.Refresh()]

    def _end_outage(self) -> None:
        if self.has_outage:
            self.steps.append(steps.EndOutage())
            self.has_outage = False
