"""The table ``client_errors.toml``: what each client reported for each sample at the last ``make client-errors``."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

OR = " or "
TABLE = Path(__file__).with_name("client_errors.toml")
HEAD = """# What HTTP clients report for each fault: measured by `make client-errors`, and checked against every later run.
# One word per client, or several if the result is random, such as how the bytes of a response are split into reads. `x2`
# means that the API was called twice for one call, and `x0` that it was never called.
"""


class ErrorTable(Struct, frozen=True, kw_only=True):
    """The table: the version of each client, and for each row the word of each client."""

    versions: dict[str, str]
    errors: dict[str, dict[str, str]]

    def of(self, client: str) -> dict[str, str]:
        """Return the words of *client* by row."""
        return {row: words[client] for row, words in self.errors.items() if client in words}


def words_in(words: str) -> list[str]:
    """Return the possible words; usually there is only one."""
    return words.split(OR) if words else []


def read_table() -> ErrorTable:
    """Return the stored table."""
    return msgspec.convert(tomllib.loads(TABLE.read_text(encoding="utf-8")), ErrorTable)


def toml(table: ErrorTable) -> str:
    """Return the text of the file."""
    versions, errors = table.versions, table.errors
    return (
        "\n".join([HEAD, "[versions]", *_pairs(versions), *(line for row in errors for line in _section(row, errors[row]))])
        + "\n"
    )


def _section(row: str, words: Mapping[str, str]) -> Iterable[str]:
    return ("", f"[errors.{row}]", *_pairs(words))


def _pairs(pairs: Mapping[str, str]) -> list[str]:
    return [f'{name} = "{value}"' for name, value in pairs.items()]
