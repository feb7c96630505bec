"""Find dates in the text of a page, in all common formats: 2027-03-12, 12/03/2027, 12 March 2027, in 90 days."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(\d{4}|\d{2})"
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_NUMBERS = re.compile(r"(?<![\d.])(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?![\d.]\d)")
_DAY_FIRST = re.compile(rf"\b{_DAY}\s*(?:of\s+)?({_MONTH})\b\.?,?(?:\s+{_YEAR}\b)?")
_MONTH_FIRST = re.compile(rf"\b({_MONTH})\.?\s+{_DAY}\b(?!\d)(?:,?\s+{_YEAR}\b)?")
_MONTH_ONLY = re.compile(rf"\b({_MONTH})\.?,?\s+(\d{{4}})\b")
_SPAN = re.compile(r"\b(\d{1,3})\s*-?\s*(day|week|month|year)s?\b")
_HINTS = re.compile(
    r"(?<![\w.,$€£*•·#…-])(?<![x*•·#…\d.-]\s)(?:202\d|203\d|25[678]\d)(?!\d|[.,]\d)"  # a year, and no end of a number
    r"|(?<![\d/])\d{1,2}/\d{1,2}(?![\d/])"
    r"|\b(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s+(?:day|week|month|year)s?\b"
    r"|\b(?:today|tomorrow|tonight|midnight)\b"
    r"|[年月日]"
)
"""Text that may be a date or a part of a date, although the day cannot be determined."""

_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? ")
_TIME_OF_DAY = re.compile(r"(?<=\d),? (?:at )?\d{1,2}[:.]\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?(?: [a-z]{3,4}| ?[+-]\d\d:?\d\d)?$")
_FULL_YEAR = re.compile(r"\b\d{4}\b")

MOST_LETTERS = 50
"""A longer text is not read as a date."""

SLACK_DAYS = 1
"""Accepted difference in days, because an app may show the date in another time zone."""
_UNIT_DAYS = {"day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25}
_UNIT_SLACK = {"day": 1.5, "week": 7.0, "month": 16.0, "year": 31.0}


def shows_day(text: str, expected: date, *, today: date) -> bool:
    """Return True if *text* contains the date *expected* in any format, or the time from *today* until then ("90 days")."""
    flat = _normalized(text)
    if any(abs((day - expected).days) <= SLACK_DAYS for day in _days(flat, expected)):
        return True
    left = (expected - today).days
    spans = [(int(number), unit) for number, unit in _SPAN.findall(flat)]
    if any(abs(number * _UNIT_DAYS[unit] - left) <= _UNIT_SLACK[unit] for number, unit in spans):
        return True
    # A number at the end of a line is no day of a month in the next one.
    without_days = " ".join(_MONTH_FIRST.sub(" ", _DAY_FIRST.sub(" ", _normalized(line))) for line in text.splitlines())
    months = ((MONTHS.index(month[:3]) + 1, int(year)) for month, year in _MONTH_ONLY.findall(without_days))
    return (expected.month, expected.year) in months


def names_day(text: str, expected: date) -> bool:
    """Return True if *text* contains the date *expected* with its day, in any format."""
    return any(day == expected for day in _days(_normalized(text), expected))


def has_date(text: str) -> bool:
    """Return True if *text* contains anything that may be a date, a part of a date, or a period of time."""
    flat = _normalized(text)
    patterns = (_YEAR_FIRST, _NUMBERS, _DAY_FIRST, _MONTH_FIRST, _MONTH_ONLY, _SPAN, _HINTS)
    return any(pattern.search(flat) for pattern in patterns)


def written_days(text: str) -> frozenset[date]:
    """Return the days that *text* may mean, such as "1/10/2026" or "Thu, 1 Oct 2026, 9:27 am".

    Return none if the text is more than a date with a year of four digits and a time of day.
    """
    flat = _TIME_OF_DAY.sub("", _WEEKDAY.sub("", _normalized(text))) if len(text) <= MOST_LETTERS else ""
    is_date = any(pattern.fullmatch(flat) for pattern in (_NUMBERS, _DAY_FIRST, _MONTH_FIRST))
    return frozenset(_days(flat, date.min)) if is_date and _FULL_YEAR.search(flat) else frozenset()


def _normalized(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _days(text: str, expected: date) -> Iterator[date]:
    """Yield each date that *text* may contain; a date without a year gets the year of *expected*."""
    for year, month, day in _YEAR_FIRST.findall(text):
        yield from _day(year, month, day)
    for first, second, year in _NUMBERS.findall(text):
        yield from _day(year, second, first)
        yield from _day(year, first, second)
    for day, month, year in _DAY_FIRST.findall(text):
        yield from _day(year or str(expected.year), MONTHS.index(month[:3]) + 1, day)
    for month, day, year in _MONTH_FIRST.findall(text):
        yield from _day(year or str(expected.year), MONTHS.index(month[:3]) + 1, day)


def _day(year: str, month: str | int, day: str) -> Iterator[date]:
    try:
        full = int(year) + (2000 if len(year) <= 2 else 0)
        yield date(full, int(month), int(day))
    except ValueError:
        return
