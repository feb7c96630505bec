"""Observations of the app's pages in a real browser: visible content, requests, and values that the browser stored."""

from typing import Final, Literal

from msgspec import Struct

from fiskil_harness.journal.entries.entry import Entry

CONNECT, CONNECTIONS = "connect", "connections"
"""Names of pages in the config: the page on which a consent journey begins, and the page that lists consents."""

RESPONSE, NOTICE, LINKED = "response", "privacy", "linked"
"""Names of pages that are not in the config: the page after a press, the privacy notice, another linked page of the app."""

REVOKE: Final = "revoke"
PRIVACY: Final = "privacy"
"""Purposes of a press."""

PLAIN: Final = "plain"
BEFORE: Final = "synced"
AFTER: Final = "ended"
"""Times of a page view: at no special time, before a consent was revoked, and after it was revoked."""

OTHER_MACHINE = "it leads to another machine"
"""``problem`` of a link to another machine, which is never opened."""

NO_RESPONSE = "no response came, or the page did not wait for it"
"""``Fetched.problem`` of a request to which the browser received no response."""

ControlKind = Literal["link", "button", "switch", "choice", "field"]
"""Kinds of controls; a checkbox is a switch."""

ViewMoment = Literal["plain", "waiting", "stalled", "unsynced", "synced", "ended", "failed"]
"""Time at which a page was viewed.

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

PressPurpose = Literal["link", "revoke", "privacy", "explore"]
"""Purpose for which a control was pressed: to begin a journey, to revoke a consent, to open the privacy notice, or to see
what the control does.
"""

StoragePlace = Literal["localStorage", "sessionStorage", "IndexedDB", "cache", "cookie", "url", "history", "unread"]
"""Storage of the browser that contains a value.

``unread`` means that a storage could not be read; ``Stored.name`` is then the storage, and ``Stored.value`` the reason.
"""


class Control(Struct, frozen=True, kw_only=True):
    """A visible control of a page.

    *text* is the accessible name. A *choice* is an option, or a list of options; the name of a list ends with the option
    that a press chooses. *leads_to* is the absolute URL that the link or form opens; it is empty if a script handles the
    press. *is_on* is the state of a switch or an option.
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
        """Return True for a field that a person fills in."""
        return self.kind in {"field", "choice"}

    @property
    def is_choice(self) -> bool:
        """Return True for an option, or a list of options."""
        return self.kind == "choice"


FAILED_REVOCATION = "a revocation that fails"
"""The cause of views around a click on a control that revokes a consent while the API fails."""

JOURNEY_CONTINUED = "the journey continued, so the app had no failure to report"
"""The problem of a view that was to show a failure, although the app opened the consent page."""


class PageView(Entry, frozen=True, kw_only=True):
    """One view of one page at one width.

    *page* is the page's name in the config, or ``callback``, ``cancelled``, ``response`` (the page after a press),
    ``privacy`` (the linked notice) or ``linked`` (another page of the app). *cause* is the error type if *moment* is
    ``failed``, or the failure during which a page was viewed. *after_s* is the time since the press, in real seconds.

    *text* is the visible text, line by line. *signs* are the visible signs of progress (progressbar, aria-busy, an announced
    status). *problem* states why nothing could be read. *digest* is a hash of the screenshot, so that two views can be
    compared; it is empty if there is none. *covers* describe elements that may contain unreadable text, such as a large
    canvas. *is_covered* is True for a page after a journey if the consent page or an element without content
    lies over every text of the page.
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
    is_covered: bool = False

    @property
    def is_plain(self) -> bool:
        """Return True if the page was viewed at no special time."""
        return self.moment == "plain"

    @property
    def is_unsynced(self) -> bool:
        """Return True if the page was viewed after the consent and before any data was there."""
        return self.moment == "unsynced"

    @property
    def is_synced(self) -> bool:
        """Return True if the page was viewed when all data was there."""
        return self.moment == "synced"


class Fetched(Entry, frozen=True, kw_only=True):
    """A request of a page and its response.

    *kind* is the browser's resource type (document, script, stylesheet, xhr, fetch, ...), or ``sourcemap`` for a source map
    that the harness requested. *is_ours* is True for the app's own origin, *is_api* for the API. *problem* states why the
    body could not be read, for example because requests to other machines are blocked.
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

    *problem* states why the press had no result. If *text* is empty, *problem* states why there was nothing to press.
    *is_typed* is True if the end user typed a confirmation word instead, *is_switch* if a switch was turned off.
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
    """A screenshot of a page as PNG; *png* is empty if the page shows a secret, and *problem* then states that."""

    participant: str
    page: str
    moment: ViewMoment
    width_px: int
    png: bytes = b""
    problem: str = ""


class Sharing(Entry, frozen=True, kw_only=True):
    """A consent as the connections page must list it when its end user opens that page.

    *institution* is the name that Fiskil reports. *expires_on* and *today* are dates like 2027-03-12. *will_be_revoked* is
    True for the consent that the harness is going to revoke on the page.
    """

    participant: str
    consent_id: str
    institution: str
    permissions: tuple[str, ...]
    expires_on: str
    today: str
    will_be_revoked: bool = True


class Renewed(Entry, frozen=True, kw_only=True):
    """A consent was renewed and keeps its id. Without the renewal it would have ended on the day *ended_on* (2027-03-12)."""

    participant: str
    consent_id: str
    ended_on: str
