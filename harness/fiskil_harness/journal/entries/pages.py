"""What the app's pages showed in a real browser, what they asked for, and what the browser kept of them."""

from typing import Final

from msgspec import Struct

from fiskil_harness.journal.entries.entry import Entry

CONNECT, CONNECTIONS = "connect", "connections"
"""Pages that the config may name: where a journey begins, and where consents are listed."""

RESPONSE, NOTICE, LINKED = "answer", "privacy", "linked"
"""Pages that the config does not name: the response to a press, the privacy notice, another page that a page links."""

REVOKE, PRIVACY = "revoke", "privacy"
"""Purposes of a press."""

PLAIN: Final = "plain"
BEFORE: Final = "synced"
AFTER: Final = "ended"
"""Moments of a look: nothing special, before a consent was revoked, and after it."""

ELSEWHERE = "it leads to another machine"
"""The ``lack`` of a link that leaves this machine."""

NO_RESPONSE = "no answer came, or the page did not wait for it"
"""The ``lack`` of a request that the browser got nothing for."""


class Control(Struct, frozen=True, kw_only=True):
    """Something visible that can be pressed or filled in.

    ``kind`` is link, button, switch (a checkbox, too) or field. ``is_on`` is how a switch stands. ``text`` is its accessible
    name. ``leads_to`` is where a link or its form goes, absolute; it is empty where only a script knows.
    """

    kind: str
    text: str
    leads_to: str = ""
    is_disabled: bool = False
    is_on: bool = False


class PageView(Entry, frozen=True, kw_only=True):
    """One look at one page at one width.

    ``page`` is its name in the config, or ``callback``, ``cancelled``, ``answer`` (what came of a press), ``privacy`` (the
    notice that a page links), ``linked`` (another page of the app's own that it links). ``moment`` says
    what was going on: plain, waiting (a call of the app hangs), stalled (until the app gave up), unsynced (a consent, and no
    data yet), synced, ended, or failed. ``cause`` is the error type behind a look that is *failed*. ``text`` is what a
    person can read, line by line; ``signs`` are the visible signs of work under way (progressbar, aria-busy, a status that
    is announced). ``lack`` says why there was nothing to see; ``digest`` tells one picture of the page from another, where
    one was taken only for that. ``veils`` are what may hide more words than could be read, such as a large canvas.
    """

    participant: str
    page: str
    moment: str = "plain"
    cause: str = ""
    url: str = ""
    status: int | None = None
    width_px: int = 0
    title: str = ""
    text: str = ""
    html: str = ""
    signs: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()
    after_s: float = 0.0
    problem: str = ""
    digest: str = ""
    veils: tuple[str, ...] = ()


class Fetched(Entry, frozen=True, kw_only=True):
    """A request that a page made, and what came back.

    ``kind`` is the browser's word (document, script, stylesheet, xhr, fetch, ...) or sourcemap, which we asked for.
    ``is_ours`` tells that it went to the app's own origin, ``is_api`` that it went to the API. ``lack`` says why the body
    could not be read; a request that would have left this machine was refused.
    """

    participant: str
    page: str
    url: str
    method: str = "GET"
    kind: str = "document"
    headers: tuple[tuple[str, str], ...] = ()
    sent: bytes = b""
    status: int | None = None
    content_type: str = ""
    response_headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    is_ours: bool = True
    is_api: bool = False
    problem: str = ""


class Stored(Entry, frozen=True, kw_only=True):
    """Something that the browser kept for the app's origin.

    ``place`` is localStorage, sessionStorage, IndexedDB, cache, cookie, url or history.
    """

    participant: str
    page: str
    place: str
    name: str
    value: str


class Pressed(Entry, frozen=True, kw_only=True):
    """The end user pressed something. ``number`` counts presses from 1 since the page was opened.

    ``purpose`` is link (to begin a journey), revoke, or privacy. ``lack`` says why nothing came of it, or with an empty
    ``text`` why there was nothing to press. ``is_typed`` tells that it was a word that the page asks to be typed,
    ``is_switch`` that it was a switch, which was turned off.
    """

    participant: str
    page: str
    purpose: str
    text: str
    number: int
    problem: str = ""
    is_typed: bool = False
    is_switch: bool = False


class Picture(Entry, frozen=True, kw_only=True):
    """What a page looked like, as PNG; none is taken of a page that shows a secret, and ``lack`` says so."""

    participant: str
    page: str
    moment: str
    width_px: int
    png: bytes = b""
    problem: str = ""


class Sharing(Entry, frozen=True, kw_only=True):
    """A consent that stood when its end user opened the page where consents are seen, as that page is to show it.

    ``institution`` is the name that Fiskil tells. ``expires_on`` and ``today`` are days, like 2027-03-12. ``is_sought``
    marks the one that is to be revoked.
    """

    participant: str
    consent_id: str
    institution: str
    permissions: tuple[str, ...]
    expires_on: str
    today: str
    is_sought: bool = True
