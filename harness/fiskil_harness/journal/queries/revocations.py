"""Revoking a consent on a page of the app: what was pressed, and whether the page still lists the consent."""

from collections import Counter
from collections.abc import Sequence

from fiskil_harness.journal import Control, Declared, Journal, PageView, Pressed
from fiskil_harness.journal.entries.pages import REVOKE
from fiskil_harness.journal.queries.page_controls import names_sharing
from fiskil_harness.journal.queries.page_dates import has_date
from fiskil_harness.journal.queries.page_wording import phrase_in, plain, words_for

TELLING = ("sure", "likely", "ways")
"""Tables of words, in ``page_words.toml``, of controls that may revoke a consent."""


def is_still_listed(
    before: PageView, *, text: str, controls: Sequence[Control], institution: str, more_words: Sequence[str] = ()
) -> bool:
    """Whether a page shows a consent as it did: its name and dates, its controls, and no new word of an end."""
    if not phrase_in(text, [institution]) or not phrase_in(before.text, [institution]):
        return False
    known, now = _lines(before.text), _lines(text)
    telling = Counter({line: count for line, count in known.items() if phrase_in(line, [institution]) or has_date(line)})
    if phrase_in("\n".join(now - known), words_for("ended")) or telling - now:
        return False
    needed = _revoking(before.controls, more_words, institution)
    return bool(needed) and not needed - _revoking(controls, more_words, institution)


def switched_off(journal: Journal, participant: str = "") -> list[str]:
    """The switches that were turned off since the page was last opened, by their labels."""
    return [pressed.text for pressed in last_run(journal, participant) if pressed.is_switch]


def last_run(journal: Journal, participant: str = "") -> list[Pressed]:
    """Return the presses since the page was last opened; earlier attempts led nowhere."""
    every = presses_of(journal, participant)
    begun = max((at for at, pressed in enumerate(every) if pressed.number <= 1), default=0)
    return [pressed for pressed in every[begun:] if pressed.text]


def presses_of(journal: Journal, participant: str = "") -> list[Pressed]:
    """Return what *participant* pressed in order to revoke a consent."""
    return [pressed for pressed in journal.all(Pressed) if pressed.purpose == REVOKE and pressed.participant == participant]


def own_revoke_words(journal: Journal) -> tuple[str, ...]:
    """The words of the app's own controls that end a consent."""
    return next(iter(journal.all(Declared)), Declared()).revoke_words


def _lines(text: str) -> "Counter[str]":
    return Counter(line.strip() for line in text.splitlines() if line.strip())


def _revoking(controls: Sequence[Control], more_words: Sequence[str], institution: str) -> "Counter[str]":
    """The controls that say that they would end something, or lead to that, by their words; and switches that are on."""
    words = [*more_words, *(word for name in TELLING for word in words_for(REVOKE, name))]
    able = [control for control in controls if not control.is_disabled]
    return Counter(
        plain(control.text)
        for control in able
        if (_is_shared(control, more_words, institution) if control.kind == "switch" else phrase_in(control.text, words))
    )


def _is_shared(switch: Control, more_words: Sequence[str], institution: str) -> bool:
    return switch.is_on and (names_sharing(switch.text, institution) or bool(phrase_in(switch.text, more_words)))
