"""The step that takes up what the app leaves behind beside its log: its metrics as text, its alerts, and its files."""

from contextlib import suppress
from typing import TYPE_CHECKING

from fiskil_harness.app.metrics import NO_END_USER
from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.errors import HookError, HookMissing
from fiskil_harness.journal import Filed, Reported
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Stage


class CollectOutputs(PlainStep, frozen=True, kw_only=True, tag="collect_outputs"):
    """The app's metrics are read, with the alerts, the telemetry and the files that it has made since the scenario began.

    Metrics without a hook, and sinks that nothing came to leave no entry. What could not be read leaves one that says so.
    """

    def perform(self, stage: "Stage") -> None:
        """Read each of them once."""
        stamp = stage.journal.stamp()
        with suppress(HookMissing):
            text, problem = _metrics(stage)
            stage.journal.write(Reported(**stamp, place="metrics", text=text, problem=problem))
        for place, (sink, before) in stage.sinks.items():
            for sent in sink.sent.since(before):
                stage.journal.write(Reported(**stamp, place=place, text=sent.text, problem=sent.problem))
        for written_file in stage.folder.written():
            stage.journal.write(
                Filed(
                    **stamp,
                    name=written_file.name,
                    text=written_file.text,
                    is_log=written_file.is_log,
                    problem=written_file.problem,
                )
            )


def _metrics(stage: "Stage") -> tuple[bytes, str]:
    """What the hook answers, and why that is not what the metrics show."""
    try:
        reply = stage.app.call(METRICS, NO_END_USER)
    except HookError as error:
        return b"", str(error).rstrip(".")
    if reply.status is None:
        return reply.body, f"{METRICS} did not answer: {reply.trouble}"
    return reply.body, "" if 200 <= reply.status < 300 else f"{METRICS} answered {reply.status}"
