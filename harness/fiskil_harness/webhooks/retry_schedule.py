"""The retry schedule on the virtual clock: what is due, what was acknowledged, what is lost."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta

from fiskil_harness.core.clauses import Choose, Interpretations
from fiskil_harness.core.clock import real_now
from fiskil_harness.core.config.webhook_format import SCHEMES_BY_INTERPRETATION, Dialect
from fiskil_harness.core.model import Event
from fiskil_harness.errors import UnknownName

ATTEMPTS = 5
BACKOFF_MINUTES = (1, 3, 6, 10, 10)


class Parcel:
    """One event on its way: how often it was tried and when it is due next."""

    def __init__(self, symbol: str, event: Event, reading: Choose, dialect: Callable[[], Dialect] | None = None) -> None:
        self._dialect = dialect
        self._made_at: dict[int, datetime] = {}
        self.symbol = symbol
        self.event = event
        self.attempts = 0
        self.due_at: datetime | None = event.publish_time
        self.is_acknowledged = False
        self.reading = reading

    @property
    def dialect(self) -> Dialect:
        """How its messages are signed and worded."""
        return (
            self._dialect()
            if self._dialect
            else Dialect(scheme=SCHEMES_BY_INTERPRETATION[self.reading("webhooks.signature")])
        )

    def made_at(self, number: int) -> datetime:
        """The real time of the attempt of that number; asked again, it is the same, as a replay's is."""
        return self._made_at.setdefault(number, real_now())

    @property
    def is_used_up(self) -> bool:
        """Whether the last attempt of the schedule was made. Source: webhooks.attempts"""
        return self.attempts >= ATTEMPTS and self.attempts >= int(self.reading("webhooks.attempts"))

    @property
    def is_lost(self) -> bool:
        """Whether every attempt was used up without an acknowledgement."""
        return not self.is_acknowledged and self.is_used_up

    def next_attempt(self) -> int:
        """Count an attempt and return its number; numbers stop at the last one of the schedule."""
        if not self.is_used_up:
            self.attempts += 1
        return self.attempts

    def settle(self, *, is_acknowledged: bool, now: datetime) -> None:
        """Note an attempt's result and plan the next. Source: webhooks.retry-schedule"""
        self.is_acknowledged = self.is_acknowledged or is_acknowledged
        if self.is_acknowledged or self.is_used_up:
            self.due_at = None
        else:
            self.due_at = now + timedelta(minutes=BACKOFF_MINUTES[self.attempts - 1])


class Outbox:
    """Every event of the scenario under its symbol."""

    def __init__(self, reading: Choose | None = None, dialect: Callable[[], Dialect] | None = None) -> None:
        """Start empty; *reading* tells which reading of a doubtful clause rules (default: the best supported).

        *dialect* tells how messages are signed and worded (default: as Fiskil does, by the reading that rules).
        """
        self._reading = reading or Interpretations().of
        self._dialect = dialect
        self._parcels: dict[str, Parcel] = {}

    def add(self, symbol: str, event: Event) -> Parcel:
        """Take an event in; it is due at once."""
        parcel = Parcel(symbol, event, self._reading, self._dialect)
        self._parcels[symbol] = parcel
        return parcel

    def find(self, symbol: str) -> Parcel:
        """The parcel called *symbol*."""
        if symbol not in self._parcels:
            raise UnknownName("event", symbol, self._parcels)
        return self._parcels[symbol]

    def drop(self, symbol: str) -> Parcel:
        """Let an event get lost on the way: no attempt will be made any more."""
        parcel = self.find(symbol)
        parcel.due_at = None
        return parcel

    def due(self, now: datetime) -> list[Parcel]:
        """What is due, by publish time; perhaps only what nothing earlier holds up. Source: webhooks.order"""
        return [parcel for parcel in self._free() if parcel.due_at is not None and parcel.due_at <= now]

    def next_due_at(self, *, but: Collection[str] = ()) -> datetime | None:
        """When the next attempt is due, if one is planned; events named in *but* are left out."""
        planned = [parcel.due_at for parcel in self._free() if parcel.due_at is not None and parcel.symbol not in but]
        return min(planned) if planned else None

    @property
    def is_in_turn(self) -> bool:
        """Whether a message waits until the one before it is settled."""
        return self._reading("webhooks.order") == "in-turn"

    def _free(self) -> list[Parcel]:
        planned = [parcel for parcel in self._parcels.values() if parcel.due_at is not None]
        planned.sort(key=lambda parcel: (parcel.event.publish_time, parcel.event.event_id))
        return planned[:1] if len(planned) > 1 and self.is_in_turn else planned

    def __iter__(self) -> Iterator[Parcel]:
        """Every parcel, in the order in which they were added."""
        return iter(list(self._parcels.values()))

    def __len__(self) -> int:
        return len(self._parcels)
