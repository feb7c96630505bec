"""``make felt``: measure every client, keep what they felt in ``felt.toml``, and write ``docs/felt-by-clients.md`` anew."""

import sys
from concurrent.futures import ThreadPoolExecutor

from felt_page import PAGE, page
from measuring import CALLERS, felt_by
from samples import SAMPLES
from table import TABLE, kept, toml


def main() -> None:
    """Measure, write, and say what has changed."""
    before = kept() if TABLE.exists() else None
    with ThreadPoolExecutor(2) as threads:
        measured = dict(
            zip(
                CALLERS,
                threads.map(lambda name: felt_by(name, SAMPLES, before.of(name) if before else {}), CALLERS),
                strict=True,
            )
        )
    words = {one.row: {name: measured[name][one.row].word for name in CALLERS} for one in SAMPLES}
    versions = {name: next(iter(every.values())).version for name, every in measured.items()}
    TABLE.write_text(toml(versions, words), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")
    old = before.felt if before else {}
    for row, now in words.items():
        for name, word in now.items():
            was = old.get(row, {}).get(name, "nothing")
            if was != word:
                sys.stdout.write(f"{row} by {name}: {was} -> {word}\n")


if __name__ == "__main__":
    main()
