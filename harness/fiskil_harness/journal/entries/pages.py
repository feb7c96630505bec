"""Observations of the app's pages in a real browser: what they showed, their requests, and what the browser stored."""

from typing import Final, Literal

from msgspec import Struct

from fiskil_harness.journal.entries.entry import Entry

CONNECT, CONNECTIONS = "connect", "connections"
"""Pages that the config may name: where a journey begins, and where consents are listed."""

RESPONSE, NOTICE, LINKED = "response", "privacy", "linked"
"""Pages that the config does not name: the response to a press, the privacy notice, another linked page of the app."""

REVOKE: Final = "revoke"
PRIVACY: Final = "privacy"
"""Purposes of a press."""

PLAIN: Final = "plain"
BEFORE: Final = "synced"
AFTER: Final = "ended"
"""Moments of a page view: nothing special, before a consent was revoked, and after it."""

OTHER_MACHINE = "it leads to another machine"
"""The ``problem`` of a link that leaves this machine."""

NO_RESPONSE = "no response came, or the page did not wait for it"
"""The ``problem`` of a request for which the browser received nothing."""

ControlKind = Literal["link", "button", "switch", "field"]
"""Kinds of controls; a checkbox is a switch."""

ViewMoment = Literal["plain", "waiting", "stalled", "unsynced", "synced", "ended", "failed"]
"""When a page was viewed.

========  ==================================
plain     none of the following
waiting   an API call of the app hangs
stalled   the app has given up the call
unsynced  after the consent, before any data
synced    all data is there
ended     after the consent ended
failed    after an error
========  ==================================
"""

PressPurpose = Literal["link", "revoke", "privacy"]
"""Why a control was pressed: to begin a journey, to revoke a consent, or to open the privacy notice."""

StoragePlace = Literal["localStorage", "sessionStorage", "IndexedDB", "cache", "cookie", "url", "history", "unread"]
"""Where the browser stored a value; ``lack`` marks storage that could not be read (*name*: which, *value*: why)."""


class Control(Struct, frozen=True, kw_only=True):
    """A visible control of a page.

    *text* is its accessible name. *leads_to* is the absolute URL of the link or form; empty if only a script knows it.
    *is_on* is the state of a switch.
    """

    kind: ControlKind
    text: str
    leads_to: str = ""
    is_disabled: bool = False
    is_on: bool = False

    @property
    def is_switch(self) -> bool:
        """Return True for a switch or a checkbox."""
        return self.kind == "switch"

    @property
    def is_link(self) -> bool:
        """Return True for a link."""
        return self.kind == "link"

    @property
    def is_button(self) -> bool:
        """Return True for a button."""
        return self.kind == "button"

    @property
    def is_field(self) -> bool:
        """Return True for a field that can be filled in."""
        return self.kind == "field"


class PageView(Entry, frozen=True, kw_only=True):
    """One view of one page at one width.

    *page* is its name in the config, or ``callback``, ``cancelled``, ``response`` (the response to a press), ``privacy``
    (the linked notice) or ``linked`` (another page of the app). *cause* is the error type if *moment* is ``failed``.

    *text* is the visible text, line by line. *signs* are the visible signs of progress (progressbar, aria-busy, an announced
    status). *problem* states why nothing could be read. *digest* identifies the screenshot if one was taken to compare.
    *veils* describe elements that may hide more words, such as a large canvas.
    """

    participant: str
    page: str
    moment: ViewMoment = "plain"
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
    covers: tuple[str, ...] = ()


class Fetched(Entry, frozen=True, kw_only=True):
    """A request of a page and its response.

    *kind* is the browser's resource type (document, script, stylesheet, xhr, fetch, ...) or ``sourcemap``, which the harness
    requested. *is_ours* is True for the app's own origin, *is_api* for the API. *problem* states why the body could not be
    read; requests to other machines are blocked.
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
    """A value that the browser stored for the app's origin."""

    participant: str
    page: str
    place: StoragePlace
    name: str
    value: str

    @property
    def is_unread(self) -> bool:
        """Return True if the storage could not be read; *value* states why."""
        return self.place == "unread"


class Pressed(Entry, frozen=True, kw_only=True):
    """The end user pressed a control; *number* counts presses from 1 since the page was opened.

    *problem* states why the press had no result or, with an empty *text*, why there was nothing to press. *is_typed* marks a
    confirmation word that the page requires to be typed, *is_switch* a switch that was turned off.
    """

    participant: str
    page: str
    purpose: PressPurpose
    text: str
    number: int
    problem: str = ""
    is_typed: bool = False
    is_switch: bool = False


class Picture(Entry, frozen=True, kw_only=True):
    """A screenshot of a page as PNG; there is none of a page that shows a secret, and *problem* states that."""

    participant: str
    page: str
    moment: ViewMoment
    width_px: int
    png: bytes = b""
    problem: str = ""


class Sharing(Entry, frozen=True, kw_only=True):
    """A consent as the page of connections must show it when its end user opens that page.

    *institution* is the name that Fiskil reports. *expires_on* and *today* are dates like 2027-03-12. *is_sought* marks the
    consent that will be revoked.
    """

    participant: str
    consent_id: str
    institution: str
    permissions: tuple[str, ...]
    expires_on: str
    today: str
    will_be_revoked: bool = True
