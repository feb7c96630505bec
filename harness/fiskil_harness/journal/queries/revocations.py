"""Queries about the revocation of a consent on a page of the app: presses, and a list that still shows the consent."""

from collections import Counter
from collections.abc import Sequence

from fiskil_harness.journal import Control, Declared, Journal, PageView, Pressed
from fiskil_harness.journal.entries.pages import REVOKE
from fiskil_harness.journal.queries.page_controls import names_sharing
from fiskil_harness.journal.queries.page_dates import has_date
from fiskil_harness.journal.queries.page_wording import phrase_in, plain, words_for

TELLING = ("sure", "likely", "ways")
"""Names of the lists in ``page_words.toml`` with words for controls that may revoke a consent."""


def is_still_listed(
    before: PageView, *, text: str, controls: Sequence[Control], institution: str, more_words: Sequence[str] = ()
) -> bool:
    """Return True if a page still shows a consent as it did before the revocation.

    The lines with the institution or a date are all still there, no control that revokes a consent has disappeared, and no
    new text states that the consent has ended.

    Args:
        before: The view of the page before the revocation.
        text: The text of the page now.
        controls: The controls of the page now.
        institution: The name of the consent's institution.
        more_words: The app's own words for controls that revoke a consent.
    """
    if not phrase_in(text, [institution]) or not phrase_in(before.text, [institution]):
        return False
    then, now = _lines(before.text), _lines(text)
    identifying = Counter({line: count for line, count in then.items() if phrase_in(line, [institution]) or has_date(line)})
    if phrase_in("\n".join(now - then), words_for("ended")) or identifying - now:
        return False
    earlier = _revoking(before.controls, more_words, institution)
    return bool(earlier) and not earlier - _revoking(controls, more_words, institution)


def switched_off(journal: Journal, participant: str = "") -> list[str]:
    """Return the labels of the switches that were turned off since the page was last opened."""
    return [press.text for press in last_run(journal, participant) if press.is_switch]


def last_run(journal: Journal, participant: str = "") -> list[Pressed]:
    """Return the presses since the page was last opened, without earlier attempts, which had no result."""
    every = presses_of(journal, participant)
    first = max((index for index, press in enumerate(every) if press.number <= 1), default=0)
    return [press for press in every[first:] if press.text]


def presses_of(journal: Journal, participant: str = "") -> list[Pressed]:
    """Return the presses of *participant* that were made to revoke a consent."""
    return [press for press in journal.all(Pressed) if press.purpose == REVOKE and press.participant == participant]


def own_revoke_words(journal: Journal) -> tuple[str, ...]:
    """Return the app's own words for controls that revoke a consent (``app.facts.revoke_words``)."""
    return next(iter(journal.all(Declared)), Declared()).revoke_words


def _lines(text: str) -> "Counter[str]":
    return Counter(line.strip() for line in text.splitlines() if line.strip())


def _revoking(controls: Sequence[Control], more_words: Sequence[str], institution: str) -> "Counter[str]":
    """Return the labels of controls that may revoke a consent, with their counts; a switch must be on."""
    words = [*more_words, *(word for name in TELLING for word in words_for(REVOKE, name))]
    enabled = [control for control in controls if not control.is_disabled]
    return Counter(
        plain(control.text)
        for control in enabled
        if (_is_sharing(control, more_words, institution) if control.is_switch else phrase_in(control.text, words))
    )


def _is_sharing(switch: Control, more_words: Sequence[str], institution: str) -> bool:
    return switch.is_on and (names_sharing(switch.text, institution) or bool(phrase_in(switch.text, more_words)))
