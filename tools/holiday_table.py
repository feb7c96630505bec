"""Generates ``fixtures/public_holidays.json``, the public holidays of each state.

``python -m tools.holiday_table > fixtures/public_holidays.json`` writes the file from the ``holidays`` library; a test fails
if it is outdated. The sandbox reads the file, because importing the library takes longer than starting a sandbox.
"""

import json

from holidays import country_holidays

STATES = ("ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA")
YEARS = range(2012, 2046)


def table() -> str:
    """Return the content of the file: the holidays on Monday to Friday, by state, one line for each year."""
    return json.dumps({state: [" ".join(_days(state, year)) for year in YEARS] for state in STATES}, indent=1) + "\n"


def _days(state: str, year: int) -> list[str]:
    return [day.isoformat() for day in sorted(country_holidays("AU", subdiv=state, years=year)) if day.weekday() < 5]


if __name__ == "__main__":
    print(table(), end="")
