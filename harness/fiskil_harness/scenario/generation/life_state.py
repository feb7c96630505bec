"""A life as far as it is laid out: its steps, and where they leave the end user, the app and the API."""

from typing import Any

from fiskil_harness.core.config.hooks import REFRESH
from fiskil_harness.scenario import steps

ROWS_A_PAGE = 25
"""So that transactions come on several pages."""

CONSENT_DAYS = 7
ATTEMPTS_BEFORE_END = 3
"""Of one event, so that the schedule has attempts left when everything is well."""

LAST_NEWS = 6
"""Which row comes again as a true twin before the last sync."""

DATASETS = ("transactions", "balances", "accounts")
"""The last sync to complete comes first."""


class LifeState:
    """One life, step by step. Deeds add to it, and leave out what cannot happen where it stands."""

    def __init__(self, *, has: frozenset[str], expires: bool) -> None:
        self.has = has
        self.steps: list[Any] = [steps.LimitPages(rows=ROWS_A_PAGE)]
        self.steps += [steps.LimitConsents(days=CONSENT_DAYS)] if expires else []
        self.met: list[str] = []
        self.consent = "none"
        self.is_deleted = self.is_out = self.is_uncounted = False
        self.is_due = False
        self.bites = 0
        self.waiting: list[str] = []
        self.pending_rows = 2
        self.is_savings_open = True
        self.events: list[str] = []
        self.told = 0
        self.attempts: dict[str, int] = {}

    def is_active(self) -> bool:
        """Whether there is a consent to go on with; the first one comes to be when it is needed."""
        if self.consent == "none" and not self.is_deleted and not self.is_out:
            self.authorise()
        return self.consent == "active"

    def authorise(self) -> None:
        """A consent from its beginning to the end of its first syncs, told."""
        self.calm()
        self.steps.append(steps.Authorise())
        self.record_event("consent.received")
        self.steps += [steps.Deliver(), steps.Sync()]
        for name in reversed(DATASETS):
            self.record_event(name)
        self.hand_over()
        self.steps.append(steps.WaitUntilIdle())
        self.consent = "active"

    def calm(self) -> None:
        """Let what waits bite, and lift it: a person at the door is not turned away for the weather."""
        if self.waiting:
            self.provoke()
            self.hand_over()
            self.steps += [steps.WaitUntilIdle(), steps.LiftFaults()]
            self.waiting = []

    def provoke(self) -> None:
        """Let happen what leads the app to where faults wait."""
        if self.consent != "active":
            return
        if "token" in self.waiting:
            self.steps.append(steps.ExpireTokens())
        if "consents.list" in self.waiting:
            self.steps.append(steps.TouchConsent())
            self.record_event("consent.updated")
        for name in DATASETS:
            if f"banking.{name}" in self.waiting and not self.is_out:
                self.steps.append(steps.Sync(name))
                self.record_event(name)

    def record_event(self, kind: str) -> None:
        """An event comes to be; its symbol is known as long as nothing else tells any."""
        self.is_due = True
        if not self.is_uncounted:
            symbol = f"e{self.told}"
            self.events.append(symbol)
            self.attempts[symbol] = 0
            if kind in DATASETS:
                self.attempts[f"{symbol}:data"] = 0
        self.told += 1

    def lose_count(self) -> None:
        """More is told than can be counted."""
        self.is_uncounted = True
        self.is_due = True

    def hand_over(self, step: Any = None) -> None:
        """Everything due."""
        self.steps.append(step or steps.Deliver())
        self.is_due = False
        for symbol in self.events:
            self.attempts[symbol] = max(1, self.attempts[symbol])

    def next_event(self) -> str:
        """An event that was not delivered yet, made where there is none; else the latest that may be tried again."""
        fresh = [symbol for symbol in self.events if not self.attempts[symbol]]
        if not fresh and self.is_active() and not self.is_out and not self.is_uncounted:
            self.steps.append(steps.Sync("transactions"))
            self.record_event("transactions")
            return self.events[-1]
        known = fresh or [symbol for symbol in self.events if self.attempts[symbol] < ATTEMPTS_BEFORE_END]
        return known[-1] if known else ""

    def end(self) -> None:
        """Another sync while things are as they are, then everything is mended, and one more that nothing disturbs.

        That one has something new to tell, so whoever misses it is seen to.
        """
        if self.consent == "none" and not self.is_deleted:
            self.authorise()
        if self.waiting:
            self._outage_over()
            self.provoke()
        if self.waiting or self.is_out or self.is_due:
            self.hand_over()
            self.steps += [steps.WaitUntilIdle(), steps.LiftFaults()] if self.waiting else []
            self._outage_over()
            self.steps += [steps.Deliver(attempts=5), steps.WaitUntilIdle()]
        if self.consent == "active":
            self.steps += [steps.Change(what="repeat", nth=LAST_NEWS), steps.Sync()]
        self.hand_over(steps.Deliver(attempts=5))
        if REFRESH in self.has and self.consent == "active":
            self.steps += [steps.WaitUntilIdle(), steps.Refresh()]

    def _outage_over(self) -> None:
        if self.is_out:
            self.steps.append(steps.EndOutage())
            self.is_out = False
