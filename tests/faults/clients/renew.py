"""``make client-errors``: measure every client, and write ``client_errors.toml`` and ``docs/client-errors.md``.

Earlier words of the same client version are kept, because a run with a random result sees only one of them. For the same
reason each client is measured more than once.
"""

import logging
import sys
from concurrent.futures import ThreadPoolExecutor

from tests.faults.clients.measuring import CALLERS, measure_client
from tests.faults.clients.page import PAGE, page
from tests.faults.clients.samples import SAMPLES
from tests.faults.clients.table import OR, TABLE, ErrorTable, read_table, toml, words_in

ROUNDS = 3
EMPTY = ErrorTable(versions={}, errors={})


def main(rounds: int) -> None:
    """Measure, write the table and the page, and print the changes."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    before = read_table() if TABLE.exists() else EMPTY
    table = before
    for _ in range(rounds):
        table = _add_measurement(table)
        TABLE.write_text(toml(table), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    for row, words in table.errors.items():
        for client, word in words.items():
            old_word = before.errors.get(row, {}).get(client, "no word")
            if old_word != word:
                sys.stdout.write(f"{row} by {client}: {old_word} -> {word}\n")


def _add_measurement(table: ErrorTable) -> ErrorTable:
    """Return the table with the words of one more measurement."""
    with ThreadPoolExecutor(2) as threads:
        results = threads.map(lambda name: measure_client(name, SAMPLES, table.of(name)), CALLERS)
        measured = dict(zip(CALLERS, results, strict=True))
    versions = {name: next(iter(measurements.values())).version for name, measurements in measured.items()}
    errors: dict[str, dict[str, str]] = {sample.row: {} for sample in SAMPLES}
    for name, rows in measured.items():
        is_same = versions[name] == table.versions.get(name)
        for row, measurement in rows.items():
            known_words = words_in(table.of(name).get(row, "")) if is_same else []
            errors[row][name] = OR.join(sorted({*known_words, measurement.word}))
    return ErrorTable(versions=versions, errors=errors)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
