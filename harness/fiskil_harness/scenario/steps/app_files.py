"""The step that collects the app's outputs other than its log: metrics as text, alerts, telemetry and files."""

from contextlib import suppress
from typing import TYPE_CHECKING

from fiskil_harness.app.metrics import NO_END_USER
from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.errors import HookError, HookMissing
from fiskil_harness.journal import FileWritten, Reported
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


class CollectOutputs(Step, frozen=True, kw_only=True, tag="collect_outputs"):
    """The app's metrics are read, with the alerts, telemetry and files that it has produced since the scenario began.

    An output that the app does not produce, or metrics without the hook ``app.observe.metrics``, leave no journal entry. An
    output that cannot be read leaves an entry with the reason.
    """

    def perform(self, stage: "Stage") -> None:
        """Read each output once."""
        collect_outputs(stage)


def collect_outputs(stage: "Stage", *, is_logs_only: bool = False) -> None:
    """Record the app's metrics, and the alerts, telemetry and files that it has produced since the scenario began.

    Args:
        is_logs_only: True leaves out files that are no logs, such as databases.
    """
    with suppress(HookMissing):
        text, problem = _metrics(stage)
        stage.record(Reported, place="metrics", text=text, problem=problem)
    for place, (sink, before) in stage.sinks.items():
        for message in sink.sent.since(before):
            stage.record(Reported, place=place, text=message.text, problem=message.problem)
    for file in stage.folder.written(is_logs_only=is_logs_only):
        stage.record(FileWritten, name=file.name, text=file.text, is_log=file.is_log, problem=file.problem)


def _metrics(stage: "Stage") -> tuple[bytes, str]:
    """Return the body of the metrics hook's response, and the reason if the hook failed ("" if it succeeded)."""
    try:
        reply = stage.app.call(METRICS, NO_END_USER)
    except HookError as error:
        return b"", str(error).rstrip(".")
    if reply.status is None:
        return reply.body, f"{METRICS} did not respond: {reply.problem}"
    return reply.body, "" if 200 <= reply.status < 300 else f"{METRICS} returned {reply.status}"
