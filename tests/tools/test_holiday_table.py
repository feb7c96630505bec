"""The file of public holidays is that of the library."""

from fiskil_harness.core import catalog
from tools.holiday_table import table


def test_the_file_is_current() -> None:
    """``python -m tools.holiday_table`` writes the file again."""
    path = catalog.folder("fixtures") / "public_holidays.json"

    assert path.read_text(encoding="utf-8") == table()
