"""Judge if a page has text for people, or only a code, a stack trace, a framework's error page or nothing.

Only text that cannot be meant for people is a flaw. A short page, or a page in an unknown language, is uncertain.
"""

import re
from functools import cache

import msgspec

from fiskil_harness.core import catalog
from fiskil_harness.journal import PageView
from fiskil_harness.journal.queries.page_claims import without_denials

FEW_WORDS = 4
"""Minimum number of words in a sentence."""

FEW_LETTERS = 8
"""Minimum number of letters in a sentence, for scripts without spaces between words."""

SERVER_ERROR = 500

_ERRORS = "page_error_words.toml"
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_CODE = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_JSON_INSIDE = re.compile(r"\{\s*\"\w+\"\s*:")
_MISSING = re.compile(
    r"(?:^|[:(\"'])[^\S\n]*(undefined|null|NaN|\[object Object\])(?=[^\S\n]*(?:[.,;!)\"']|$))", re.MULTILINE
)
"""A word that a script writes if it has no value or no text, as in ``Reason: undefined``."""

_TRACES = (
    re.compile(r"Traceback \(most recent call last\)"),
    re.compile(r"(?:^|\n)[^\S\n]*at \S+ \(\S+:\d+:\d+\)"),
    re.compile(r"(?:^|\n)[^\S\n]*at (?:async )?\S*(?<=\w)\.(?:js|ts|mjs|cjs):\d+:\d+"),
    re.compile(r"(?:^|\n)[^\S\n]*at [\w.$]+\([\w.]+\.java:\d+\)"),
    re.compile(r"(?:^|\n)[^\S\n]*File \"[^\"\n]+\", line \d+, in "),
    re.compile(r"(?:^|\n)#\d+ /\S+\.php\(\d+\): "),
    re.compile(r" at \S+\.p[lm] line \d+\b"),
)
_DRAWN = re.compile(r"<(img|svg|canvas|iframe|frame|video|object|embed|[a-z]+-[a-z-]+)\b", re.IGNORECASE)
"""Elements that may show something without text: pictures, frames, custom elements."""

_SENTENCE_ENDS = re.compile(r"(?<=[.!?\u2026])\s+|\n+")


def is_readable(view: PageView) -> bool:
    """Return True if the view shows a page of the app, or the browser's own page after a server error."""
    return _is_browser_error(view) or (not view.problem and (view.status is not None or bool(view.text) or bool(view.html)))


def flaw_of(view: PageView, *, codes: tuple[str, ...] = (), fresh_text: str | None = None) -> str:
    """Return the end of a sentence about text on the page that is not meant for people ("shows bare JSON"); '' if none.

    Args:
        codes: Error codes that must not replace words for people.
        fresh_text: The new text of the page; if the page shows a code, this text must contain a sentence as well
            (default: all text of the page).
    """
    text = view.text.strip()
    if not text or _is_browser_error(view):
        return _flaw_without_text(view)
    code = code_in(text, codes)
    is_bare = bool(code) and not _has_sentence_beside(code, text if fresh_text is None else fresh_text)
    missing = _MISSING.search(text)
    flaws = (
        (_is_json(text), "shows bare JSON"),
        (any(trace.search(view.text) for trace in _TRACES), "shows a stack trace"),
        (_is_framework(text), "is a framework's own error page"),
        (is_bare, f"shows the raw code {code}"),
        (bool(_JSON_INSIDE.search(text)), "shows JSON among its words"),
        (missing is not None, f'shows "{missing and missing[1]}" in place of words'),
    )
    return next((flaw for applies, flaw in flaws if applies), "")


def code_in(text: str, codes: tuple[str, ...]) -> str:
    """Return the first of *codes* that *text* contains, or '' if it contains none of them."""
    return next((code for code in codes if code and code in text), "")


def _has_sentence_beside(code: str, text: str) -> bool:
    """Return True if *text* has a sentence in addition to *code*; the words that introduce the code do not count."""
    name = re.escape(code)
    unbracketed = re.sub(rf"[(\[]\s*{name}\s*[)\]]", " ", text)
    left = re.sub(rf"[^.!?\u2026:,;\n]*:?\s*{name}", "\n", unbracketed)
    return any(has_sentence(sentence) for sentence in sentences(left))


def _is_browser_error(view: PageView) -> bool:
    """Return True if the browser shows its own error page, because the app responded with a server error and no page."""
    return view.url.startswith("chrome-error:") and view.status is not None and view.status >= SERVER_ERROR


