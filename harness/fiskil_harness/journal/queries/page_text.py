"""What looks at a page let one read: which there are, why one cannot be read, and what a page holds that nobody sees yet.

Text that is visible at one width only is seen by some alone, so both widths count.
"""

import enum
import re
from collections.abc import Iterable
from functools import lru_cache
from html.parser import HTMLParser

from msgspec import Struct

from fiskil_harness.journal import Journal, PageView
from fiskil_harness.journal.queries.page_wording import phrase_in, words_for

WIDTHS = 2
SHORTEST_TEXT = 12
"""A page with fewer letters than that says nothing that could be read."""
SHORT_TEXT = 200
"""A page with a picture and fewer characters than that may say in the picture what it has to say."""
UNKNOWN_LANGUAGE = "the page seems to be in a language of which no words are known"
FEW_WORDS = 2
"""With fewer of the words that every page in English has it is in another language."""
_UNREAD = frozenset({"script", "style", "template", "noscript", "head", "title", "svg"})
_DRAWN = frozenset({"img", "canvas", "picture", "video", "svg", "map"})
_FRAMED = frozenset({"object", "embed", "iframe", "frame"})
_NAMING = ("alt", "aria-label", "title", "placeholder")


class Place(enum.IntEnum):
    """Where on a page something is named, from the best to the worst."""

    VISIBLE = 0
    FOLDED = 1
    UNSEEN = 2
    NOWHERE = 3


class Markup(Struct, frozen=True, kw_only=True):
    """What a page's HTML holds besides what is seen.

    ``folded`` is text inside ``<details>``, which one press opens, ``written`` all text there is, with the names of pictures
    and controls. ``is_drawn`` says that pictures are there, ``is_framed`` that other documents are, ``has_folds`` that
    something can be opened or turned to (menus, tabs, accordions, switches).
    """

    folded: str = ""
    written: str = ""
    addresses: tuple[str, ...] = ()
    is_drawn: bool = False
    is_framed: bool = False
    has_folds: bool = False


def page_views(journal: Journal, page: str, moments: Iterable[str], *, participant: str = "") -> list[PageView]:
    """The latest look at a page in one of some moments, for each width, the narrowest first."""
    wanted = set(moments)
    found = {
        view.width_px: view
        for view in journal.all(PageView)
        if view.page == page and view.moment in wanted and view.participant == participant
    }
    return [found[width] for width in sorted(found)]


def why_unreadable(seen: list[PageView]) -> str:
    """Why these looks at one page, one for each width, tell nothing; empty where they do."""
    if not seen:
        return "the page was not looked at"
    name = f"the page {seen[0].page!r}"
    for view in seen:
        if view.problem:
            return f"{name} could not be read: {view.problem}"
        if not is_fine(view.status):
            return f"{name} answered {view.status}"
        if letters(view.text) < SHORTEST_TEXT:
            return f"{name} shows no text that could be read"
    return f"{name} was not looked at with both widths" if len(seen) < WIDTHS else ""


def is_fine(status: int | None) -> bool:
    """Whether a page came as it should, from the app or from what the browser had kept; None where nobody knows."""
    return status is None or 200 <= status < 300 or status == 304


def letters(text: str) -> int:
    """How many letters a text has."""
    return len(re.findall(r"[^\W\d_]", text))


def place_of(look: PageView, phrases: Iterable[str]) -> Place:
    """Where one look at a page names something, by any of some phrases."""
    wanted = tuple(phrases)
    if phrase_in(look.text, wanted):
        return Place.VISIBLE
    held = markup(look)
    if phrase_in(held.folded, wanted):
        return Place.FOLDED
    return Place.UNSEEN if phrase_in(held.written, wanted) else Place.NOWHERE


def why_uncertain(seen: list[PageView]) -> str:
    """What keeps one from saying that a page does not name something: a press, a picture or a frame may show it."""
    held = [markup(view) for view in seen]
    known = words_for("english")
    if any(sum(1 for word in known if phrase_in(view.text, [word])) < FEW_WORDS for view in seen):
        return UNKNOWN_LANGUAGE
    veils = [what for view in seen for what in view.veils]
    if veils:
        return f"{veils[0]}, and what is there cannot be read"
    if any(markup.has_folds for markup in held):
        return "a press opens more of the page"
    if any(markup.is_framed for markup in held):
        return "a frame is in the page"
    if any(markup.is_drawn for markup in held) and min(len(look.text) for look in seen) < SHORT_TEXT:
        return "the page is mostly a picture"
    return ""


def explaining(seen: list[PageView]) -> str:
    """What on a page seems to explain something when it is pressed, as a doubt; a link that leads away does not."""
    for look in seen:
        for control in look.controls:
            is_here = control.kind == "button" or (
                control.kind == "link" and control.leads_to.split("#")[0] == look.url.split("#")[0]
            )
            if (
                is_here
                and not control.is_disabled
                and (not letters(control.text) or phrase_in(control.text, words_for("explains")))
            ):
                return f"a press of {control.text!r} may explain it" if control.text else "a control without a name is there"
    return ""


def markup(look: PageView) -> Markup:
    """What the HTML of a look holds."""
    return _read(look.html)


@lru_cache(maxsize=64)
def _read(html: str) -> Markup:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Markup(
        folded="\n".join(reader.folded),
        written="\n".join(reader.written),
        addresses=tuple(reader.addresses),
        is_drawn=reader.is_drawn,
        is_framed=reader.is_framed,
        has_folds=reader.has_folds,
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.folded: list[str] = []
        self.written: list[str] = []
        self.addresses: list[str] = []
        self.is_drawn = self.is_framed = self.has_folds = False
        self._details = 0
        self._unread: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = {name: value or "" for name, value in attrs}
        self.is_drawn = self.is_drawn or tag in _DRAWN or "background-image" in have.get("style", "")
        self.is_framed = self.is_framed or tag in _FRAMED
        self.has_folds = self.has_folds or _opens(tag, have)
        if tag == "a" and "href" in have:
            self.addresses.append(have["href"])
        if tag == "details":
            self._details += 1
        self._note([have[name] for name in _NAMING if have.get(name)])
        if tag in _UNREAD:
            self._unread.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self._details = max(0, self._details - 1)
        if tag in self._unread:
            del self._unread[self._unread.index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self._unread and data.strip():
            self._note([data.strip()])

    def _note(self, texts: list[str]) -> None:
        self.written += texts
        if self._details:
            self.folded += texts


def _opens(tag: str, have: dict[str, str]) -> bool:
    """Whether an element is there to show something else: a tab, a fold, a menu, a window."""
    told = {"aria-expanded", "aria-haspopup", "aria-controls", "popovertarget", "data-toggle", "data-bs-toggle"}
    return tag == "summary" or have.get("role") in {"tab", "tablist", "switch"} or bool(told & have.keys())
