"""Readings of the app's monitoring, compared: what moves anyway, and what moved because something went wrong."""

from msgspec import Struct

from harness.journal import Journal, Monitors, moved

METRICS = "app.observe.metrics"
ORDINARY = ("calm", "idle", "good")


class Watched(Struct, frozen=True, kw_only=True):
    """The readings of one scenario, by moment. ``lack`` says why nothing can be told from them."""

    readings: dict[str, Monitors]
    lack: str = ""

    def usual(self) -> set[str]:
        """What moves in an idle stretch or by ordinary work."""
        calm, idle, good = (self.readings[name] for name in ORDINARY)
        return moved(calm, idle) | moved(idle, good)

    def news(self, before: str, after: str) -> set[str]:
        """What moved between two readings and does not move otherwise."""
        return moved(self.readings[before], self.readings[after]) - self.usual()

    def alerts(self, before: str, after: str) -> int:
        """How many alerts came in between."""
        return self.readings[after].alerts - self.readings[before].alerts

    def grown(self, name: str, before: str, after: str) -> float:
        """By how much a sample grew."""
        return self._value(name, after) - self._value(name, before)

    def _value(self, name: str, moment: str) -> float:
        return (self.readings[moment].samples or {}).get(name, 0.0)


def watched(journal: Journal, *needed: str) -> Watched:
    """The readings, and whether there was anything to read at each moment that is *needed*."""
    readings = {one.moment: one for one in journal.all(Monitors)}
    if any(one not in readings for one in (*ORDINARY, *needed)):
        return Watched(readings=readings, lack="the app's monitoring was not read")
    broken = [one.lack for one in readings.values() if one.lack]
    if broken:
        return Watched(readings=readings, lack=broken[0].rstrip("."))
    first = readings[ORDINARY[0]]
    if first.samples is None and not first.is_told:
        return Watched(readings=readings, lack="the app shows no metrics and is told of no place for alerts")
    return Watched(readings=readings)
