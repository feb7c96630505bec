"""Queries about page views: selection, reasons why a page cannot be read, and text that is not visible yet.

Each page is viewed at two widths, because text that is visible at only one width reaches only some end users.
"""

import enum
import re
from collections.abc import Iterable
from functools import lru_cache
from html.parser import HTMLParser

from msgspec import Struct, structs

from fiskil_harness.core.model import MARKUP_ID
from fiskil_harness.journal import Journal, PageView
from fiskil_harness.journal.entries.pages import CONNECT
from fiskil_harness.journal.queries.page_addresses import is_local
from fiskil_harness.journal.queries.page_claims import without_denials
from fiskil_harness.journal.queries.page_wording import phrase_in, words_for

WIDTHS = 2
"""Number of widths at which each page is viewed."""
SHORTEST_TEXT = 12
"""A page with fewer letters than this has no readable text."""
SHORT_TEXT = 200
"""A page with fewer characters than this and a picture may show its content in the picture."""
UNKNOWN_LANGUAGE = "the page seems to be in a language whose words are not known"
FEW_WORDS = 2
"""Minimum number of common English words on a page; a page with fewer is in another language."""
_UNREAD = frozenset({"script", "style", "template", "noscript", "head", "title", "svg"})
_DRAWN = frozenset({"img", "canvas", "picture", "video", "svg", "map"})
_FRAMED = frozenset({"object", "embed", "iframe", "frame"})
_PASSWORD = re.compile(rb"<input\b[^<>]*\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_NAMING = ("alt", "aria-label", "title", "placeholder")


class Place(enum.IntEnum):
    """Visibility of a word or phrase on a page, from best to worst.

    VISIBLE: in the visible text. FOLDED: in ``<details>``, which one press opens. UNSEEN: elsewhere in the HTML.
    NOWHERE: not on the page.
    """

    VISIBLE = 0
    FOLDED = 1
    UNSEEN = 2
    NOWHERE = 3


class Markup(Struct, frozen=True, kw_only=True):
    """Content of a page's HTML, including text that is not visible.

    *folded* is the text inside ``<details>``, which one press opens. *written* is all text, including the alternative texts
    of pictures and the labels of controls. *addresses* are the URLs of links. *is_drawn* is True if the page has pictures,
    *is_framed* if it has frames. *has_folds* is True if an element opens other content (menus, tabs, accordions, switches).
    *is_injected* is True if the page has the element that the description of an undocumented error contains, with its
    script; a page that removed the script, or shows the markup as text, has it not.
    """

    folded: str = ""
    written: str = ""
    addresses: tuple[str, ...] = ()
    is_drawn: bool = False
    is_framed: bool = False
    has_folds: bool = False
    is_injected: bool = False


def page_views(journal: Journal, page: str, moments: Iterable[str], *, participant: str = "") -> list[PageView]:
    """Return, for each width, the latest view of *page* at one of *moments*; the narrowest width is first."""
    selected = set(moments)
    latest = {
        view.width_px: view
        for view in journal.all(PageView)
        if view.page == page and view.moment in selected and view.participant == participant
    }
    return [latest[width_px] for width_px in sorted(latest)]


def connect_views(journal: Journal, *, page: str = CONNECT, participant: str = "") -> list[PageView]:
    """Return, for each width, one view with the content of all pages from the start of linking to the consent page.

    An app may explain what it does on several pages, one after another. Pages that cannot be read and pages of other
    origins are left out, except the first. The narrowest width is first.
    """
    by_width: dict[int, PageView] = {}
    for view in _connect_pages(journal, page, participant):
        first = by_width.get(view.width_px)
        if first is None:
            by_width[view.width_px] = view
        elif not view.problem and is_fine(view.status) and is_local(first.url, view.url):
            by_width[view.width_px] = _joined(first, view)
    return [by_width[width_px] for width_px in sorted(by_width)]


def why_incomplete(journal: Journal) -> str:
    """Return why the pages from the start of linking to the consent page may show more than ``connect_views``.

    The text is '' if they do not. Each page counts alone: the language of one page says nothing of the next one.
    """
    views = _connect_pages(journal, CONNECT, "")
    reasons = [_why_unreadable(view) or why_uncertain([view]) for view in views]
    reasons += ["a page of another origin follows" for view in views if not is_local(views[0].url, view.url)]
    return next(filter(None, reasons), "")


def _connect_pages(journal: Journal, page: str, participant: str) -> list[PageView]:
    return [view for view in journal.all(PageView) if (view.page, view.participant) == (page, participant) and view.is_plain]


def _joined(first: PageView, following: PageView) -> PageView:
    """Return *first* with the content of *following* added."""
    return structs.replace(
        first,
        text=f"{first.text}\n{following.text}",
        html=f"{first.html}\n{following.html}",
        controls=(*first.controls, *following.controls),
        covers=(*first.covers, *following.covers),
    )


def why_unreadable(views: list[PageView]) -> str:
    """Return why *views* of a page, one for each width, cannot be judged; '' if they can be judged."""
    if not views:
        return "the page was not viewed"
    reason = next(filter(None, map(_why_unreadable, views)), "")
    return reason or (f"the page {views[0].page!r} was not viewed at both widths" if len(views) < WIDTHS else "")


def _why_unreadable(view: PageView) -> str:
    name = f"the page {view.page!r}"
    if view.problem:
        return f"{name} could not be read: {view.problem}"
    if not is_fine(view.status):
        return f"{name} responded {view.status}"
    return f"{name} shows no readable text" if letters(view.text) < SHORTEST_TEXT else ""


def is_fine(status: int | None) -> bool:
    """Return True for a status of success, for 304 (from the browser's cache), and for an unknown status (None)."""
    return status is None or 200 <= status < 300 or status == 304


def letters(text: str) -> int:
    """Return the number of letters in *text*."""
    return len(re.findall(r"[^\W\d_]", text))


def place_of(view: PageView, phrases: Iterable[str]) -> Place:
    """Return the best place in which one view of a page contains any of *phrases*; UNSEEN if the page only denies them."""
    phrases = tuple(phrases)
    if phrase_in(without_denials(view.text), phrases):
        return Place.VISIBLE
    content = markup(view)
    if phrase_in(without_denials(content.folded), phrases):
        return Place.FOLDED
    return Place.UNSEEN if phrase_in(content.written, phrases) else Place.NOWHERE


def why_uncertain(views: list[PageView]) -> str:
    """Return why a page may show more than its readable text, for example in a picture or a frame; '' if it does not."""
    contents = [markup(view) for view in views]
    common_words = words_for("english")
    if any(sum(1 for word in common_words if phrase_in(view.text, [word])) < FEW_WORDS for view in views):
        return UNKNOWN_LANGUAGE
    veils = [veil for view in views for veil in view.covers]
    if veils:
        return f"{veils[0]}, whose content cannot be read"
    if any(content.has_folds for content in contents):
        return "a press opens more of the page"
    if any(content.is_framed for content in contents):
        return "the page contains a frame"
    if any(content.is_drawn for content in contents) and min(len(view.text) for view in views) < SHORT_TEXT:
        return "the page is mostly a picture"
    return ""


def explaining(views: list[PageView]) -> str:
    """Return a clause about a control that may show an explanation on the same page when pressed; '' if there is none."""
    for view in views:
        for control in view.controls:
            is_here = control.is_button or (control.is_link and control.leads_to.split("#")[0] == view.url.split("#")[0])
            if (
                is_here
                and not control.is_disabled
                and (not letters(control.text) or phrase_in(control.text, words_for("explains")))
            ):
                return (
                    f"pressing {control.text!r} may explain it" if control.text else "the page has a control without a name"
                )
    return ""


def markup(view: PageView) -> Markup:
    """Parse the HTML of a view and return its content."""
    return _parse(view.html)


@lru_cache(maxsize=64)
def _parse(html: str) -> Markup:
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
        is_injected=reader.is_injected,
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.folded: list[str] = []
        self.written: list[str] = []
        self.addresses: list[str] = []
        self.is_drawn = self.is_framed = self.has_folds = self.is_injected = False
        self._details = 0
        self._unread: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.is_drawn = self.is_drawn or tag in _DRAWN or "background-image" in attributes.get("style", "")
        self.is_framed = self.is_framed or tag in _FRAMED
        self.has_folds = self.has_folds or _opens(tag, attributes)
        self.is_injected = self.is_injected or (attributes.get("id") == MARKUP_ID and "onclick" in attributes)
        if tag == "a" and "href" in attributes:
            self.addresses.append(attributes["href"])
        if tag == "details":
            self._details += 1
        self._add([attributes[name] for name in _NAMING if attributes.get(name)])
        if tag in _UNREAD:
            self._unread.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self._details = max(0, self._details - 1)
        if tag in self._unread:
            del self._unread[self._unread.index(tag) :]

    def handle_data(self, data: str) -> None:
        if not self._unread and data.strip():
            self._add([data.strip()])

    def _add(self, texts: list[str]) -> None:
        self.written += texts
        if self._details:
            self.folded += texts


def _opens(tag: str, attributes: dict[str, str]) -> bool:
    """Return True if the element opens other content, such as a tab, a menu, a dialog or collapsed text."""
    opening = {"aria-expanded", "aria-haspopup", "aria-controls", "popovertarget", "data-toggle", "data-bs-toggle"}
    return tag == "summary" or attributes.get("role") in {"tab", "tablist", "switch"} or bool(opening & attributes.keys())


def has_password_field(html: bytes) -> bool:
    """Return True if *html* has a password field, so that it is a login page."""
    return _PASSWORD.search(html) is not None
