"""Interpretations of the app's monitoring, compared: what moves anyway, and what moved because something went wrong."""

from msgspec import Struct

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.journal import Journal, Limits, Monitors, moved, moved_perhaps
from fiskil_harness.probes.probe import PlainProbe

ORDINARY = ("calm", "idle", "good")
NOTHING = "the app shows no metrics, exports none to {otlp_url}, and is told of no {alert_url}"
ALIKE = "the alerts that came are like those of good times"
MAY_BE_HELD_BACK = (
    "no metric shows it, and an alert may be held back: one came before, or the config gives no app.limits.alert_s"
)

UNCERTAIN = "nothing moved but what may be the runtime's by its name: names of your own metrics should begin with your app's"


class Watched(Struct, frozen=True, kw_only=True):
    """The samples of one scenario, by moment.

    ``lack`` says why nothing can be told from them, ``blind`` why nothing can be told from metrics: alerts may still do.
    """

    samples: dict[str, Monitors]
    problem: str = ""
    blind: str = ""
    has_deadline: bool = True

    def usual_changes(self) -> set[str]:
        """What moves in an idle stretch or by ordinary work."""
        calm, idle, good = (self.samples[name] for name in ORDINARY)
        return moved(calm, idle) | moved(idle, good)

    def new_changes(self, before: str, after: str) -> set[str]:
        """What moved between two samples and does not move otherwise."""
        return moved(self.samples[before], self.samples[after]) - self.usual_changes()

    def has_uncertain_changes(self, before: str, after: str) -> bool:
        """Whether something moved that may be the runtime's, and does not move otherwise."""
        calm, idle, good = (self.samples[name] for name in ORDINARY)
        usual = moved_perhaps(calm, idle) | moved_perhaps(idle, good)
        return bool(moved_perhaps(self.samples[before], self.samples[after]) - usual)

    def alerts(self, before: str, after: str) -> int:
        """How many alerts came in between."""
        return self.samples[after].alerts - self.samples[before].alerts

    def is_alerted(self, before: str, after: str) -> bool:
        """Whether an alert came in between of a kind that does not come in good times: a sign of life is none."""
        kinds = set(self.samples[after].kinds)
        return bool(self.alerts(before, after)) and (not kinds or bool(kinds - self._usual_kinds()))

    def is_missed(self) -> bool:
        """Whether an alert came in the silent stretch of a kind that does not come with deliveries."""
        kinds = set(self.samples["idle"].kinds)
        return bool(self.alerts("calm", "idle")) and (not kinds or bool(kinds - set(self.samples["good"].kinds)))

    def is_alike(self, before: str, after: str) -> bool:
        """Whether all alerts in between were of kinds that come in good times as well."""
        return bool(self.alerts(before, after)) and not self.is_alerted(before, after)

    def may_be_held_back(self, before: str) -> bool:
        """Whether an alert may come that has not: one came before, and some come rarely, or no time is promised."""
        reading = self.samples[before]
        return bool(reading.alerts) or (reading.is_configured and not self.has_deadline)

    def grown(self, name: str, before: str, after: str) -> float:
        """By how much a sample grew."""
        return self._value(name, after) - self._value(name, before)

    def least_s(self, before: str, after: str) -> float:
        """How long it was at least from what one reading shows to what another does, in real seconds."""
        earlier, later = self.samples[before], self.samples[after]
        return (later.at_s if later.began_s is None else later.began_s) - earlier.at_s

    def most_s(self, before: str, after: str) -> float:
        """How long it was at most."""
        earlier, later = self.samples[before], self.samples[after]
        return later.at_s - (earlier.at_s if earlier.began_s is None else earlier.began_s)

    def goes_on(self) -> Verdict:
        """FAIL where alerts go on long after everything is well; INCONCLUSIVE where nobody has promised an end."""
        over = self.samples.get("over")
        if over is None or over.is_calm is not False:
            return Verdict.PASS
        return Verdict.FAIL if self.has_deadline else Verdict.INCONCLUSIVE

    def rests(self, name: str, before: str) -> bool:
        """Whether a sample stands still or falls now that all is well, or has gone back to where it was."""
        grown = [self.grown(name, "bad", "mended")]
        if "over" in self.samples:
            grown.append(self.grown(name, "mended", "over"))
        return min(grown) <= 0 or self.grown(name, before, "mended") == 0

    def _usual_kinds(self) -> set[str]:
        return {kind for name in (*ORDINARY, "asked") if name in self.samples for kind in self.samples[name].kinds}

    def _value(self, name: str, moment: str) -> float:
        return (self.samples[moment].samples or {}).get(name, 0.0)


