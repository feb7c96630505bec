"""The locustfile of a soak test: three kinds of simulated users, and what Locust's events mean for a worker.

Run it with ``fiskil-harness soak``, or with your own Locust after ``fiskil-harness soak --locustfile FILE``. The master, or
a single process, reads the plan from a file; workers get it from the master.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import gevent
import geventhttpclient
import msgspec
from gevent.event import AsyncResult
from locust import User, constant, events
from locust.runners import LocalRunner, MasterRunner, WorkerRunner

from fiskil_harness.core.version import version
from fiskil_harness.soak.load import PROBLEM_FILE
from fiskil_harness.soak.load.connection import Connection, Response
from fiskil_harness.soak.load.journey import Journey
from fiskil_harness.soak.load.roster import Roster
from fiskil_harness.soak.load.worker import WorkerLoad
from fiskil_harness.soak.plan import FOLDER_VARIABLE, PLAN_VARIABLE, SoakPlan, decoded

CONTROL_S = 60.0
MOST_PER_MESSAGE = 512 * 1024
IDLE_S = 0.5


class State:
    """The state of this process: the plan, and the load while it runs."""

    def __init__(self) -> None:
        self.environment: Any = None
        path = os.environ.get(PLAN_VARIABLE)
        self.plan: SoakPlan | None = decoded(Path(path).read_bytes()) if path else None
        self.load: WorkerLoad | None = None
        self.index = 0
        self.folder = Path(os.environ.get(FOLDER_VARIABLE) or tempfile.mkdtemp(prefix="fiskil-harness-soak-"))
        self.is_started = False
        self.drained: set[str] = set()
        self.roster = Roster(self.plan.workers if self.plan else 0, folder=self.folder)
        self.requests: dict[str, Any] = {}
        self.journeys = 0


STATE = State()


class Sender(User):
    """Base of the three kinds of users, each of which has one connection to the app."""

    abstract = True
    wait_time = constant(0)

    def on_start(self) -> None:
        """Have no connection yet, because a worker may not have the plan yet."""
        self.used: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The connection of this user, opened at the first use."""
        assert STATE.plan is not None
        if self.used is None:
            self.used = Connection(STATE.plan.target, timeout_s=STATE.plan.timeout_s)
        return self.used

    def on_stop(self) -> None:
        """Close the connection."""
        if self.used is not None:
            self.used.close()


def _deliver(user: Any) -> None:
    if STATE.load is None:
        gevent.sleep(IDLE_S / 10)
        return
    STATE.load.deliver_next(user.connection)


def _live(user: Any) -> None:
    load = STATE.load
    if load is None or not load.is_loading or not load.plan.lives:
        gevent.sleep(IDLE_S)
        return
    number, STATE.journeys = STATE.journeys, STATE.journeys + 1
    ref = f"soak-{load.plan.run_id}-{load.index}-{number}"
    load.journeys += 1
    try:
        Journey(load, user.connection, _perform, ref=ref).live(
            (number * load.plan.workers + load.index) % len(load.plan.lives)
        )
    finally:
        load.journeys -= 1


def _read(user: Any) -> None:
    load = STATE.load
    gevent.sleep(IDLE_S)
    if load is None or not load.is_loading or not load.plan.reads:
        return
    user.reads = getattr(user, "reads", 0) + 1
    planned = load.plan.reads[user.reads % len(load.plan.reads)]
    end_user = load.plan.end_users[user.reads * 7 % len(load.plan.end_users)]
    began = time.time()
    load.reads += 1
    try:
        response = user.connection.request(planned, end_user_ref=end_user.ref, end_user_id=end_user.end_user_id)
        load.note_request(planned.name, time.time() - began, response)
    finally:
        load.reads -= 1


class WebhookSource(Sender):
    """Delivers webhooks at the times of the plan."""

    tasks = [_deliver]


class EndUserJourney(Sender):
    """Is one new end user after the other."""

    # The master decides about the numbers of users; for Locust, a count of 0 would mean any number.
    fixed_count = STATE.plan.journeys if STATE.plan else 1
    abstract = not fixed_count
    tasks = [_live]


class DataReader(Sender):
    """Opens the app's pages and calls its hooks."""

    fixed_count = STATE.plan.readers if STATE.plan else 1
    abstract = not fixed_count
    tasks = [_read]


def _perform(request: dict[str, Any]) -> dict[str, Any]:
    """Change or read the sandbox: directly on its own machine, else through the master."""
    runner = STATE.environment.runner
    if not isinstance(runner, WorkerRunner) or _is_beside_master():
        return _post(request)
    number = f"{STATE.index}-{len(STATE.requests)}-{time.time()}"
    STATE.requests[number] = AsyncResult()
    runner.send_message("soak_control", {"number": number, "request": msgspec.json.encode(request)})
    try:
        return dict(STATE.requests[number].get(timeout=CONTROL_S))
    except gevent.Timeout:
        return {"problem": "the master did not respond"}
    finally:
        del STATE.requests[number]


def _post(request: dict[str, Any]) -> dict[str, Any]:
    assert STATE.plan is not None
    client = geventhttpclient.HTTPClient.from_url(STATE.plan.control_url, network_timeout=CONTROL_S)
    try:
        response = client.request("POST", "/", msgspec.json.encode(request), {"Content-Type": "application/json"})
        return dict(msgspec.json.decode(bytes(response.read())))
    except Exception as error:  # noqa: BLE001 - the run goes on without this journey
        return {"problem": f"{type(error).__name__}: {error}"}
    finally:
        client.close()


def _is_beside_master() -> bool:
    return STATE.plan is not None and STATE.plan.folder == str(STATE.folder)


