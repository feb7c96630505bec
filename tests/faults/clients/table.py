"""The kept table ``felt.toml``: what each client felt of each sample at the last ``make felt``, and which version it was."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

OR = " or "
TABLE = Path(__file__).with_name("client_errors.toml")
HEAD = """# What HTTP clients feel of each fault: made by `make felt` from a measured run, and held against every later one.
# A word per client, or several where chance decides, such as how the bytes of an answer fall into reads. `x2` tells that
# the API was asked twice for one call, and `x0` that it never was.
"""


class Kept(Struct, frozen=True, kw_only=True):
    """The table: each client's version, and by row the word of each client."""

    versions: dict[str, str]
    felt: dict[str, dict[str, str]]

    def of(self, client: str) -> dict[str, str]:
        """What *client* felt, by row."""
        return {row: words[client] for row, words in self.felt.items() if client in words}


def words_in(told: str) -> list[str]:
    """The words between which chance decides; mostly it is one."""
    return told.split(OR) if told else []


def kept() -> Kept:
    """The table as it stands."""
    return msgspec.convert(tomllib.loads(TABLE.read_text(encoding="utf-8")), Kept)


def toml(table: Kept) -> str:
    """The file's text."""
    versions, felt = table.versions, table.felt
    return (
        "\n".join([HEAD, "[versions]", *_pairs(versions), *(line for row in felt for line in _section(row, felt[row]))])
        + "\n"
    )


def _section(row: str, words: Mapping[str, str]) -> Iterable[str]:
    return ("", f"[felt.{row}]", *_pairs(words))


def _pairs(pairs: Mapping[str, str]) -> list[str]:
    return [f'{name} = "{value}"' for name, value in pairs.items()]
