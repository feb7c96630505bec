"""The step in which messages about one end user arrive while the API fails for others."""

import json
import threading
from collections.abc import Callable

import httpx

from fiskil_harness.journal import Exchange, HookCall, IsolationRound
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, Values, feed_settings

Drive = Callable[..., Driver]
STEPS = (
    steps.AuthoriseEach(3),
    steps.DropAll(),
    steps.Sync("transactions", twin="p2"),
    steps.DeliverBesideFailingReads(failing=("p2",), bystander="p3"),
)
EVENTS = {"app": {"facts": {"datasets": ["transactions"], "uses_events": ["banking.transactions.sync.completed"]}}}


class Reading(Feed):
    """A feed that reads in its own thread when a message arrives, and repeats a failing read every 50 ms."""

    ignored = ""

    def start(self, values: Values) -> str:
        """Begin to serve."""
        self.has_stopped = threading.Event()
        return super().start(values)

    def stop(self) -> None:
        """End the threads."""
        self.has_stopped.set()
        super().stop()

    def receive(self, body: bytes) -> None:
        """Read unless the message is about the customer that the app ignores."""
        event = json.loads(body)["data"]
        end_user_id = event["end_user_id"]
        ref = next(ref for ref, known_id in self.end_users.items() if known_id == end_user_id)
        if "transactions" in event["event"] and ref.rpartition("-")[2] != self.ignored:
            threading.Thread(target=self._read, args=({"end_user_ref": ref},), daemon=True).start()

    def _read(self, values: Values) -> None:
        while not self.has_stopped.wait(0.05):
            try:
                self.refresh(values)
            except httpx.HTTPError:
                continue
            return
