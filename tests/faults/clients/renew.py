"""``make felt``: measure every client, keep what they felt in ``felt.toml``, and write ``docs/felt-by-clients.md`` anew.

What the same version of a client has felt before stays as one of several words, for where chance decides a run sees one. So
each client is measured more than once.
"""

import logging
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.faults.clients.measuring import CALLERS, felt_by
from tests.faults.clients.page import PAGE, page
from tests.faults.clients.samples import SAMPLES
from tests.faults.clients.table import OR, TABLE, Kept, kept, toml, words_in

ROUNDS = 3
NOTHING = Kept(versions={}, felt={})


def main(rounds: int) -> None:
    """Measure, write, and say what has changed."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    before = kept() if TABLE.exists() else NOTHING
    table = before
    for _ in range(rounds):
        table = _joined(table)
        TABLE.write_text(toml(table), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    for row, words in table.felt.items():
        for client, word in words.items():
            was = before.felt.get(row, {}).get(client, "nothing")
            if was != word:
                sys.stdout.write(f"{row} by {client}: {was} -> {word}\n")


def _joined(table: Kept) -> Kept:
    """The table with the words of one more measurement."""
    with ThreadPoolExecutor(2) as threads:
        every = threads.map(lambda name: felt_by(name, SAMPLES, table.of(name)), CALLERS)
        measured = dict(zip(CALLERS, every, strict=True))
    versions = {name: next(iter(felt.values())).version for name, felt in measured.items()}
    felt: dict[str, dict[str, str]] = {sample.row: {} for sample in SAMPLES}
    for name, rows in measured.items():
        is_same = versions[name] == table.versions.get(name)
        for row, now in rows.items():
            known = words_in(table.of(name).get(row, "")) if is_same else []
            felt[row][name] = OR.join(sorted({*known, now.word}))
    return Kept(versions=versions, felt=felt)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
