"""A profile by cause: for what the scenarios of an app wait, and how much processor time they need.

    python -m benchmarks.waiting                           the reference app, every fourth scenario of its gate
    python -m benchmarks.waiting --gallery no_dedupe --fast
    python -m benchmarks.waiting --config ../shop/fiskil-harness.toml --every 8
    python -m benchmarks.waiting --receiver http://127.0.0.1:8000/webhooks/fiskil --secret-env FISKIL_WEBHOOK_SECRET

One worker plays the scenarios one after another, as each worker of a gate does. A thread looks every few milliseconds at
the calls in which the worker is, and counts the time for the cause of the innermost call that has one. Compare the shares:
absolute times are valid for that machine only.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from fiskil_harness.cli.receiver_arguments import receiver_settings
from fiskil_harness.cli.runs import load_settings
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.given import is_in_config
from fiskil_harness.gate.shards import plan
from fiskil_harness.runner.session import run_order
from fiskil_harness.runner.worker import Worker
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.selection import receiver_scenarios

SAMPLE_EVERY_S = 0.004
CAUSES = {
    ("app/idle.py", "_had_full_time"): "idle: full time",
    ("app/idle.py", "wait"): "idle",
    ("app/idle.py", "wait_for_no_request"): "no API request",
    ("app/process.py", "start"): "start of the app",
    ("app/process.py", "stop"): "end of the app",
    ("app/process.py", "kill"): "end of the app",
    ("app/hooks.py", "call"): "response to a hook",
    ("webhooks/sender.py", "_send_together"): "response to a delivery",
    ("webhooks/sender.py", "deliver"): "pause before a repeated delivery",
    ("runner/late_states.py", "changes_late"): "late state",
    ("runner/app_output.py", "record"): "late log lines",
    ("runner/driver.py", "_outcome"): "evaluation",
    ("probes/evaluation.py", "findings"): "evaluation",
    ("runner/worker.py", "redact_tree"): "evaluation",
    ("runner/worker.py", "_story_and_pictures"): "evaluation",
    ("runner/driver.py", "_open_local_fiskil"): "start of the sandbox",
}
"""The cause of the time that is spent in a function of a module; the innermost call that has a cause counts."""
STEPS = "scenario/steps/"


class Profile:
    """The seconds of one thread by cause; see ``CAUSES``."""

    def __init__(self) -> None:
        self.by_cause, self.by_step = Counter[str](), Counter[str]()
        self._thread_id = threading.get_ident()
        self._is_over = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "Profile":
        """Begin to sample the thread that calls this."""
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop sampling."""
        self._is_over.set()
        self._sampler.join()

    def _sample(self) -> None:
        before = time.monotonic()
        while not self._is_over.wait(SAMPLE_EVERY_S):
            frame = sys._current_frames().get(self._thread_id)
            now = time.monotonic()
            cause, step = _cause_of(frame)
            self.by_cause[cause] += now - before  # type: ignore[assignment]
            self.by_step[step] += now - before  # type: ignore[assignment]
            before = now


def _cause_of(frame: FrameType | None) -> tuple[str, str]:
    """Return the cause of the innermost call that has one, and the step that makes it, with the line of the step."""
    cause, step = "", ""
    while frame is not None:
        module, _, name = frame.f_code.co_filename.rpartition("fiskil_harness/")[2], "", frame.f_code.co_name
        if not cause and (module, name) in CAUSES:
            cause = CAUSES[module, name]
        if cause in {"idle", "response to a hook"} and (module, name) == ("app/idle.py", "wait"):
            cause = _idle_cause(frame)
        if not step and module.startswith(STEPS):
            step = f"{module.removeprefix(STEPS)}:{frame.f_lineno}"
        if (module, name) == ("runner/driver.py", "_settle"):
            step = step or "after the last step"
        frame = frame.f_back
    return cause or ("in a step" if step else "rest"), f"{step or 'between scenarios'}  {cause}"


def _idle_cause(frame: FrameType) -> str:
    """Return the meaning of the report at which a wait for an idle app stands."""
    watch = frame.f_locals.get("watch")
    if watch is None:
        return "idle: first report"
    disturbed = ", disturbed" if frame.f_locals["is_disturbed"] else ""
    return f"idle: {watch.meaning}{disturbed}"


def measured(scenarios: Sequence[Scenario], settings: Settings, *, seed: int, per_scenario: bool) -> None:
    """Play *scenarios* and print the profile."""
    elapsed, times = time.monotonic, os.times
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(settings, seed=seed, folder=Path(folder) / "worker")
        before, begun = times(), elapsed()
        with Profile() as profile:
            for scenario in scenarios:
                scenario_begun = elapsed()
                played = worker.play(scenario)
                if per_scenario:
                    print(f"{elapsed() - scenario_begun:7.2f} s  {scenario.name} {played.outcome.verdict}", flush=True)
            worker.close()
        wall_s, after = elapsed() - begun, times()
    own_s = after.user + after.system - before.user - before.system
    app_s = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"{len(scenarios)} scenarios in {wall_s:.1f} s; processor: harness {own_s:.1f} s, app {app_s:.1f} s; ", end="")
    print(f"load {os.getloadavg()[0]:.1f}; share of waiting {1 - (own_s + app_s) / wall_s:.0%}")
    for title, seconds in (("by cause", profile.by_cause), ("by step and cause", profile.by_step)):
        print(f"\n{title}")
        for name, spent_s in seconds.most_common(25):
            print(f"  {spent_s:7.1f} s  {spent_s / wall_s:4.0%}  {name}")


def main() -> None:
    """Measure the app that the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gallery", help="an app of the gallery (default: the reference app)")
    parser.add_argument("--config", type=Path)
    parser.add_argument("--receiver", help="the URL of a running receiver")
    parser.add_argument("--secret-env", default="FISKIL_WEBHOOK_SECRET")
    parser.add_argument("--effects")
    parser.add_argument("--uses-events", nargs="*", default=[])
    parser.add_argument("--fast", action="store_true", help="only the scenarios of a fast gate")
    parser.add_argument("--every", type=int, help="play each n-th scenario (default: 4 of a gate, else 1)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--per-scenario", action="store_true")
    given = parser.parse_args()
    if given.receiver:
        settings = receiver_settings(given.receiver, given.secret_env, given.effects, given.uses_events, None)
        scenarios: Sequence[Scenario] = receiver_scenarios("all", is_heavy=False)
    else:
        gallery = given.gallery or (None if given.config else "reference_app")
        settings = load_settings(given.config, gallery)
        scenarios = plan(settings, is_fast=given.fast, is_all_interpretations=False).scenarios
    playable = [each for each in scenarios if all(is_in_config(settings, hook) for hook in each.needs)]
    every = given.every or (1 if given.fast or given.receiver else 4)
    measured(run_order(playable, settings)[::every], settings, seed=given.seed, per_scenario=given.per_scenario)


if __name__ == "__main__":
    main()
