"""Find what a page states about a revocation: that sharing has ended, or that it could not be ended.

Only English sentences are known. A question states neither, and neither does a condition ("when sharing has ended, ...").
"""

from collections.abc import Iterable

from fiskil_harness.journal import PageView
from fiskil_harness.journal.queries.page_claims import without_denials
from fiskil_harness.journal.queries.page_messages import listed, mentions, new_text
from fiskil_harness.journal.queries.page_wording import phrase_in, plain, words_for

ENDED, NOT_ENDED = "ended", "not_ended"


def fresh_sentences(earlier: Iterable[PageView], view: PageView) -> tuple[str, ...]:
    """Return the sentences of *view* that none of the *earlier* views has."""
    before = PageView(participant="", page="", text="\n".join(each.text for each in earlier))
    return new_text(before, view)


def claims_of_end(sentences: Iterable[str]) -> tuple[str, ...]:
    """Return those of *sentences* which state that sharing has ended."""
    return tuple(sentence for sentence in sentences if _states_end(sentence))


def mentions_failure(sentences: Iterable[str]) -> bool:
    """Return True if any of *sentences* has a word for a failure of any kind, or for a consent that is still active."""
    every = tuple(sentences)
    has_words = mentions("\n".join(every), listed("page_error_words.toml", "failed"))
    is_left = any(phrase_in(sentence, words_for(NOT_ENDED, "still")) for sentence in every)
    return has_words or is_left or bool(claims_of_failure(every))


def claims_of_failure(sentences: Iterable[str]) -> tuple[str, ...]:
    """Return those of *sentences* which state that sharing could not be ended."""
    return tuple(sentence for sentence in sentences if phrase_in(sentence, words_for(NOT_ENDED)) and not _is_open(sentence))


def _states_end(sentence: str) -> bool:
    if plain(sentence) in {plain(text) for text in words_for(ENDED, "whole")}:
        return True
    if _is_open(sentence):
        return False
    is_stated = phrase_in(without_denials(sentence), words_for(ENDED, "stated"))
    return bool(is_stated or phrase_in(sentence, words_for(ENDED, "denying")))


def _is_open(sentence: str) -> bool:
    """Return True if the sentence is a question, or states a condition."""
    return sentence.rstrip().endswith("?") or bool(phrase_in(sentence, words_for(ENDED, "conditional")))