def _on_init(environment: Any, **_: Any) -> None:
    STATE.environment = environment
    runner = environment.runner
    if STATE.plan is None and not isinstance(runner, WorkerRunner):
        _give_up("This locustfile needs a plan. Start the master with fiskil-harness soak --master.")
    if isinstance(runner, MasterRunner):
        runner.register_message("soak_drained", _on_drained)
        runner.register_message("soak_ledger", _on_ledger)
        runner.register_message("soak_control", _on_control, concurrent=True)
        runner.register_message("soak_hello", _on_hello)
    elif isinstance(runner, LocalRunner):
        runner.register_message("soak_drained", _on_drained)
    elif isinstance(runner, WorkerRunner):
        runner.register_message("soak_plan", _on_plan)
        runner.register_message("soak_control_done", _on_control_done)
        runner.send_message("soak_hello", {"version": version()})


def _on_hello(environment: Any, msg: Any, **_: Any) -> None:
    """Send the plan to a worker that is ready for it, unless it has another version or no place is free."""
    assert STATE.plan is not None
    if msg.data["version"] != STATE.plan.version:
        problem = (
            f"A worker has fiskil-harness {msg.data['version']}, and the master {STATE.plan.version}. "
            "Install the same version on both."
        )
        environment.runner.send_message("soak_plan", {"problem": problem}, client_id=msg.node_id)
        _give_up(problem)
        return
    index = STATE.roster.place_of(msg.node_id)
    if index is None:
        problem = f"The run has all of its {STATE.plan.workers} workers. Raise --expect-workers of the master to use more."
        environment.runner.send_message("soak_plan", {"problem": problem}, client_id=msg.node_id)
        return
    place = {"index": index, "plan": msgspec.json.encode(STATE.plan)}
    environment.runner.send_message("soak_plan", place, client_id=msg.node_id)


def _on_plan(msg: Any, **_: Any) -> None:
    """Take the plan, or the reason why there is none for this worker."""
    if "problem" in msg.data:
        _give_up(msg.data["problem"])
        return
    STATE.plan, STATE.index = decoded(msg.data["plan"]), msg.data["index"]
    _begin()


def _give_up(problem: str) -> None:
    """End this process with *problem*, which the command that started it shows."""
    (STATE.folder / PROBLEM_FILE).write_text(problem, encoding="utf-8")
    sys.stderr.write(problem + "\n")
    STATE.environment.process_exit_code = 2
    runner = STATE.environment.runner
    if runner is None or isinstance(runner, LocalRunner):
        raise SystemExit(2)
    gevent.spawn_later(0.2, runner.quit)


def _on_test_start(**_: Any) -> None:
    STATE.is_started = True
    _begin()


def _begin() -> None:
    """Begin the load once Locust has started the test and the plan has arrived."""
    runner = STATE.environment.runner
    if isinstance(runner, MasterRunner) or STATE.plan is None or STATE.load is not None or not STATE.is_started:
        return
    is_far = isinstance(runner, WorkerRunner) and not _is_beside_master()
    STATE.load = WorkerLoad(
        STATE.plan,
        index=STATE.index,
        folder=STATE.folder,
        on_request=_count,
        on_ledger=_ship if is_far else None,
        on_drained=lambda: runner.send_message("soak_drained", {"index": STATE.index}),
    )


def _on_test_stop(**_: Any) -> None:
    _close()


def _on_quitting(**_: Any) -> None:
    _close()


def _close() -> None:
    if STATE.load is not None:
        STATE.load.close()


def _count(kind: str, name: str, latency_s: float, response: Response) -> None:
    """Pass a request to Locust's statistics, with the latency from the intended time."""
    is_failure = not response.status or response.status >= 500
    STATE.environment.events.request.fire(
        request_type=kind,
        name=name,
        response_time=latency_s * 1000,
        response_length=len(response.body),
        exception=RuntimeError(response.problem or f"status {response.status}") if is_failure else None,
        context={},
    )


def _ship(name: str, offset: int, content: bytes) -> None:
    for start in range(0, len(content), MOST_PER_MESSAGE):
        part = content[start : start + MOST_PER_MESSAGE]
        STATE.environment.runner.send_message("soak_ledger", {"name": name, "offset": offset + start, "content": part})


def _on_ledger(msg: Any, **_: Any) -> None:
    """Store a part of the ledger of a worker on another machine."""
    STATE.roster.store(msg.node_id, msg.data["name"], msg.data["offset"], msg.data["content"])


def _on_drained(environment: Any, msg: Any, **_: Any) -> None:
    """End the run when every worker has sent everything."""
    STATE.drained.add(str(msg.data["index"]))
    runner = environment.runner
    assert STATE.plan is not None
    present = min(runner.worker_count, STATE.plan.workers) if isinstance(runner, MasterRunner) else 1
    if len(STATE.drained) >= present:
        gevent.spawn_later(0.1, runner.quit)


def _on_control(environment: Any, msg: Any, **_: Any) -> None:
    result = _post(msgspec.json.decode(msg.data["request"]))
    environment.runner.send_message(
        "soak_control_done", {"number": msg.data["number"], "result": msgspec.json.encode(result)}, client_id=msg.node_id
    )


def _on_control_done(msg: Any, **_: Any) -> None:
    waiting = STATE.requests.get(msg.data["number"])
    if waiting is not None:
        waiting.set(msgspec.json.decode(msg.data["result"]))


HOOKS: Any = events
HOOKS.init.add_listener(_on_init)
HOOKS.test_start.add_listener(_on_test_start)
HOOKS.test_stop.add_listener(_on_test_stop)
HOOKS.quitting.add_listener(_on_quitting)
