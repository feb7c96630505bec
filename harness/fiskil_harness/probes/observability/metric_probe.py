"""Comparison of readings of the app's monitoring, to separate usual changes from changes because of a failure."""

import re
from collections.abc import Iterable
from itertools import pairwise

import msgspec
from msgspec import Struct

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.journal import (
    Entry,
    Journal,
    MonitoringReading,
    ProcessChanged,
    changed_samples,
    fallen_counters,
    possibly_changed_samples,
    risen_samples,
)
from fiskil_harness.journal.queries.pauses import is_promised
from fiskil_harness.probes.probe import Finding, Probe, Verdict

BASELINE = ("calm", "idle", "good")
NO_MONITORING = "the app shows no metrics, exports none to {otlp_url}, and gets no {alert_url}"
SEVERAL_PROCESSES = "{name} shows that each of several processes returns only its own metrics: return the sums of all"
USUAL_ALERTS = "only alerts of kinds that also occur without a failure came"
MAY_BE_DELAYED = "no metric changed, and an alert may be delayed: one came before, or the config gives no app.limits.alert_s"

FELL = "only metrics that fell changed both times: export a metric that rises with failures, such as a count of them"
_OF_FAILURES = re.compile(r"err|fail|5\d\d|refus|reject|retr|down|dead", re.IGNORECASE)

UNCERTAIN = "only metrics changed whose names may be the runtime's: begin the names of your own metrics with your app's name"


class Monitoring(Struct, frozen=True, kw_only=True):
    """The readings of the app's monitoring in one scenario.

    ``samples`` maps the time of a reading (``calm``, ``idle`` ...) to the reading. ``problem`` is the reason why no reading
    can be used, or ''. ``metrics_problem`` is the reason why the metrics cannot be used, although alerts can.
    ``has_deadline`` is False if the config does not set ``app.limits.alert_s``. ``forgotten_alerts`` is the number of alerts
    that the app sent before it was restarted for the readings; they can delay no later alert. ``mixed_counter`` is the name
    of a metric which shows that the readings are from several processes, or ''.
    """

    samples: dict[str, MonitoringReading]
    problem: str = ""
    metrics_problem: str = ""
    has_deadline: bool = True
    forgotten_alerts: int = 0
    mixed_counter: str = ""

    def usual_changes(self) -> set[str]:
        """Return the metrics that change while the app is idle or does ordinary work."""
        calm, idle, good = (self.samples[name] for name in BASELINE)
        return changed_samples(calm, idle) | changed_samples(idle, good)

    def new_changes(self, before: str, after: str) -> set[str]:
        """Return the metrics that changed between two readings, without those that also change usually."""
        return changed_samples(self.samples[before], self.samples[after]) - self.usual_changes()

    def without_second_failure(self) -> "Monitoring":
        """Return the readings as if the failure had not been repeated."""
        samples = {moment: reading for moment, reading in self.samples.items() if moment != "failing_again"}
        return msgspec.structs.replace(self, samples=samples)

    @property
    def has_second_failure(self) -> bool:
        """True if the failure was repeated after a time without failures."""
        return {"failing_again", "recovered_again", "over"} <= set(self.samples)

    def repeated_changes(self, before: str) -> tuple[set[str], set[str]]:
        """Return the metrics that rose, and those that fell, during both failures, without those that change usually."""
        windows = ((before, "failing"), (self._before_second(), "failing_again"))
        rose = [risen_samples(self.samples[begin], self.samples[end]) for begin, end in windows]
        fell = [risen_samples(self.samples[end], self.samples[begin]) for begin, end in windows]
        usual = self.usual_changes()
        return set.intersection(*rose) - usual, set.intersection(*fell) - usual

    def rises_without_failure(self, name: str) -> bool:
        """Return True if a metric also rises in a period without failures, well after each failure."""
        calm = [("recovered_again", "over")]
        if "slow_again" in self.samples:
            calm.append(("recovered", "slow_again"))
        return any(self.grown(name, begin, end) > 0 for begin, end in calm)

    def _before_second(self) -> str:
        return "slow_again" if "slow_again" in self.samples else "recovered"

    def has_uncertain_changes(self, before: str, after: str) -> bool:
        """Return True if a metric that may be the runtime's changed between two readings, and does not change usually."""
        calm, idle, good = (self.samples[name] for name in BASELINE)
        usual = possibly_changed_samples(calm, idle) | possibly_changed_samples(idle, good)
        return bool(possibly_changed_samples(self.samples[before], self.samples[after]) - usual)

    def alerts(self, before: str, after: str) -> int:
        """Return the number of alerts that came between two readings."""
        return self.samples[after].alerts - self.samples[before].alerts

    def is_alerted(self, before: str, after: str) -> bool:
        """Return True if an alert came between two readings, of a kind that does not occur without a failure."""
        kinds = set(self.samples[after].kinds)
        return bool(self.alerts(before, after)) and (not kinds or bool(kinds - self._usual_kinds()))

    def is_silence_alerted(self) -> bool:
        """Return True if an alert came while nothing was delivered, of a kind that does not occur with deliveries."""
        kinds = set(self.samples["idle"].kinds)
        return bool(self.alerts("calm", "idle")) and (not kinds or bool(kinds - set(self.samples["good"].kinds)))

    def has_only_usual_alerts(self, before: str, after: str) -> bool:
        """Return True if alerts came between two readings, all of kinds that also occur without a failure."""
        return bool(self.alerts(before, after)) and not self.is_alerted(before, after)

    def may_be_delayed(self, before: str) -> bool:
        """Return True if an alert about the failure may still come after the reading *before*.

        Either the app may limit the rate of its alerts, because it sent one before; or the config sets no deadline.
        """
        sample = self.samples[before]
        return sample.alerts > self.forgotten_alerts or (sample.is_configured and not self.has_deadline)

    def grown(self, name: str, before: str, after: str) -> float:
        """Return the growth of the metric *name* between two readings; a missing metric counts as 0."""
        return self._value(name, after) - self._value(name, before)

    def least_s(self, before: str, after: str) -> float:
        """Return the time from the end of the reading *before* to the begin of the reading *after*, in real seconds."""
        earlier, later = self.samples[before], self.samples[after]
        return (later.at_s if later.began_s is None else later.began_s) - earlier.at_s

    def most_s(self, before: str, after: str) -> float:
        """Return the time from the begin of the reading *before* to the end of the reading *after*, in real seconds."""
        earlier, later = self.samples[before], self.samples[after]
        return later.at_s - (earlier.at_s if earlier.began_s is None else earlier.began_s)

    def continuing_alerts(self) -> Verdict:
        """Return FAIL if alerts continue long after the failure, INCONCLUSIVE if the config sets no deadline, else PASS."""
        last = self.samples.get("over")
        if last is None or last.is_calm is not False:
            return Verdict.PASS
        return Verdict.FAIL if self.has_deadline else Verdict.INCONCLUSIVE

    def is_stable_again(self, name: str, before: str) -> bool:
        """Return True if a metric stops growing after the failure, or returns to its value in the reading *before*."""
        grown = [self.grown(name, "failing", "recovered")]
        if "over" in self.samples:
            grown.append(self.grown(name, "recovered", "over"))
        return min(grown) <= 0 or self.grown(name, before, "recovered") == 0

    def _usual_kinds(self) -> set[str]:
        return {kind for name in (*BASELINE, "refreshed") if name in self.samples for kind in self.samples[name].kinds}

    def _value(self, name: str, moment: str) -> float:
        return (self.samples[moment].samples or {}).get(name, 0.0)


