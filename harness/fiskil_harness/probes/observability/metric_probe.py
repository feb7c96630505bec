"""Readings of the app's monitoring, compared: what moves anyway, and what moved because something went wrong."""

from msgspec import Struct

from fiskil_harness.core.config.hooks import METRICS
from fiskil_harness.core.model.findings import Finding, Verdict
from fiskil_harness.journal import Journal, Limits, Monitors, moved, moved_perhaps
from fiskil_harness.probes.probe import PlainProbe

ORDINARY = ("calm", "idle", "good")
NOTHING = "the app shows no metrics, exports none to {otlp_url}, and is told of no {alert_url}"
ALIKE = "the alerts that came are like those of good times"
HELD_BACK = "no metric shows it, and an alert may be held back: one came before, or the config gives no app.limits.alert_s"

DOUBTFUL = "nothing moved but what may be the runtime's by its name: names of your own metrics should begin with your app's"


class Watched(Struct, frozen=True, kw_only=True):
    """The readings of one scenario, by moment.

    ``lack`` says why nothing can be told from them, ``blind`` why nothing can be told from metrics: alerts may still do.
    """

    readings: dict[str, Monitors]
    lack: str = ""
    blind: str = ""
    is_promised: bool = True

    def usual(self) -> set[str]:
        """What moves in an idle stretch or by ordinary work."""
        calm, idle, good = (self.readings[name] for name in ORDINARY)
        return moved(calm, idle) | moved(idle, good)

    def news(self, before: str, after: str) -> set[str]:
        """What moved between two readings and does not move otherwise."""
        return moved(self.readings[before], self.readings[after]) - self.usual()

    def has_doubtful_news(self, before: str, after: str) -> bool:
        """Whether something moved that may be the runtime's, and does not move otherwise."""
        calm, idle, good = (self.readings[name] for name in ORDINARY)
        usual = moved_perhaps(calm, idle) | moved_perhaps(idle, good)
        return bool(moved_perhaps(self.readings[before], self.readings[after]) - usual)

    def alerts(self, before: str, after: str) -> int:
        """How many alerts came in between."""
        return self.readings[after].alerts - self.readings[before].alerts

    def is_alerted(self, before: str, after: str) -> bool:
        """Whether an alert came in between of a kind that does not come in good times: a sign of life is none."""
        kinds = set(self.readings[after].kinds)
        return bool(self.alerts(before, after)) and (not kinds or bool(kinds - self._usual_kinds()))

    def is_missed(self) -> bool:
        """Whether an alert came in the silent stretch of a kind that does not come with deliveries."""
        kinds = set(self.readings["idle"].kinds)
        return bool(self.alerts("calm", "idle")) and (not kinds or bool(kinds - set(self.readings["good"].kinds)))

    def is_alike(self, before: str, after: str) -> bool:
        """Whether all alerts in between were of kinds that come in good times as well."""
        return bool(self.alerts(before, after)) and not self.is_alerted(before, after)

    def is_held_back(self, before: str) -> bool:
        """Whether an alert may come that has not: one came before, and some come rarely, or no time is promised."""
        reading = self.readings[before]
        return bool(reading.alerts) or (reading.is_told and not self.is_promised)

    def grown(self, name: str, before: str, after: str) -> float:
        """By how much a sample grew."""
        return self._value(name, after) - self._value(name, before)

    def least_s(self, before: str, after: str) -> float:
        """How long it was at least from what one reading shows to what another does, in real seconds."""
        earlier, later = self.readings[before], self.readings[after]
        return (later.at_s if later.began_s is None else later.began_s) - earlier.at_s

    def most_s(self, before: str, after: str) -> float:
        """How long it was at most."""
        earlier, later = self.readings[before], self.readings[after]
        return later.at_s - (earlier.at_s if earlier.began_s is None else earlier.began_s)

    def goes_on(self) -> Verdict:
        """FAIL where alerts go on long after everything is well; INCONCLUSIVE where nobody has promised an end."""
        over = self.readings.get("over")
        if over is None or over.is_calm is not False:
            return Verdict.PASS
        return Verdict.FAIL if self.is_promised else Verdict.INCONCLUSIVE

    def rests(self, name: str, before: str) -> bool:
        """Whether a sample stands still or falls now that all is well, or has gone back to where it was."""
        grown = [self.grown(name, "bad", "mended")]
        if "over" in self.readings:
            grown.append(self.grown(name, "mended", "over"))
        return min(grown) <= 0 or self.grown(name, before, "mended") == 0

    def _usual_kinds(self) -> set[str]:
        return {kind for name in (*ORDINARY, "asked") if name in self.readings for kind in self.readings[name].kinds}

    def _value(self, name: str, moment: str) -> float:
        return (self.readings[moment].samples or {}).get(name, 0.0)


