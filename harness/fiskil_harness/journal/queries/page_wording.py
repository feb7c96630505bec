"""Search for words on pages: finds whole words, and ignores case, accents and plural endings.

The words are listed in ``fixtures/page_words.toml``; the config adds those of the app.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from fiskil_harness.core import catalog

FILE = "page_words.toml"
SHORTEST_STEM = 4
LONGEST_ENDING = 4
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af]")
"""Letters of scripts without spaces between words or with attached endings; such words are also found inside longer text."""


@cache
def words_for(table: str, name: str = "words") -> tuple[str, ...]:
    """Return the list *name* in the table *table* of ``page_words.toml``; empty if there is no such list."""
    return tuple(catalog.read_fixture(FILE).get(table, {}).get(name, ()))


def dataset_names(dataset: str, more: Mapping[str, Iterable[str]] | None = None) -> tuple[str, ...]:
    """Return the words that a page may use for *dataset*: its name, the words of ``page_words.toml``, and *more* words.

    Args:
        more: Further words by dataset, from the config.
    """
    return (dataset.replace("_", " "), *words_for("dataset", dataset), *((more or {}).get(dataset, ())))


def may_name(text: str, dataset: str) -> bool:
    """Return True if *text* has ambiguous words that may mean *dataset*."""
    is_money = dataset in words_for("money", "datasets")
    return bool(phrase_in(text, words_for("maybe", dataset))) or (is_money and _mentions_money(text))


def _mentions_money(text: str) -> bool:
    """Return True if a sentence in *text* mentions money; a denial ("we cannot move money") does not count."""
    sentences = re.split(r"(?<=[.!?])\s+|\n", text)
    claims = (sentence for sentence in sentences if not phrase_in(sentence, words_for("money", "denied")))
    return any(phrase_in(sentence, words_for("money")) for sentence in claims)


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """Return the words of *text* in lower case, without accents and plural endings, with a space around each."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    unaccented = "".join(letter for letter in letters if not unicodedata.combining(letter))
    visible = re.sub("[\u00ad\u200b-\u200f\u2060\ufeff]", "", unaccented)
    return " ".join(["", *(_singular(word) for word in re.findall(r"[^\W_]+", visible)), ""])


def phrase_in(text: str, phrases: Iterable[str]) -> str:
    """Return the first of *phrases* that *text* contains, or '' if it contains none of them."""
    words = plain(text)
    run = words.replace(" ", "")
    for phrase in phrases:
        plain_phrase = plain(phrase)
        is_in_run = _UNSPACED.search(phrase) and plain_phrase.replace(" ", "") in run
        if plain_phrase.strip() and (plain_phrase in words or is_in_run):
            return phrase
    return ""


def purpose_words(purpose: str) -> tuple[str, ...]:
    """Return the words of *purpose* that carry meaning, without duplicates; all words if there are none with meaning."""
    every = tuple(dict.fromkeys(plain(purpose).split()))
    empty = set(plain(" ".join(words_for("purpose", "empty"))).split())
    return tuple(word for word in every if word not in empty) or every


def missing_words(text: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return those of *words* that *text* does not contain, not even with another ending (month, monthly, months)."""
    plain_text = plain(text)
    present = set(plain_text.split())
    run = plain_text.replace(" ", "")
    unspaced = {word for word in words if _UNSPACED.search(word) and word in run}
    return tuple(word for word in words if word not in unspaced and not any(_is_akin(word, other) for other in present))


def _is_akin(left: str, right: str) -> bool:
    """Return True if two words are equal except for their endings."""
    short, long = sorted((left, right), key=len)
    if short == long:
        return True
    stem = short[:-1] if short[-1:] in {"e", "y"} else short
    return len(stem) >= SHORTEST_STEM and long.startswith(stem) and len(long) - len(stem) <= LONGEST_ENDING


def _singular(word: str) -> str:
    if len(word) > SHORTEST_STEM and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) >= SHORTEST_STEM and word.endswith("s") and not word.endswith("ss") else word