def monitoring_of(journal: Journal, *needed: str) -> Monitoring:
    """Return the readings of the app's monitoring.

    Args:
        needed: Times of further required readings, in addition to calm, idle and good. If one is missing, ``problem`` is
            set.
    """
    samples: dict[str, MonitoringReading] = {monitors.moment: monitors for monitors in journal.all(MonitoringReading)}
    has_deadline = is_promised(journal, "alert_s")
    if any(moment not in samples for moment in (*BASELINE, *needed)):
        return Monitoring(samples=samples, problem="the app's monitoring was not read", has_deadline=has_deadline)
    problems = [sample.problem.rstrip(".") for sample in samples.values() if sample.problem]
    first = samples[BASELINE[0]]
    if not first.is_configured and (problems or first.samples is None):
        return Monitoring(samples=samples, problem=(problems or [NO_MONITORING])[0], has_deadline=has_deadline)
    metrics_problem = problems[0] if problems else ""
    if not metrics_problem and any(sample.samples is None for sample in samples.values()):
        metrics_problem = "no alert came, and the app has no metrics"
    killed_s = [changed.at_s for changed in journal.all(ProcessChanged) if changed.is_whole_kill]
    is_restarted = any(at_s <= first.at_s for at_s in killed_s)
    return Monitoring(
        samples=samples,
        metrics_problem=metrics_problem,
        has_deadline=has_deadline,
        forgotten_alerts=first.alerts if is_restarted else 0,
        mixed_counter=_mixed_counter(journal, sorted(samples.values(), key=lambda reading: reading.at_s)),
    )


