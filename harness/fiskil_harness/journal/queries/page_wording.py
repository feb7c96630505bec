"""The words by which pages name things, and reading a text for them: by whole words, whatever its case, accents and spaces.

What counts as a name for something stands in ``fixtures/page_words.toml``; a config adds its own.
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
"""Letters of scripts that put no spaces between words, or glue endings to them: there a word is found inside a run."""


@cache
def words_for(table: str, name: str = "words") -> tuple[str, ...]:
    """The words of ``[table] name`` in the file; none where it has no such list."""
    return tuple(catalog.read_fixture(FILE).get(table, {}).get(name, ()))


def dataset_names(dataset: str, more: Mapping[str, Iterable[str]] | None = None) -> tuple[str, ...]:
    """The words under which a page may name *dataset*: its own name, those of the file, and those that a config adds."""
    return (dataset.replace("_", " "), *words_for("dataset", dataset), *((more or {}).get(dataset, ())))


def may_name(text: str, dataset: str) -> bool:
    """Whether *text* has words that may mean *dataset*, though they may as well mean something else."""
    is_banks = dataset in words_for("money", "datasets")
    return bool(phrase_in(text, words_for("maybe", dataset))) or (is_banks and _speaks_of_money(text))


def _speaks_of_money(text: str) -> bool:
    """Whether a sentence tells of money; one that tells what is not done with it ("we cannot move money") does not."""
    told = (word for word in re.split(r"(?<=[.!?])\s+|\n", text) if not phrase_in(word, words_for("money", "denied")))
    return any(phrase_in(text, words_for("money")) for text in told)


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """*text* as its bare words, each with a space on both sides: no case, no accents, no plural's s."""
    bare = "".join(
        each_text for each_text in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(each_text)
    )
    soft = re.sub("[\u00ad\u200b-\u200f\u2060\ufeff]", "", bare)
    return " ".join(["", *(_singular(word) for word in re.findall(r"[^\W_]+", soft)), ""])


def phrase_in(text: str, phrases: Iterable[str]) -> str:
    """The first of *phrases* that *text* says, as it was given; empty where it says none."""
    told = plain(text)
    run = told.replace(" ", "")
    for phrase in phrases:
        wanted = plain(phrase)
        if wanted.strip() and (wanted in told or (_UNSPACED.search(phrase) and wanted.replace(" ", "") in run)):
            return phrase
    return ""


def purpose_words(purpose: str) -> tuple[str, ...]:
    """The words of a purpose that mean something, each once; all of them where none does."""
    every = tuple(dict.fromkeys(plain(purpose).split()))
    empty = set(plain(" ".join(words_for("purpose", "empty"))).split())
    return tuple(text for text in every if text not in empty) or every


def missing_words(text: str, words: Sequence[str]) -> tuple[str, ...]:
    """Those of *words* that *text* has neither as they are nor with another ending (month, monthly, months)."""
    told = plain(text)
    known = set(told.split())
    run = told.replace(" ", "")
    unspaced = {text for text in words if _UNSPACED.search(text) and text in run}
    return tuple(text for text in words if text not in unspaced and not any(_is_akin(text, other) for other in known))


def _is_akin(left: str, right: str) -> bool:
    """Whether two words are the same but for an ending."""
    short, long = sorted((left, right), key=len)
    if short == long:
        return True
    stem = short[:-1] if short[-1:] in {"e", "y"} else short
    return len(stem) >= SHORTEST_STEM and long.startswith(stem) and len(long) - len(stem) <= LONGEST_ENDING


def _singular(word: str) -> str:
    if len(word) > SHORTEST_STEM and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) >= SHORTEST_STEM and word.endswith("s") and not word.endswith("ss") else word
