"""What a look at a page says to a person: words, or a code, a trace, somebody else's error page, nothing.

Only what nobody could have written for people is a flaw: a short page is a doubt, and so is one in a language unknown to us.
"""

import re
from functools import cache

import msgspec

from fiskil_harness.core import catalog
from fiskil_harness.journal import PageView

"""The hook without which nobody opens a page."""

FEW_WORDS = 4
"""A sentence has at least so many."""

FEW_LETTERS = 8
"""In scripts that put no space between words, so many letters say as much."""

SERVER_ERROR = 500

_ERRORS = "page_error_words.toml"
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_CODE = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_JSON_INSIDE = re.compile(r"\{\s*\"\w+\"\s*:")
_TRACES = (
    re.compile(r"Traceback \(most recent call last\)"),
    re.compile(r"(?:^|\n)\s*at \S+ \(\S+:\d+:\d+\)"),
    re.compile(r"(?:^|\n)\s*at (?:async )?\S*\w+\.(?:js|ts|mjs|cjs):\d+:\d+"),
    re.compile(r"(?:^|\n)\s*at [\w.$]+\([\w.]+\.java:\d+\)"),
    re.compile(r"(?:^|\n)\s*File \"[^\"\n]+\", line \d+, in "),
    re.compile(r"(?:^|\n)#\d+ /\S+\.php\(\d+\): "),
)
_DRAWN = re.compile(r"<(img|svg|canvas|iframe|frame|video|object|embed|[a-z]+-[a-z-]+)\b", re.IGNORECASE)
"""What may show something that has no text of its own: pictures, frames, elements that draw themselves."""

_SENTENCE_ENDS = re.compile(r"(?<=[.!?\u2026])\s+|\n+")


def is_readable(look: PageView) -> bool:
    """Whether there was a page to look at."""
    return _is_browsers_own(look) or (not look.problem and (look.status is not None or bool(look.text) or bool(look.html)))


def flaw_of(look: PageView, *, codes: tuple[str, ...] = (), told: str | None = None) -> str:
    """What nobody could have meant for people, as the end of a sentence; empty where there is nothing of the kind.

    Args:
        codes: Words of machines that must not stand in place of words for people.
        told: What is new on the page, where a sentence beside a code must stand; all of its text unless told otherwise.
    """
    text = look.text.strip()
    if not text or _is_browsers_own(look):
        return _of_nothing(look)
    shown = code_in(text, codes)
    is_bare = bool(shown) and not _speaks_beside(shown, text if told is None else told)
    flaws = (
        (_is_json(text), "shows bare JSON"),
        (any(trace.search(look.text) for trace in _TRACES), "shows a stack trace"),
        (_is_framework(text), "is a framework's own error page"),
        (is_bare, f"shows the raw code {shown}"),
        (bool(_JSON_INSIDE.search(text)), "shows JSON among its words"),
    )
    return next((flaw for is_so, flaw in flaws if is_so), "")


def code_in(text: str, codes: tuple[str, ...]) -> str:
    """The first of *codes* that stands in a text; empty where none does."""
    return next((code for code in codes if code and code in text), "")


def _speaks_beside(code: str, text: str) -> bool:
    """Whether a sentence stands beside a code: what only leads up to it ("Reference for our support: X") is none."""
    name = re.escape(code)
    unbracketed = re.sub(rf"[(\[]\s*{name}\s*[)\]]", " ", text)
    left = re.sub(rf"[^.!?\u2026:,;\n]*:?\s*{name}", "\n", unbracketed)
    return any(has_sentence(sentence) for sentence in sentences(left))


def _is_browsers_own(look: PageView) -> bool:
    """Whether the app answered with an error and without a page, so that the browser shows one of its own."""
    return look.url.startswith("chrome-error:") and look.status is not None and look.status >= SERVER_ERROR


def _of_nothing(look: PageView) -> str:
    """A page without a word: blank, unless there is something to press or something drawn."""
    if look.status is not None and look.status >= SERVER_ERROR:
        return f"answered {look.status} without a word"
    return "" if look.controls or _DRAWN.search(look.html) else "is blank"


def why_not_helpful(look: PageView, *, told: str) -> str:
    """Why nobody can say that the page helps, as the end of a sentence; empty where *told*, what is new on it, does."""
    if not is_readable(look):
        return f"was not seen: {look.problem or 'there was no answer'}"
    if not has_sentence(told):
        return f"says too little to tell: {look.veils[0]}" if look.veils else "says too little to tell"
    return "" if _has_next_step(look) else "does not say what to do next, as far as can be told"


def has_sentence(text: str) -> bool:
    """Whether it holds a sentence: four words or more on one line, or as much in a script without spaces."""
    return any(len(_words(line)) >= FEW_WORDS or len(_UNSPACED.findall(line)) >= FEW_LETTERS for line in text.splitlines())


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text as they are read, each once, with spaces made one."""
    found = (" ".join(word.split()) for word in _SENTENCE_ENDS.split(text))
    return tuple(dict.fromkeys(text for text in found if text))


def new_text(before: PageView, after: PageView) -> tuple[str, ...]:
    """What a person can read in the one and could not in the other; another number alone is no news."""
    known = {_unnumbered(sentence) for sentence in sentences(before.text)}
    return tuple(sentence for sentence in sentences(after.text) if _unnumbered(sentence) not in known)


def gist(look: PageView) -> str:
    """The words alone, without those that carry numbers, such as references: these differ each time."""
    return " ".join(value for value in re.findall(r"\w+", look.text.lower()) if not any(sign.isdigit() for sign in value))


def mentions(text: str, listed: tuple[str, ...]) -> bool:
    """Whether one of the *listed* words or phrases stands in *text*, whatever its case, beginning where a word begins."""
    known = " ".join(text.lower().replace("\u2019", "'").split())
    return any(re.search(rf"(?<!\w){re.escape(text.lower())}", known) for text in listed)


def listed(name: str, key: str) -> tuple[str, ...]:
    """A list of words in the fixture *name*."""
    return _listed(name, key)


@cache
def _listed(name: str, key: str) -> tuple[str, ...]:
    return tuple(str(value) for value in catalog.read_fixture(name)[key])


def _has_next_step(look: PageView) -> bool:
    """Whether the page says what to do, or gives something to press."""
    can_press = any(not control.is_disabled and control.text.strip() for control in look.controls)
    return can_press or mentions(look.text, _listed(_ERRORS, "next_steps"))


def _words(text: str) -> list[str]:
    """The words of a text; codes are none."""
    return _WORD.findall(_CODE.sub(" ", text))


def _unnumbered(text: str) -> str:
    return re.sub(r"\d+", "0", text.lower())


def _is_json(text: str) -> bool:
    """Whether the whole text is an object or a list for programs."""
    if text[:1] not in {"{", "["}:
        return False
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        return False
    return True


def _is_framework(text: str) -> bool:
    """Whether nobody of the app's team wrote the page: by a mark, or because nothing stands beside a status in words."""
    plain = " ".join(word for word in re.sub(r"[^\w\s-]|\d", " ", text.lower()).split() if word.strip("-_"))
    has_mark = any(each_text.lower() in text.lower() for each_text in _listed(_ERRORS, "marks"))
    return has_mark or _once(plain) in _listed(_ERRORS, "whole")


def _once(plain: str) -> str:
    """The words, once where a page says all that it says twice, as in a title and a heading."""
    found = plain.split()
    middle = len(found) // 2
    return " ".join(found[:middle] if middle and found[:middle] == found[middle:] else found)
