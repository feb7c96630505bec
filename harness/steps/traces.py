"""The step that takes up what the app leaves behind beside its log: its metrics as text, its alerts, and its files."""

from contextlib import suppress
from typing import TYPE_CHECKING

from harness.app.metrics import METRICS, NOBODY
from harness.errors import HookError, HookMissing
from harness.journal import Filed, Reported
from harness.steps.base import PlainStep

if TYPE_CHECKING:
    from harness.stage import Stage


class ReadTraces(PlainStep, frozen=True, kw_only=True, tag="read_traces"):
    """The app's metrics are read, with the alerts, the telemetry and the files that it has made since the scenario began.

    Metrics without a hook, or whose hook fails, and sinks that nothing came to leave no entry.
    """

    def perform(self, stage: "Stage") -> None:
        """Read each of them once."""
        stamp = stage.journal.stamp()
        with suppress(HookMissing, HookError):
            stage.journal.write(Reported(**stamp, place="metrics", text=stage.app.call(METRICS, NOBODY).body))
        for place, (sink, before) in stage.sinks.items():
            for sent in sink.sent[before:]:
                stage.journal.write(Reported(**stamp, place=place, text=sent))
        for one in stage.folder.written():
            stage.journal.write(Filed(**stamp, name=one.name, text=one.text, is_log=one.is_log, lack=one.lack))