def _flaw_without_text(view: PageView) -> str:
    """Return the flaw of a page without text (end of a sentence); '' if the page has a control or a picture."""
    if view.status is not None and view.status >= SERVER_ERROR:
        return f"responded {view.status} without any text"
    return "" if view.controls or _DRAWN.search(view.html) else "is blank"


def why_not_helpful(view: PageView, *, fresh_text: str) -> str:
    """Return why the page cannot be judged helpful (end of a sentence), or '' if it is helpful.

    Args:
        fresh_text: The text of the page that appeared after the error.
    """
    if not is_readable(view):
        return f"could not be read: {view.problem or 'there was no response'}"
    if not has_sentence(fresh_text):
        return f"has too little text to judge: {view.covers[0]}" if view.covers else "has too little text to judge"
    return "" if _has_next_step(view) else "does not recognisably state what to do next"


def has_sentence(text: str) -> bool:
    """Return True if a line of *text* has four different words or more, or eight letters of a script without spaces.

    Filler text ("lorem ipsum") does not count.
    """
    lines = (line for line in text.splitlines() if not mentions(line, listed(_ERRORS, "filler")))
    return any(
        len({word.lower() for word in _words(line)}) >= FEW_WORDS or len(_UNSPACED.findall(line)) >= FEW_LETTERS
        for line in lines
    )


def blames_end_user(text: str) -> bool:
    """Return True if *text* states that the end user cancelled, and mentions no failure."""
    return mentions(without_denials(text), listed(_ERRORS, "chosen")) and not mentions(text, listed(_ERRORS, "failed"))


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text in order, without duplicates and with single spaces."""
    parts = (" ".join(part.split()) for part in _SENTENCE_ENDS.split(text))
    return tuple(dict.fromkeys(sentence for sentence in parts if sentence))


def new_text(before: PageView, after: PageView) -> tuple[str, ...]:
    """Return the sentences of *after* that *before* does not have; numbers in sentences are ignored."""
    earlier = {_unnumbered(sentence) for sentence in sentences(before.text)}
    return tuple(sentence for sentence in sentences(after.text) if _unnumbered(sentence) not in earlier)


def gist(view: PageView) -> str:
    """Return the words of a page, without words that contain digits, such as reference numbers."""
    return " ".join(word for word in re.findall(r"\w+", view.text.lower()) if not any(letter.isdigit() for letter in word))


def mentions(text: str, listed: tuple[str, ...]) -> bool:
    """Return True if a word in *text* begins with one of the *listed* words or phrases; case is ignored."""
    flat = " ".join(text.lower().replace("\u2019", "'").split())
    return any(re.search(rf"(?<!\w){re.escape(phrase.lower())}", flat) for phrase in listed)


@cache
def listed(name: str, key: str) -> tuple[str, ...]:
    """Return the list of words under *key* in the fixture file *name*."""
    return tuple(str(value) for value in catalog.read_fixture(name)[key])


def _has_next_step(view: PageView) -> bool:
    """Return True if the page states what to do next, or has a control that can be pressed."""
    can_press = any(not control.is_disabled and control.text.strip() for control in view.controls)
    return can_press or mentions(view.text, listed(_ERRORS, "next_steps"))


def _words(text: str) -> list[str]:
    """Return the words of a text, without codes such as CONSENT_TIMEOUT."""
    return _WORD.findall(_CODE.sub(" ", text))


def _unnumbered(text: str) -> str:
    return re.sub(r"\d+", "0", text.lower())


def _is_json(text: str) -> bool:
    """Return True if the whole text is a JSON object or list."""
    if text[:1] not in {"{", "["}:
        return False
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        return False
    return True


def _is_framework(text: str) -> bool:
    """Return True for a framework's default error page.

    Such a page contains a known text of the framework, or nothing but the name of the status ("Not Found").
    """
    plain = " ".join(word for word in re.sub(r"[^\w\s-]|\d", " ", text.lower()).split() if word.strip("-_"))
    has_mark = any(mark.lower() in text.lower() for mark in listed(_ERRORS, "marks"))
    return has_mark or _without_repetition(plain) in listed(_ERRORS, "whole")


def _without_repetition(plain: str) -> str:
    """Return the first half of a text whose two halves are equal, such as a title and a heading; else the whole text."""
    words = plain.split()
    middle = len(words) // 2
    return " ".join(words[:middle] if middle and words[:middle] == words[middle:] else words)
