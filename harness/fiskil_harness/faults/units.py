"""Units of parameters: the last part of a field's name is its unit, such as ``_ms``; each unit has several spellings."""

from fractions import Fraction

from msgspec import Struct

_SECONDS = {
    "us": Fraction(1, 1_000_000),
    "µs": Fraction(1, 1_000_000),
    "ms": Fraction(1, 1000),
    "s": Fraction(1),
    "min": Fraction(60),
    "h": Fraction(3600),
    "d": Fraction(86_400),
}
_BYTES = {"bytes": 1, "byte": 1, "B": 1, "kB": 1000, "KB": 1000, "MB": 1_000_000}
_RATES = {"kB/s": 1, "KB/s": 1, "MB/s": 1000}


class Unit(Struct, frozen=True):
    """A unit: its usual spelling, and every accepted spelling with the factor that converts it."""

    written: str
    spellings: dict[str, Fraction]


def _time(suffix: str) -> Unit:
    return Unit(suffix, {name: seconds / _SECONDS[suffix] for name, seconds in _SECONDS.items()})


UNITS: dict[str, Unit] = {
    "us": _time("us"),
    "ms": _time("ms"),
    "s": _time("s"),
    "min": _time("min"),
    "h": _time("h"),
    "days": Unit("days", {**_time("d").spellings, "day": Fraction(1), "days": Fraction(1)}),
    "bytes": Unit("bytes", {name: Fraction(size) for name, size in _BYTES.items()}),
    "per_s": Unit("/s", {"/s": Fraction(1), "/min": Fraction(1, 60), "/h": Fraction(1, 3600)}),
    "kb": Unit("kB", {"kB": Fraction(1), "KB": Fraction(1), "MB": Fraction(1000)}),
    "kb_s": Unit("kB/s", {name: Fraction(size) for name, size in _RATES.items()}),
    "percent": Unit("%", {"%": Fraction(1), "percent": Fraction(1)}),
}
"""Units by the suffix of a field's name; the longest matching suffix is used."""


WHOLE_NAMES = {"seconds": "s", "days": "days"}
"""Fields whose whole name is a unit, so that their value needs no words."""


def stem_and_unit(name: str) -> tuple[str, Unit | None]:
    """Return the words of a field's name without its unit, and the unit: for ``retry_after_s`` "retry after" and seconds."""
    if name in WHOLE_NAMES:
        return "", UNITS[WHOLE_NAMES[name]]
    if name in UNITS:
        return name.replace("_", " "), None
    for suffix in sorted(UNITS, key=len, reverse=True):
        if name.endswith(f"_{suffix}"):
            return name.removesuffix(f"_{suffix}").replace("_", " "), UNITS[suffix]
    return name.replace("_", " "), None