def watched(journal: Journal, *needed: str) -> Watched:
    """The readings, and whether there was anything to read at each moment that is *needed*."""
    readings = {one.moment: one for one in journal.all(Monitors)}
    assumed = {name for one in journal.all(Limits) for name in one.assumed}
    promised = "alert_s" not in assumed
    if any(one not in readings for one in (*ORDINARY, *needed)):
        return Watched(readings=readings, lack="the app's monitoring was not read", is_promised=promised)
    broken = [one.lack.rstrip(".") for one in readings.values() if one.lack]
    first = readings[ORDINARY[0]]
    if not first.is_told and (broken or first.samples is None):
        return Watched(readings=readings, lack=(broken or [NOTHING])[0], is_promised=promised)
    blind = broken[0] if broken else ""
    if not blind and any(one.samples is None for one in readings.values()):
        blind = "no alert came, and the app shows no metrics"
    return Watched(readings=readings, blind=blind, is_promised=promised)


class WatchingProbe(PlainProbe, frozen=True, kw_only=True):
    """What probes of monitoring share: an alert will do, and a metric that moves and rests.

    *what* says in words what went wrong, between the readings *before* and ``bad``.
    """

    def judged(self, seen: Watched, *, what: str, before: str, examined: int) -> Finding:
        """The answer about some trouble, from alerts or, without any, from metrics."""
        if seen.goes_on() is Verdict.FAIL:
            return self.fails("alerts go on, long after everything is well again", examined=examined)
        if seen.goes_on() is Verdict.INCONCLUSIVE:
            return self.cannot_tell(
                "alerts go on after everything is well again, and the config gives no app.limits.alert_s"
            )
        return self.alerted(seen, what=what, before=before, after="bad", examined=examined) or self._measured(
            seen, what=what, before=before, examined=examined
        )

    def alerted(self, seen: Watched, *, what: str, before: str, after: str, examined: int) -> Finding | None:
        """The answer where an alert came, or where there is nothing but alerts; None where metrics must tell."""
        if seen.is_alerted(before, after):
            return self.holds(f"an alert arrived while {what}", examined=examined)
        return self.cannot_tell(seen.blind, hook=METRICS) if seen.blind else None

    def _measured(self, seen: Watched, *, what: str, before: str, examined: int) -> Finding:
        news = seen.news(before, "bad")
        if not news and seen.is_alike(before, "bad"):
            return self.cannot_tell(ALIKE, hook=METRICS)
        if not news and seen.is_held_back(before):
            return self.cannot_tell(HELD_BACK, hook=METRICS)
        if not news and seen.has_doubtful_news(before, "bad"):
            return self.cannot_tell(DOUBTFUL, hook=METRICS)
        if not news:
            return self.fails(f"{what}, and nothing in the app's monitoring moved", examined=examined)
        if "mended" in seen.readings and not any(seen.rests(name, before) for name in news):
            return self.fails(f"what moved while {what} goes on moving now that all is well", examined=examined)
        return self.holds(f"a metric moved while {what} that ordinary work leaves alone", examined=examined)