def _mixed_counter(journal: Journal, readings: list[MonitoringReading]) -> str:
    changes_s = [changed.at_s for changed in journal.all(ProcessChanged)]
    fallen = {
        name
        for earlier, later in pairwise(readings)
        if not any(earlier.at_s < at_s <= later.at_s for at_s in changes_s)
        for name in fallen_counters(earlier, later)
    }
    return min(fallen, default="")


def is_repeated(monitoring: Monitoring, failures: Iterable[Entry]) -> bool:
    """Return True if one of the entries *failures* is from the second failure."""
    if not monitoring.has_second_failure:
        return False
    until_s = monitoring.samples["failing_again"].at_s
    since_s = max(reading.at_s for reading in monitoring.samples.values() if reading.at_s < until_s)
    return any(since_s < failure.at_s <= until_s for failure in failures)


class MonitoringProbe(Probe, frozen=True, kw_only=True):
    """Base of the monitoring probes: passes on an alert, or on a metric that changes only during the failure.

    The methods have the parameters *failure*, which describes the failure ("calls to the API failed"), and *before*, the
    name of the last reading before the failure.
    """

    observes = (METRICS,)

    def judge(self, monitoring: Monitoring, *, failure: str, before: str, examined: int) -> Finding:
        """Return the finding about the failure, from alerts or, if no alert came, from metrics."""
        if monitoring.continuing_alerts() is Verdict.FAIL:
            return self.fails("alerts continue long after the failure ended")
        if monitoring.continuing_alerts() is Verdict.INCONCLUSIVE:
            return self.inconclusive("alerts continue after the failure ended, and the config gives no app.limits.alert_s")
        return self.from_alerts(
            monitoring, failure=failure, before=before, after="failing", examined=examined
        ) or self._from_metrics(monitoring, failure=failure, before=before, examined=examined)

    def from_alerts(self, monitoring: Monitoring, *, failure: str, before: str, after: str, examined: int) -> Finding | None:
        """Return the finding if an alert came or metrics are unavailable; None if metrics must decide."""
        if monitoring.is_alerted(before, after):
            return self.passes(f"an alert arrived while {failure}", examined=examined)
        return self.inconclusive(monitoring.metrics_problem, hook=METRICS) if monitoring.metrics_problem else None

    def fails_for(self, monitoring: Monitoring, observed: str) -> Finding:
        """Return a FAIL. If each of several processes returns only its own metrics, the result is INCONCLUSIVE."""
        return self.from_mixture(monitoring) or self.fails(observed)

    def from_mixture(self, monitoring: Monitoring) -> Finding | None:
        """Return INCONCLUSIVE if each of several processes returns only its own metrics, else None."""
        if monitoring.mixed_counter:
            return self.inconclusive(SEVERAL_PROCESSES.format(name=monitoring.mixed_counter), hook=METRICS)
        return None

    def _from_metrics(self, monitoring: Monitoring, *, failure: str, before: str, examined: int) -> Finding:
        """Return the finding from metrics; if the failure was repeated, the same metric must rise both times."""
        if not monitoring.has_second_failure or not monitoring.new_changes(before, "failing"):
            return self._from_changes(monitoring, failure=failure, before=before, examined=examined)
        rose, fell = monitoring.repeated_changes(before)
        causal = [name for name in rose if not monitoring.rises_without_failure(name)]
        if causal:
            # A name that speaks of failures is the most helpful one.
            name = min(causal, key=lambda name: (_OF_FAILURES.search(name) is None, name))
            return self.passes(f"{name} rose both times while {failure}", examined=examined)
        if rose:
            return self.fails_for(monitoring, f"a metric changed while {failure}, and continues to change after the failure")
        if fell:
            return self.inconclusive(FELL, hook=METRICS)
        return self.fails_for(monitoring, f"{failure} twice, but no metric rose both times")

    def _from_changes(self, monitoring: Monitoring, *, failure: str, before: str, examined: int) -> Finding:
        """Return the finding from the metrics that changed during the first failure."""
        changes = monitoring.new_changes(before, "failing")
        if not changes and monitoring.has_only_usual_alerts(before, "failing"):
            return self.inconclusive(USUAL_ALERTS, hook=METRICS)
        if not changes and monitoring.may_be_delayed(before):
            return self.inconclusive(MAY_BE_DELAYED, hook=METRICS)
        if not changes and monitoring.has_uncertain_changes(before, "failing"):
            return self.inconclusive(UNCERTAIN, hook=METRICS)
        if not changes:
            return self.fails_for(monitoring, f"{failure}, but nothing in the app's monitoring changed")
        if "recovered" in monitoring.samples and not any(monitoring.is_stable_again(name, before) for name in changes):
            return self.fails_for(monitoring, f"a metric changed while {failure}, and continues to change after the failure")
        return self.passes(f"a metric changed while {failure} that ordinary work does not change", examined=examined)
