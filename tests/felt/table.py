"""The kept table ``felt.toml``: what each client felt of each sample when ``make felt`` was last run, and which version it was."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

TABLE = Path(__file__).with_name("felt.toml")
HEAD = """# What HTTP clients feel of each fault: made by `make felt` from a measured run, and held against every later one.
# A word per client; `x2` tells that the API was asked twice for one call, and `x0` that it never was.
"""


class Kept(Struct, frozen=True, kw_only=True):
    """The table: each client's version, and by row the word of each client."""

    versions: dict[str, str]
    felt: dict[str, dict[str, str]]

    def of(self, client: str) -> dict[str, str]:
        """What *client* felt, by row."""
        return {row: words[client] for row, words in self.felt.items() if client in words}


def kept() -> Kept:
    """The table as it stands."""
    return msgspec.convert(tomllib.loads(TABLE.read_text(encoding="utf-8")), Kept)


def toml(versions: Mapping[str, str], felt: Mapping[str, Mapping[str, str]]) -> str:
    """The file's text."""
    return (
        "\n".join([HEAD, "[versions]", *_pairs(versions), *(line for row in felt for line in _section(row, felt[row]))])
        + "\n"
    )


def _section(row: str, words: Mapping[str, str]) -> Iterable[str]:
    return ("", f"[felt.{row}]", *_pairs(words))


def _pairs(pairs: Mapping[str, str]) -> list[str]:
    return [f'{name} = "{value}"' for name, value in pairs.items()]
