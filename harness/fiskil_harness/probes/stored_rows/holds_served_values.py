"""Does the app show the numbers, dates and letters of rows that the API served?"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from fiskil_harness.core.config.hooks import EFFECTS, STATE
from fiskil_harness.journal import Effects, Journal, Rows
from fiskil_harness.journal.queries.api_calls import parameters, reads
from fiskil_harness.journal.queries.null_texts import null_texts
from fiskil_harness.journal.queries.own_dates import own_dates
from fiskil_harness.journal.queries.row_accounts import ACCOUNTS, misplaced_rows
from fiskil_harness.journal.queries.rows import Place, last_effects, name_of_row, places, syncs, why_still_busy
from fiskil_harness.journal.queries.served_texts import ServedText, ShownTexts, shown_texts, texts_beyond_ascii
from fiskil_harness.journal.queries.served_values import Row, ShownField, shown_fields
from fiskil_harness.probes.probe import Finding, Probe

UNITS = (100.0, 1_000.0, 10_000.0)
"""Factors of cents, of thousandths, and of percent with two places."""

MOST_LINES = 4
"""Maximum number of rows that a report names for one field."""


class HoldsServedValues(Probe, frozen=True, tag="holds_served_values"):
    """Check that the app's state shows numbers, dates and letters beyond ASCII as the API served them.

    Numbers and dates are compared under the API's names. A value fails if the API served another one in each version of the
    row, and the field is right in most rows, or each wrong value is a day off or has lost digits. A time with an offset from
    UTC is wrong if it is hours away from the served one. Signs, units, cents, zones and spellings may differ.

    Under names of the app's own, only such times are compared, in fields that show a day of the row in most rows.

    A row fails if the state shows it under an account that is not its own.

    A text with letters beyond ASCII fails if the state shows it only as bytes of UTF-8 read in another encoding, with some
    of these letters replaced, or cut off at an emoji. Other forms of a text are not judged.

    A missing value fails if the state shows a word such as "None" or "undefined" where other rows show their value.

    Datasets of which a fault disturbed a read, or of which the app fetched newer rows than those of the last sync, are left
    out.

    Args:
        dataset: The dataset whose values are compared; "" means every dataset that the app reads.
    """

    dataset: str = ""

    needs = (EFFECTS,)
    expected = (
        "each number with every digit, each date on the day and each time at the moment that was served, "
        "each text decoded as UTF-8, and no text for a missing value"
    )
    source = "data.changes"
    fix = (
        "store numbers with every digit, times with their offset from UTC, and dates without a time as dates; "
        "round and convert when you show them; "
        "decode responses as UTF-8, and store texts in an encoding that has every letter; store a missing value as null"
    )

    def examine(self, journal: Journal) -> Finding:
        """Compare the fields of each row in the last state with the versions of the row that the API served."""
        end = last_effects(journal)
        names = (
            (self.dataset,) if self.dataset else sorted({rows.dataset for rows in journal.all(Rows) if not rows.participant})
        )
        versions = {name: found for name in names if (found := _versions(journal, name))}
        if not versions and any(call.bites for name in names for call in reads(journal, name)):
            return self.inconclusive("a fault or fetch=true changed what the app read of each dataset")
        served = texts_beyond_ascii(row for found in versions.values() for rows in found.values() for row in rows)
        texts = shown_texts(end.state, served) if end and served else ShownTexts()
        if texts.wrong:
            return self.fails("the app shows texts in a wrong encoding", evidence=_text_lines(texts.wrong))
        mentions = places(end.state, [fiskil_id for found in versions.values() for fiskil_id in found]) if end else {}
        if end is None or not any(mentions.values()):
            return self.inconclusive("the app's state contains no fiskil_id of a row that the API served", hook=STATE)
        nulls = {text.field: str(text) for found in versions.values() for text in null_texts(mentions, found)}
        if nulls:
            return self.fails("the app shows missing values as text", evidence=tuple(nulls.values()))
        return self._judge_places(journal, end, versions, mentions, _sentence(texts, served))

    def _judge_places(
        self,
        journal: Journal,
        end: Effects,
        versions: Mapping[str, dict[str, list[Row]]],
        mentions: Mapping[str, Sequence[Place]],
        about_texts: str,
    ) -> Finding:
        misplaced = tuple(_misplaced_lines(journal, end, versions))
        if misplaced and not end.is_idle:
            return self.inconclusive(*why_still_busy(end))
        if misplaced:
            return self.fails("the app shows rows under an account that is not theirs", evidence=misplaced[:MOST_LINES])
        fields = {name: [*shown_fields(mentions, found), *own_dates(mentions, found)] for name, found in versions.items()}
        return self._judge(end, fields, about_texts)

    def _judge(self, end: Effects, fields: dict[str, list[ShownField]], about_texts: str) -> Finding:
        evidence: list[str] = []
        advice: list[str] = []
        wrong_names: list[str] = []
        for dataset, column, wrong in ((name, *pair) for name, shown in fields.items() for pair in _columns(shown)):
            name = f"{column[0].name} of {dataset}"
            mistakes = wrong if _is_mistake(column, wrong) else _wrong_in_other_unit(column)
            if mistakes:
                wrong_names.append(f"{len(mistakes)} of {len(column)} {name}")
                evidence += sorted(map(str, mistakes))[:MOST_LINES]
            elif _unit(column) is None:
                advice.append(f"{name} differs from the API's value in {len(wrong)} of {len(column)} rows")
        examined = sum(map(len, fields.values()))
        if wrong_names and not end.is_idle:
            return self.inconclusive(*why_still_busy(end))
        if wrong_names:
            observed = f"the app shows values that the API never served: {', '.join(wrong_names)}"
            return self.fails(observed, evidence=tuple(evidence))
        if not examined:
            return self.passes(
                f"the app's state shows no number under the API's name, and no date of a row{about_texts}", examined=1
            )
        observed = f"{examined} numbers and dates are those that the API served{about_texts}"
        return self.passes(observed, examined=examined, advice=tuple(advice))


def _misplaced_lines(journal: Journal, end: Effects, versions: Mapping[str, dict[str, list[Row]]]) -> Iterator[str]:
    """Yield a line for each row that the last state shows under another account."""
    accounts = [row for name in ACCOUNTS for sync in syncs(journal, name) for row in sync.rows]
    for name, found in versions.items():
        if name not in ACCOUNTS:
            misplaced = misplaced_rows(end.state, found, accounts)
            yield from sorted(f"{name} {name_of_row(found[fiskil_id][-1])}: another account" for fiskil_id in misplaced)


def _sentence(texts: ShownTexts, served: Sequence[ServedText]) -> str:
    """Return the end of the sentence about texts with letters beyond ASCII; "" if the API served none."""
    if served and not texts.right:
        return f"; it shows none of {len(served)} texts beyond ASCII as they were served, so their decoding is not judged"
    return f"; {len(texts.right)} of {len(served)} texts beyond ASCII have every letter" if served else ""


def _text_lines(texts: Iterable[ServedText]) -> tuple[str, ...]:
    return tuple(sorted(f"{text.row}: {text.name} was decoded wrongly; the API served {text.text}" for text in texts))


def _versions(journal: Journal, dataset: str) -> dict[str, list[Row]]:
    """Return the versions of each row of *dataset* by ``fiskil_id``; empty if not all that the app read are known.

    Source: data.fetch
    """
    every_sync = syncs(journal, dataset)
    calls = reads(journal, dataset, every_sync[-1].end_user_id) if every_sync else []
    versions: dict[str, list[Row]] = {}
    if calls and not any(call.bites or parameters(call).get("fetch") == "true" for call in calls):
        for row in (row for sync in every_sync for row in sync.rows if "fiskil_id" in row):
            versions.setdefault(str(row["fiskil_id"]), []).append(row)
    return versions


def _columns(fields: list[ShownField]) -> Iterator[tuple[list[ShownField], list[ShownField]]]:
    """Yield the fields of each name of which some are wrong, and the wrong ones.

    Right zeros are left out: they are equal in every unit.
    """
    columns: dict[str, list[ShownField]] = {}
    for field in fields:
        columns.setdefault(field.name, []).append(field)
    for column in columns.values():
        wrong = [field for field in column if not field.agrees]
        if wrong:
            yield [field for field in column if field.is_date or field.factors or not field.agrees], wrong


def _is_mistake(column: list[ShownField], wrong: list[ShownField]) -> bool:
    """Return True if the field is right in most rows, or if each wrong value is a day off or has lost digits."""
    return len(wrong) * 2 < len(column) or all(field.is_close for field in wrong)


def _unit(column: list[ShownField]) -> float | None:
    """Return the number by which the app multiplied most values of the field; None if there is no such number."""
    factors = Counter(factor for field in column if not field.is_date for factor in field.factors)
    factor, count = factors.most_common(1)[0] if factors else (0.0, 0)
    return factor if count * 2 > len(column) else None


def _wrong_in_other_unit(column: list[ShownField]) -> list[ShownField]:
    """Return the fields that are wrong if the app shows another unit, such as cents, and most values are right in it."""
    factor = _unit(column)
    wrong = [field for field in column if not field.divided_by(factor).agrees] if factor in UNITS else []
    return wrong if len(wrong) * 2 < len(column) else []
