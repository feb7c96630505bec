"""A worker's part of a run: sends its slots at their times, and keeps the ledger.

Open loop: the times of the slots are fixed before the run. Locust's users take due deliveries from one queue. If all of them
are busy because the app is slow, deliveries wait, and their latency still counts from the intended time.
"""

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import gevent
from gevent.queue import Empty, SimpleQueue
from msgspec import structs

from fiskil_harness.soak.ledger import SUFFIX, Closed, LedgerFile, Lived, Opened, Reply, Request, Sent
from fiskil_harness.soak.load.connection import Connection, Response
from fiskil_harness.soak.load.queue import DueQueue
from fiskil_harness.soak.load.source import Delivery, MessageSource
from fiskil_harness.soak.plan import SoakPlan
from fiskil_harness.soak.shapes import Phase

SYNC_EVERY_S = 1.0
LONGEST_SLEEP_S = 0.1
TAKE_S = 0.5
DRAINING = "after the load"
MOST_WAITING = 4000
"""The most due deliveries that wait for a free user; later slots stay in the plan until there is room."""

OnRequest = Callable[[str, str, float, Response], None]
"""Called with the kind and the name of a request, its latency in seconds, and the response."""
Send = Callable[[str, str, bytes, Iterable[tuple[str, str]]], Response]


class WorkerLoad:
    """The load of one worker process."""

    def __init__(
        self,
        plan: SoakPlan,
        *,
        index: int,
        folder: Path,
        on_request: OnRequest,
        on_ledger: Callable[[str, int, bytes], None] | None = None,
        on_drained: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare the load.

        Args:
            index: The number of the worker, from 0.
            folder: The folder for the ledger.
            on_request: Passes each request to Locust's statistics.
            on_ledger: Gets the ledger's name, an offset and new bytes, for a worker on another machine.
            on_drained: Called once when every slot, retry, journey and read is done, and the ledger is closed.
        """
        self.plan = plan
        self.name = f"worker-{index}"
        self.index = index
        self.began_at = time.time()
        self._on_request, self._on_ledger, self._on_drained = on_request, on_ledger, on_drained
        self.ledger = LedgerFile(folder / f"{self.name}{SUFFIX}")
        self.ledger.write(Opened(self.name, plan.run_id, self.began_at))
        self.source = MessageSource(plan, self.name, began_at=self.began_at)
        self._timetable = plan.timetable()
        self._queue = DueQueue(self.source, self._timetable.slots_of(index, plan.workers))
        self._ready: SimpleQueue = SimpleQueue()
        self._in_flight = 0
        self._shipped = 0
        self.journeys = self.reads = 0
        """The numbers of journeys and of other requests in progress."""
        self._is_closed = False
        self._helpers = [gevent.spawn(self._dispatch), gevent.spawn(self._keep)]

    def now_s(self) -> float:
        """Return the seconds since the start of the load."""
        return time.time() - self.began_at

    def phase(self) -> Phase:
        """Return the present phase."""
        now_s = self.now_s()
        for phase in self._timetable.phases:
            if now_s < phase.end_s:
                return phase
        return structs.replace(self._timetable.phases[-1], name=DRAINING)

    @property
    def is_loading(self) -> bool:
        """True until the planned end of the load."""
        return self.now_s() < self.plan.duration_s

    def deliver_next(self, connection: Connection) -> None:
        """Send the next due delivery, or wait a moment if there is none."""
        try:
            delivery = self._ready.get(timeout=TAKE_S)
        except Empty:
            return
        self.deliver(delivery, connection)

    def enqueue(self, delivery: Delivery) -> None:
        """Add a delivery that is not in the plan."""
        self._queue.add(delivery)

    def deliver(self, delivery: Delivery, connection: Connection) -> Reply:
        """Make one attempt, record it, and schedule the next one if the message needs it."""
        number = self.ledger.next_number()
        intended_at = self.began_at + delivery.due_s
        self._in_flight += 1
        self.ledger.write(
            Sent(
                number,
                intended_at,
                delivery.event.message_id,
                delivery.event.end_user_id,
                delivery.origin,
                delivery.how,
                delivery.phase,
                delivery.event.kind,
                delivery.attempt,
                len(delivery.body),
            )
        )
        try:
            response = self._send_of(delivery, connection)(
                delivery.method, self.plan.target.webhook_path, delivery.body, delivery.headers
            )
            latency_s = time.time() - intended_at
            reply = Reply(number, response.status, latency_s, response.took_s, response.retry_after, response.problem)
            self.ledger.write(reply)
        finally:
            self._in_flight -= 1
        self._on_request("webhook", delivery.origin, latency_s, response)
        following = self.source.after(delivery, reply, now_s=self.now_s(), phase=self.phase())
        if following is not None:
            self._queue.add(following)
        return reply

    def _send_of(self, delivery: Delivery, connection: Connection) -> Send:
        """Return how to send a delivery.

        A forger has a connection of its own. A server that leaves the body of a refused request unread may take it for the
        next request, which must not be a genuine one.
        """
        if not delivery.reads_response and not self.plan.target.is_tls:
            return connection.send_and_leave
        return connection.send_alone if delivery.origin == "forged" else connection.send

    def note_request(self, name: str, latency_s: float, response: Response) -> None:
        """Record a request that is no delivery."""
        at, phase = time.time(), self.phase().name
        self.ledger.write(Request(at, name, phase, response.status, latency_s, response.retry_after, response.problem))
        self._on_request("request", name, latency_s, response)

    def note_life(self, end_user_id: str, life: int, *, is_complete: bool, ref: str) -> None:
        """Record an end user who was connected during the load."""
        self.ledger.write(Lived(end_user_id, life, is_complete, ref))

    def close(self) -> None:
        """Stop sending, and close the ledger."""
        if self._is_closed:
            return
        self._is_closed = True
        gevent.killall([helper for helper in self._helpers if helper is not gevent.getcurrent()])
        self.ledger.write(Closed(time.time(), self._queue.left() + self._ready.qsize()))
        self._ship()
        self.ledger.close()

    def _dispatch(self) -> None:
        """Move deliveries to the users when their time has come, and close the ledger when everything is done.

        The master ends the run after ``on_drained``, and does not wait for a part of the ledger that is sent later.
        """
        while True:
            room = self._ready.qsize() < MOST_WAITING
            if room:
                for delivery in self._queue.take_due(self.now_s()):
                    self._ready.put(delivery)
            due_s = self._queue.next_due_s()
            is_busy = self._ready.qsize() or self._in_flight or self.journeys or self.reads
            if due_s is None and not is_busy and not self.is_loading:
                self.close()
                self._on_drained()
                return
            wait_s = LONGEST_SLEEP_S if due_s is None or not room else due_s - self.now_s()
            gevent.sleep(min(max(wait_s, 0.001), LONGEST_SLEEP_S))

    def _keep(self) -> None:
        """Force the ledger to the disk once a second, in a thread, because that blocks."""
        while True:
            gevent.sleep(SYNC_EVERY_S)
            gevent.get_hub().threadpool.apply(self.ledger.sync)
            self._ship()

    def _ship(self) -> None:
        """Send what was added to the ledger to the master, if this worker is on another machine."""
        if self._on_ledger is None:
            return
        with self.ledger.path.open("rb") as source:
            source.seek(self._shipped)
            content = source.read()
        if content:
            self._on_ledger(self.ledger.path.name, self._shipped, content)
            self._shipped += len(content)