def watched(journal: Journal, *needed: str) -> Watched:
    """The samples, and whether there was anything to read at each moment that is *needed*."""
    samples: dict[str, Monitors] = {monitors.moment: monitors for monitors in journal.all(Monitors)}
    assumed = {name for limits in journal.all(Limits) for name in limits.assumed}
    promised = "alert_s" not in assumed
    if any(text not in samples for text in (*ORDINARY, *needed)):
        return Watched(samples=samples, problem="the app's monitoring was not read", has_deadline=promised)
    broken = [sample.problem.rstrip(".") for sample in samples.values() if sample.problem]
    first = samples[ORDINARY[0]]
    if not first.is_configured and (broken or first.samples is None):
        return Watched(samples=samples, problem=(broken or [NOTHING])[0], has_deadline=promised)
    blind = broken[0] if broken else ""
    if not blind and any(sample.samples is None for sample in samples.values()):
        blind = "no alert came, and the app shows no metrics"
    return Watched(samples=samples, blind=blind, has_deadline=promised)


class WatchingProbe(PlainProbe, frozen=True, kw_only=True):
    """What probes of monitoring share: an alert will do, and a metric that moves and rests.

    *what* says in words what went wrong, between the samples *before* and ``bad``.
    """

    def judged(self, seen: Watched, *, what: str, before: str, examined: int) -> Finding:
        """The answer about some trouble, from alerts or, without any, from metrics."""
        if seen.goes_on() is Verdict.FAIL:
            return self.fails("alerts go on, long after everything is well again", examined=examined)
        if seen.goes_on() is Verdict.INCONCLUSIVE:
            return self.inconclusive(
                "alerts go on after everything is well again, and the config gives no app.limits.alert_s"
            )
        return self.alerted(seen, what=what, before=before, after="bad", examined=examined) or self._measured(
            seen, what=what, before=before, examined=examined
        )

    def alerted(self, seen: Watched, *, what: str, before: str, after: str, examined: int) -> Finding | None:
        """The answer where an alert came, or where there is nothing but alerts; None where metrics must tell."""
        if seen.is_alerted(before, after):
            return self.passes(f"an alert arrived while {what}", examined=examined)
        return self.inconclusive(seen.blind, hook=METRICS) if seen.blind else None

    def _measured(self, seen: Watched, *, what: str, before: str, examined: int) -> Finding:
        news = seen.new_changes(before, "bad")
        if not news and seen.is_alike(before, "bad"):
            return self.inconclusive(ALIKE, hook=METRICS)
        if not news and seen.may_be_held_back(before):
            return self.inconclusive(MAY_BE_HELD_BACK, hook=METRICS)
        if not news and seen.has_uncertain_changes(before, "bad"):
            return self.inconclusive(UNCERTAIN, hook=METRICS)
        if not news:
            return self.fails(f"{what}, and nothing in the app's monitoring moved", examined=examined)
        if "mended" in seen.samples and not any(seen.rests(name, before) for name in news):
            return self.fails(f"what moved while {what} goes on moving now that all is well", examined=examined)
        return self.passes(f"a metric moved while {what} that ordinary work leaves alone", examined=examined)
