"""Whole lives of an end user: what happens to them, to the API and to the deliveries, laid out as one plan.

A life is a list of deeds. What cannot happen where it stands, such as a sync without a consent, is left out, so every shorter
list is a life as well.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from harness import faults, probes, steps
from harness.journal.pairs import DELIVERY, FAULT, LIFE, Verb
from harness.probes import AnyProbe
from harness.scenario import Scenario

NAME = "drawn_lives"
ROWS_A_PAGE = 25
"""So that transactions come on several pages."""

CONSENT_DAYS, TOO_LATE_DAYS = 7, 8
ATTEMPTS_BEFORE_END = 3
"""Of one event, so that the schedule has attempts left when everything is well."""

MOST_WAITING = 3
MOST_BITES = 4
"""An app that tries a message a few times more than a call bears so many failures of the API, and forgets nothing."""

START, REFRESH, DISCONNECT, COMMAND = "app.drive.start_session", "app.drive.refresh", "app.drive.revoke", "app.command"
HOOKS = (START, REFRESH, DISCONNECT, COMMAND)
"""What a life can do without, with fewer verbs."""

SCREENS = ("login", "code", "accounts", "confirm", "institution")
DATASETS = ("transactions", "accounts", "balances")
PLACES = (
    ("banking.transactions", 0),
    ("banking.transactions", 2),
    ("banking.accounts", 0),
    ("consents.list", 0),
    ("banking.transactions", 3),
    ("token", 0),
    ("banking.balances", 0),
    ("banking.transactions", 1),
)
"""Where a fault waits: a route, and the page of a walk where it is about one."""

LATER_PAGES = (("banking.transactions", 2), ("banking.transactions", 3))
EARLIER_PAGES = (("banking.transactions", 1), ("banking.transactions", 2))

ANYWHERE: dict[str, Any] = {
    "reset_peer": faults.ResetPeer(after_bytes=20),
    "empty_response": faults.EmptyResponse(),
    "truncated_json": faults.TruncatedJson(),
    "status_503": faults.Status(status=503),
    "status_503_wait": faults.Status(status=503, retry_after_s=1),
    "status_429": faults.Status(status=429, retry_after_s=1),
    "gateway_html": faults.ErrorBody(status=502),
    "latency": faults.Latency(latency_ms=150),
}
"""Faults that may pass, wherever they bite."""

IN_WALKS: dict[str, tuple[Any, tuple[tuple[str, int], ...]]] = {
    "cursor_expired": (faults.CursorExpired(), LATER_PAGES),
    "page_repeated": (faults.PageRepeated(), EARLIER_PAGES),
    "overlap": (faults.Overlap(), LATER_PAGES),
    "next_empty": (faults.NextEmpty(), EARLIER_PAGES),
}
"""Faults of walks. After some a client may lawfully leave the message for good, and read all at the next one."""

CHANGES: dict[str, tuple[str, int]] = {
    "row_amended": ("amend", 40),
    "row_removed": ("remove", 40),
    "row_added": ("repeat", 40),
    "row_posted": ("post", 2),
    "row_vanished": ("vanish", 2),
}
"""What becomes of rows: the kind of change, and how many rows there are for it at least. Two are pending."""


class Deed(Struct, frozen=True):
    """A verb, and a number from 0 to 7 that chooses among its variants."""

    verb: str
    number: int = 0


class Life(Struct, frozen=True, kw_only=True):
    """What happens, in order; *hooks* are those that the config gives."""

    deeds: tuple[Deed, ...]
    hooks: frozenset[str] = frozenset()

    def plan(self) -> Scenario:
        """The deeds with all that they need around them, and an end in which everything is well again."""
        return self._laid_out().plan()

    def met(self) -> tuple[str, ...]:
        """The verbs that the plan holds."""
        return tuple(dict.fromkeys(self._laid_out().met))

    def _laid_out(self) -> "_Course":
        course = _Course(has=self.hooks, expires=any(one.verb == "expire" for one in self.deeds))
        for one in self.deeds:
            course.add(one)
        course.end()
        return course


class _Course:
    """A life as far as it is laid out: its steps, and where they leave the end user, the app and the API."""

    def __init__(self, *, has: frozenset[str], expires: bool) -> None:
        self.has = has
        self.steps: list[Any] = [steps.LimitPages(rows=ROWS_A_PAGE)]
        self.steps += [steps.LimitConsents(days=CONSENT_DAYS)] if expires else []
        self.met: list[str] = []
        self.consent = "none"
        self.is_deleted = self.is_out = self.is_exact_no_more = False
        self.is_due = False
        self.bites = 0
        self.waiting: list[str] = []
        self.pending_rows = 2
        self.is_savings_open = True
        self.events: list[str] = []
        self.told = 0
        self.attempts: dict[str, int] = {}

    # ---- What there is ----

    def add(self, deed: Deed) -> None:
        """Lay out one deed, or nothing where it cannot happen."""
        if all(hook in self.has for hook in VERBS[deed.verb].needs) and DOINGS[deed.verb](self, deed):
            self.met.append(deed.verb)

    def is_active(self) -> bool:
        """Whether there is a consent to go on with; the first one comes to be when it is needed."""
        if self.consent == "none" and not self.is_deleted and not self.is_out:
            self.authorise()
        return self.consent == "active"

    def authorise(self) -> None:
        """A consent from its beginning to the end of its first syncs, told."""
        self.calm()
        self.steps.append(steps.Authorise())
        self.tell("consent.received")
        self.steps.append(steps.Deliver())
        for name in ("accounts", "balances", "transactions"):
            self.steps.append(steps.Sync(name))
            self.tell(name)
        self.hand_over()
        self.steps.append(steps.Settle())
        self.consent = "active"

    def calm(self) -> None:
        """Let what waits bite, and lift it: a person at the door is not turned away for the weather."""
        if self.waiting:
            self.provoke()
            self.hand_over()
            self.steps += [steps.Settle(), steps.Mend()]
            self.waiting = []

    def provoke(self) -> None:
        """Let happen what leads the app to where faults wait."""
        if self.consent != "active":
            return
        if "token" in self.waiting:
            self.steps.append(steps.ExpireTokens())
        if "consents.list" in self.waiting:
            self.steps.append(steps.ConfirmAgain())
            self.tell("consent.updated")
        for name in DATASETS:
            if f"banking.{name}" in self.waiting and not self.is_out:
                self.steps.append(steps.Sync(name))
                self.tell(name)

    def tell(self, kind: str) -> None:
        """An event comes to be; its symbol is known as long as nothing else tells any."""
        self.is_due = True
        if not self.is_exact_no_more:
            symbol = f"e{self.told}"
            self.events.append(symbol)
            self.attempts[symbol] = 0
            if kind in DATASETS:
                self.attempts[f"{symbol}:data"] = 0
        self.told += 1

    def lose_count(self) -> None:
        """More is told than can be counted."""
        self.is_exact_no_more = True
        self.is_due = True

    def hand_over(self, step: Any = None) -> None:
        """Everything due."""
        self.steps.append(step or steps.Deliver())
        self.is_due = False
        for symbol in self.events:
            self.attempts[symbol] = max(1, self.attempts[symbol])

    def news(self) -> str:
        """An event that was not delivered yet, made where there is none; else the latest that may be tried again."""
        fresh = [symbol for symbol in self.events if not self.attempts[symbol]]
        if not fresh and self.is_active() and not self.is_out and not self.is_exact_no_more:
            self.steps.append(steps.Sync("transactions"))
            self.tell("transactions")
            return self.events[-1]
        known = fresh or [symbol for symbol in self.events if self.attempts[symbol] < ATTEMPTS_BEFORE_END]
        return known[-1] if known else ""

    # ---- The end ----

    def end(self) -> None:
        """Another sync while things are as they are, then everything is mended, and one that nothing disturbs."""
        if self.consent == "none" and not self.is_deleted:
            self._outage_over()
            self.authorise()
        if self.waiting:
            self._outage_over()
        self.provoke()
        self._sync_all()
        self.hand_over()
        self.steps += [steps.Settle(), steps.Mend()]
        self._outage_over()
        self.steps += [steps.Deliver(attempts=5), steps.Settle()]
        self._sync_all()
        self.hand_over(steps.Deliver(attempts=5))
        if REFRESH in self.has and self.consent == "active":
            self.steps += [steps.Settle(), steps.Refresh()]

    def _sync_all(self) -> None:
        if self.consent == "active" and not self.is_out:
            self.steps += [steps.Sync(name) for name in ("accounts", "balances", "transactions")]

    def _outage_over(self) -> None:
        if self.is_out:
            self.steps.append(steps.EndOutage())
            self.is_out = False

    def plan(self) -> Scenario:
        return Scenario(name=NAME, practices=(), probes=self._asked(), end_user="rosa", steps=tuple(self.steps))

    def _asked(self) -> tuple[AnyProbe, ...]:
        """The probes whose answer this life leaves clear, the widest question first."""
        verbs = set(self.met)
        found: list[AnyProbe] = []
        if self.consent == "active":
            found += [probes.HoldsEveryRow("transactions"), probes.HoldsEveryRow("accounts")]
            found += [probes.HoldsNewestValues()] if "row_amended" in verbs else []
            found += [probes.DropsRemovedRows()] if verbs & {"row_removed", "row_vanished"} else []
        elif not verbs & {"renew", "amend", "consent_again"}:
            found.append(probes.DropsRevokedRows())
        found += [probes.AppliesOnce(), probes.RetriesInBounds()]
        if self._must_lose_nothing(verbs):
            found.append(probes.LosesNothing())
        if verbs & FAILED and not (verbs & API_FAULTS):
            found += [probes.StaysUnconnected(), probes.StartsAgainAfresh()]
        if not verbs & (API_FAULTS | {"outage", "delete", "restart"}):
            found.append(probes.ShowsNoServerError())
        if "expire_tokens" in verbs and not verbs & (API_FAULTS - {"expire_tokens"} | ENDINGS | {"outage", "restart"}):
            found.append(probes.RenewsTokenOnce())
        return tuple(found)

    def _must_lose_nothing(self, verbs: set[str]) -> bool:
        """Whether no app has had a reason to leave a message for good."""
        if "delete" in verbs or self.bites > MOST_BITES or verbs & IN_WALKS.keys():
            return False
        return not ("late" in verbs and verbs & API_FAULTS)


# ---- Deeds of a life ----


def _journey(step: Callable[[int], Any]) -> Callable[[_Course, Deed], bool]:
    def lay(course: _Course, deed: Deed) -> bool:
        if course.is_deleted or course.is_out:
            return False
        course.calm()
        course.steps.append(step(deed.number))
        return True

    return lay


def _renew(course: _Course, deed: Deed, accounts: tuple[str, ...] = ()) -> bool:
    if not course.is_active() or course.is_out:
        return False
    course.calm()
    course.steps.append(steps.Authorise(accounts=accounts))
    course.lose_count()
    return True


def _amend(course: _Course, deed: Deed) -> bool:
    return _renew(course, deed, ("everyday",))


def _consent_again(course: _Course, deed: Deed) -> bool:
    """A consent after the last one was over; where it is not, it is ended first."""
    if "disconnect" in course.met:
        return False  # whether that came to pass is for the app to say
    if course.consent == "active" and _revoke(course, deed):
        course.hand_over()
    if course.consent != "over" or course.is_deleted or course.is_out:
        return False
    course.authorise()
    return True


def _confirm(course: _Course, deed: Deed) -> bool:
    if not course.is_active():
        return False
    course.steps.append(steps.ConfirmAgain())
    course.tell("consent.updated")
    return True


def _revoke(course: _Course, deed: Deed) -> bool:
    if not course.is_active():
        return False
    course.provoke()
    course.steps += [steps.Advance(seconds=1), steps.Revoke(by="institution" if deed.number % 2 else "end_user")]
    course.tell("consent.revoked")
    course.consent = "over"
    return True


def _disconnect(course: _Course, deed: Deed) -> bool:
    if not course.is_active():
        return False
    course.calm()
    course.steps += [steps.Advance(seconds=1), steps.Disconnect()]
    course.lose_count()
    course.consent = "over"
    return True


def _expire(course: _Course, deed: Deed) -> bool:
    if not course.is_active():
        return False
    course.provoke()
    course.steps.append(steps.Advance(days=TOO_LATE_DAYS))
    course.lose_count()
    course.consent = "over"
    return True


def _delete(course: _Course, deed: Deed) -> bool:
    if not course.is_active():
        return False
    course.provoke()
    course.steps += [steps.Advance(seconds=1), steps.DeleteEndUser()]
    course.lose_count()
    course.consent, course.is_deleted = "over", True
    return True


def _close_account(course: _Course, deed: Deed) -> bool:
    if not course.is_active() or not course.is_savings_open:
        return False
    course.steps.append(steps.CloseAccount("savings"))
    course.is_savings_open = False
    return True


def _change(what: Any, count: int) -> Callable[[_Course, Deed], bool]:
    def lay(course: _Course, deed: Deed) -> bool:
        of_pending = what in {"post", "vanish"}
        if not course.is_active() or (of_pending and not course.pending_rows):
            return False
        nth = 0 if of_pending else deed.number * (count // 8) % count
        course.steps.append(steps.Change(what=what, nth=nth))
        course.pending_rows -= of_pending
        return True

    return lay


def _day(course: _Course, deed: Deed) -> bool:
    if not course.is_active() or "day" in course.met:
        return False
    course.steps.append(steps.Advance(days=1, minutes=1))
    course.lose_count()
    return True


def _outage(course: _Course, deed: Deed) -> bool:
    if not course.is_active():
        return False
    if course.is_out:
        course.steps.append(steps.EndOutage())
    else:
        course.steps += [steps.BeginOutage(), steps.Advance(minutes=20)]
    course.is_out = not course.is_out
    course.lose_count()
    return True


def _refresh(course: _Course, deed: Deed) -> bool:
    if course.consent == "none" and not course.is_active():
        return False
    course.steps.append(steps.Refresh())
    return True


def _restart(course: _Course, deed: Deed) -> bool:
    if "restart" in course.met:
        return False
    course.steps.append(steps.Restart())
    return True


# ---- Deeds of the API ----


def _fault(fault: Any, places: tuple[tuple[str, int], ...], most: int) -> Callable[[_Course, Deed], bool]:
    """A fault waits, for something that the app will read: the next news."""

    def lay(course: _Course, deed: Deed) -> bool:
        if not course.is_active() or len(course.waiting) >= MOST_WAITING:
            return False
        route, page = places[deed.number % len(places)]
        times = 1 + (deed.number % most)
        course.steps.append(steps.Break(route, fault, times=times, page=page))
        course.waiting.append(route)
        course.bites += times
        return True

    return lay


def _expire_tokens(course: _Course, deed: Deed) -> bool:
    if not course.is_active():
        return False
    if deed.number % 2:
        page = 2 + deed.number % 4 // 2
        course.steps.append(steps.Break("banking.transactions", faults.ExpireTokens(), page=page))
        course.waiting.append("banking.transactions")
    else:
        course.steps.append(steps.ExpireTokens())
    course.bites += 1
    return True


# ---- Deeds of the sender ----


def _about_one(step: Callable[[str], Any], *, first: bool = False, cost: int = 1) -> Callable[[_Course, Deed], bool]:
    """Something about one event; with *first* it must have been delivered before."""

    def lay(course: _Course, deed: Deed) -> bool:
        symbol = course.news()
        if not symbol or course.attempts[symbol] + cost > ATTEMPTS_BEFORE_END:
            return False
        if first and not course.attempts[symbol]:
            course.steps.append(steps.DeliverOne(symbol))
            course.attempts[symbol] += 1
        course.steps.append(step(symbol))
        course.attempts[symbol] += cost
        return True

    return lay


def _about_data(step: Callable[[str], Any]) -> Callable[[_Course, Deed], bool]:
    """Something that only news about data bears: whoever misses it reads all at the next."""

    def lay(course: _Course, deed: Deed) -> bool:
        symbol = course.news()
        if not symbol or course.attempts[symbol] or f"{symbol}:data" not in course.attempts:
            return False
        course.steps.append(step(symbol))
        course.attempts[symbol] = ATTEMPTS_BEFORE_END
        return True

    return lay


def _all_due(step: Any) -> Callable[[_Course, Deed], bool]:
    def lay(course: _Course, deed: Deed) -> bool:
        if not course.is_due and not course.news():
            return False
        course.hand_over(step)
        return True

    return lay


def _hand_over(course: _Course, deed: Deed) -> bool:
    """Syncs of one dataset and their news, as on any day."""
    if course.is_active() and not course.is_out:
        name = DATASETS[deed.number % len(DATASETS)]
        course.steps.append(steps.Sync(name))
        course.tell(name)
    course.hand_over()
    return True


FAILED = frozenset({"cancel", "deny", "leave"})
ENDINGS = frozenset({"revoke", "disconnect", "expire", "delete"})
API_FAULTS = frozenset({*ANYWHERE, *IN_WALKS, "unauthorised", "expire_tokens"})
NO_TOKEN = tuple(place for place in PLACES if place[0] != "token")
"""Where 401 is about the token, and not about the key."""

_LIVES: dict[str, tuple[tuple[str, ...], Callable[[_Course, Deed], bool]]] = {
    "cancel": ((START,), _journey(lambda number: steps.Cancel(at=SCREENS[number % len(SCREENS)]))),  # type: ignore[arg-type]
    "deny": ((START,), _journey(lambda number: steps.Deny(at=SCREENS[number % 3]))),  # type: ignore[arg-type]
    "leave": ((START,), _journey(lambda number: steps.Leave(at=SCREENS[number % len(SCREENS)]))),  # type: ignore[arg-type]
    "confirm": ((), _confirm),
    "revoke": ((), _revoke),
    "disconnect": ((DISCONNECT,), _disconnect),
    "expire": ((), _expire),
    "consent_again": ((START,), _consent_again),
    "renew": ((START,), _renew),
    "amend": ((START,), _amend),
    "close_account": ((), _close_account),
    **{name: ((), _change(what, count)) for name, (what, count) in CHANGES.items()},
    "day": ((), _day),
    "outage": ((), _outage),
    "refresh": ((REFRESH,), _refresh),
    "delete": ((), _delete),
    "restart": ((COMMAND,), _restart),
}
_FAULTS: dict[str, Callable[[_Course, Deed], bool]] = {
    "expire_tokens": _expire_tokens,
    **{name: _fault(fault, PLACES, 2) for name, fault in ANYWHERE.items()},
    **{name: _fault(fault, places, 1) for name, (fault, places) in IN_WALKS.items()},
    "unauthorised": _fault(faults.Unauthorised(), NO_TOKEN, 1),
}
_DELIVERIES: dict[str, Callable[[_Course, Deed], bool]] = {
    "replay": _about_one(steps.Replay, first=True, cost=0),
    "retry": _about_one(steps.Retry, first=True),
    "lost_ack": _about_one(steps.LoseAcknowledgement),
    "twice_at_once": _about_one(lambda symbol: steps.Burst(symbol, copies=2)),
    "together": _all_due(steps.DeliverTogether()),
    "newest_first": _all_due(steps.Deliver(order="newest_first")),
    "late": _about_data(steps.LateRetry),
    "drop": _about_data(steps.Drop),
}
DOINGS: dict[str, Callable[[_Course, Deed], bool]] = {
    "hand_over": _hand_over,
    **{name: doing for name, (_, doing) in _LIVES.items()},
    **_FAULTS,
    **_DELIVERIES,
}
VERBS: dict[str, Verb] = {
    "hand_over": Verb(name="hand_over"),
    **{name: Verb(name=name, group=LIFE, needs=needs) for name, (needs, _) in _LIVES.items()},
    **{name: Verb(name=name, group=FAULT) for name in _FAULTS},
    **{name: Verb(name=name, group=DELIVERY) for name in _DELIVERIES},
}
"""Every verb; one without a group is as ordinary as a day."""


def possible(hooks: Iterable[str]) -> tuple[Verb, ...]:
    """The verbs for which the config gives what they need."""
    given = set(hooks)
    return tuple(verb for verb in VERBS.values() if verb.group and given.issuperset(verb.needs))
