"""The retry schedule in sandbox time: which messages are due, acknowledged or lost."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from fiskil_harness.core.clauses import Choose, Interpretations
from fiskil_harness.core.clock import real_now
from fiskil_harness.core.config.webhook_format import SCHEMES_BY_INTERPRETATION, Dialect
from fiskil_harness.core.model import Event
from fiskil_harness.errors import UnknownName

ATTEMPTS = 5
BACKOFF_MINUTES = (1, 3, 6, 10, 10)


class ParcelState(Struct, frozen=True, kw_only=True):
    """The state of the deliveries of one event, which another process can continue."""

    attempts: int
    due_at: datetime | None
    is_acknowledged: bool


class Parcel:
    """An event to deliver: the number of attempts so far, and the time at which the next attempt is due."""

    def __init__(
        self, symbol: str, event: Event, interpretation: Choose, dialect: Callable[[], Dialect] | None = None
    ) -> None:
        self._dialect = dialect
        self._made_at: dict[int, datetime] = {}
        self.symbol = symbol
        self.event = event
        self.attempts = 0
        self.due_at: datetime | None = event.publish_time
        self.is_acknowledged = False
        self.interpretation = interpretation

    @property
    def state(self) -> ParcelState:
        """The state of the deliveries so far."""
        return ParcelState(attempts=self.attempts, due_at=self.due_at, is_acknowledged=self.is_acknowledged)

    def resume(self, state: ParcelState) -> None:
        """Continue from the deliveries of an earlier process."""
        self.attempts, self.due_at, self.is_acknowledged = state.attempts, state.due_at, state.is_acknowledged

    @property
    def participant(self) -> str:
        """Name of the participant to whom the event belongs: the symbol up to its last dot, or ""."""
        return self.symbol.rpartition(".")[0]

    @property
    def dialect(self) -> Dialect:
        """The signature scheme and payload format of the event's messages."""
        return (
            self._dialect()
            if self._dialect
            else Dialect(scheme=SCHEMES_BY_INTERPRETATION[self.interpretation("webhooks.signature")])
        )

    def made_at(self, number: int) -> datetime:
        """Return the real time of attempt *number*. The first call sets it to now, so that a replay has the same time."""
        return self._made_at.setdefault(number, real_now())

    @property
    def is_used_up(self) -> bool:
        """True if the last attempt of the schedule was made. Source: webhooks.attempts"""
        return self.attempts >= ATTEMPTS and self.attempts >= int(self.interpretation("webhooks.attempts"))

    @property
    def is_lost(self) -> bool:
        """True if every attempt was made without an acknowledgement."""
        return not self.is_acknowledged and self.is_used_up

    def next_attempt(self) -> int:
        """Count a new attempt and return its number. After the last attempt of the schedule, the number stays the same."""
        if not self.is_used_up:
            self.attempts += 1
        return self.attempts

    def settle(self, *, is_acknowledged: bool, now: datetime) -> None:
        """Record the result of an attempt and schedule the next. Source: webhooks.retry-schedule"""
        self.is_acknowledged = self.is_acknowledged or is_acknowledged
        if self.is_acknowledged or self.is_used_up:
            self.due_at = None
        else:
            self.due_at = now + timedelta(minutes=BACKOFF_MINUTES[self.attempts - 1])


class Outbox:
    """The events of a scenario, by symbol (their name in the scenario), with the state of their deliveries."""

    def __init__(self, interpretation: Choose | None = None, dialect: Callable[[], Dialect] | None = None) -> None:
        """Start empty.

        Args:
            interpretation: Returns the interpretation of the clause with a given id. Default: the best supported one.
            dialect: Returns the signature scheme and payload format. Default: Fiskil's, as *interpretation* requires.
        """
        self._interpretation = interpretation or Interpretations().of
        self._dialect = dialect
        self._parcels: dict[str, Parcel] = {}

    def add(self, symbol: str, event: Event) -> Parcel:
        """Add an event, whose first attempt is due at its publish time, and return its parcel."""
        parcel = Parcel(symbol, event, self._interpretation, self._dialect)
        self._parcels[symbol] = parcel
        return parcel

    def find(self, symbol: str) -> Parcel:
        """Return the parcel (event to deliver) with this symbol.

        Raises:
            UnknownName: There is no event with this symbol.
        """
        if symbol not in self._parcels:
            raise UnknownName("event", symbol, self._parcels)
        return self._parcels[symbol]

    def drop(self, symbol: str) -> None:
        """Drop an event, so that no further attempt to deliver it is made.

        Raises:
            UnknownName: There is no event with this symbol.
        """
        self.find(symbol).due_at = None

    def due(self, now: datetime) -> list[Parcel]:
        """Return the due events, sorted by publish time; with in-turn order, only the first. Source: webhooks.order"""
        return [parcel for parcel in self._unblocked() if parcel.due_at is not None and parcel.due_at <= now]

    def next_due_at(self, *, but: Collection[str] = ()) -> datetime | None:
        """Return the time of the next attempt; None if none is planned. Events whose symbols are in *but* are ignored."""
        planned = [parcel.due_at for parcel in self._unblocked() if parcel.due_at is not None and parcel.symbol not in but]
        return min(planned) if planned else None

    @property
    def is_in_turn(self) -> bool:
        """True if no message is sent until the previous message is acknowledged, or its attempts are used up."""
        return self._interpretation("webhooks.order") == "in-turn"

    def _unblocked(self) -> list[Parcel]:
        planned = [parcel for parcel in self._parcels.values() if parcel.due_at is not None]
        planned.sort(key=lambda parcel: (parcel.event.publish_time, parcel.event.event_id))
        return planned[:1] if len(planned) > 1 and self.is_in_turn else planned

    def __iter__(self) -> Iterator[Parcel]:
        """Yield the parcel of every event, in the order in which the events were added."""
        return iter(list(self._parcels.values()))

    def __len__(self) -> int:
        return len(self._parcels)
