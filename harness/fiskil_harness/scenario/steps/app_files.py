"""The step that collects what the app writes besides its log: its metrics as text, its alerts, its telemetry, its files."""

from contextlib import suppress
from typing import TYPE_CHECKING

from fiskil_harness.app.metrics import NO_END_USER
from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.errors import HookError, HookMissing
from fiskil_harness.journal import FileWritten, Reported
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


class CollectOutputs(PlainStep, frozen=True, kw_only=True, tag="collect_outputs"):
    """The app's metrics are read, with the alerts, telemetry and files that it has produced since the scenario began.

    Missing outputs leave no journal entry: metrics without ``app.observe.metrics``, and receivers that got no message. An
    output that cannot be read leaves an entry with the reason.
    """

    def perform(self, stage: "Stage") -> None:
        """Read each output once."""
        stamp = stage.journal.stamp()
        with suppress(HookMissing):
            text, problem = _metrics(stage)
            stage.journal.write(Reported(**stamp, place="metrics", text=text, problem=problem))
        for place, (sink, before) in stage.sinks.items():
            for message in sink.sent.since(before):
                stage.journal.write(Reported(**stamp, place=place, text=message.text, problem=message.problem))
        for written_file in stage.folder.written():
            stage.journal.write(
                FileWritten(
                    **stamp,
                    name=written_file.name,
                    text=written_file.text,
                    is_log=written_file.is_log,
                    problem=written_file.problem,
                )
            )


def _metrics(stage: "Stage") -> tuple[bytes, str]:
    """Return the body of the metrics hook's response, and the reason if it is not the metrics."""
    try:
        reply = stage.app.call(METRICS, NO_END_USER)
    except HookError as error:
        return b"", str(error).rstrip(".")
    if reply.status is None:
        return reply.body, f"{METRICS} did not respond: {reply.problem}"
    return reply.body, "" if 200 <= reply.status < 300 else f"{METRICS} returned {reply.status}"
