"""The content of a page at one point in time, read by a script in the page and in each of its frames."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.journal import Control

LOGIN = "it has a password field, so it is a login page"


class PageSnapshot(Struct, frozen=True, kw_only=True):
    """The content of a page as an end user sees it, and its HTML.

    ``values`` are the contents of the page's form fields. ``unreadable`` lists the parts of the page that could not be read.
    ``covers`` describes elements that may hide more text, such as a large canvas. ``has_password`` is true if a password
    field is visible. The other fields are as in the journal entry ``PageView``.
    """

    url: str = ""
    status: int | None = None
    title: str = ""
    text: str = ""
    html: str = ""
    values: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()
    unreadable: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    has_password: bool = False

    @property
    def problem(self) -> str:
        """The parts that cannot be read, as text; empty if there are none."""
        return f"{' and '.join(self.unreadable)} cannot be read" if self.unreadable else ""

    @property
    def all_text(self) -> str:
        """All text in which a secret could appear."""
        controls = (f"{control.text}\n{control.leads_to}" for control in self.controls)
        return "\n".join((self.url, self.title, self.text, self.html, *self.values, *self.signs, *controls))


class FrameContent(Struct, frozen=True, kw_only=True):
    """The content of one frame of a page, as the script ``read.js`` reports it."""

    title: str = ""
    text: str = ""
    html: str = ""
    values: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()
    unseen: tuple[str, ...] = ()
    veils: tuple[str, ...] = ()
    has_password: bool = False


@cache
def script(name: str) -> str:
    """Return the text of the script *name*.js in this folder."""
    return Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")


def frame_content(result: Any) -> FrameContent:
    """Return the result of the script ``read.js`` as a ``FrameContent``."""
    return msgspec.convert(result, FrameContent)


def merged(parts: list[FrameContent], *, url: str, status: int | None) -> PageSnapshot:
    """Return a snapshot that merges the contents of a page's frames. The first element of *parts* is the page itself."""
    first = parts[0] if parts else FrameContent()
    return PageSnapshot(
        url=url,
        status=status,
        title=first.title,
        text="\n".join(part.text for part in parts if part.text),
        html="\n".join(part.html for part in parts if part.html),
        values=tuple(value for part in parts for value in part.values),
        signs=tuple(dict.fromkeys(sign for part in parts for sign in part.signs)),
        controls=tuple(control for part in parts for control in part.controls),
        unreadable=tuple(dict.fromkeys(reason for part in parts for reason in part.unseen)),
        covers=tuple(dict.fromkeys(reason for part in parts for reason in part.veils)),
        has_password=any(part.has_password for part in parts),
    )
