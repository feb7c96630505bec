"""What a page shows at one moment, read by a script of ours in the page and in every frame of its."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from fiskil_harness.journal import Control

LOGIN = "it asks for a password, so it is a page to log in at"


class PageSnapshot(Struct, frozen=True, kw_only=True):
    """A page as a person finds it, and what lies behind it.

    ``values`` are what stands in its fields, ``unseen`` in words what nobody can read there, ``veils`` what may hide more
    words than can be read. The rest is as in ``Shown``.
    """

    url: str = ""
    status: int | None = None
    title: str = ""
    text: str = ""
    html: str = ""
    values: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    controls: tuple[Control, ...] = ()
    unseen: tuple[str, ...] = ()
    veils: tuple[str, ...] = ()
    has_password: bool = False

    @property
    def problem(self) -> str:
        """That nobody can read all of it, in words."""
        return f"{' and '.join(self.unseen)} cannot be looked into" if self.unseen else ""

    @property
    def whole(self) -> str:
        """Everything in which a secret could stand."""
        told = (f"{control.text}\n{control.leads_to}" for control in self.controls)
        return "\n".join((self.url, self.title, self.text, self.html, *self.values, *self.signs, *told))


class FrameContent(Struct, frozen=True, kw_only=True):
    """What the script tells of one frame."""

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
    """The text of one of our scripts."""
    return Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")


def frame_content(told: Any) -> FrameContent:
    """What the script told, as a value."""
    return msgspec.convert(told, FrameContent)


def together(parts: list[FrameContent], *, url: str, status: int | None) -> PageSnapshot:
    """A page of its frames; the first is the page itself."""
    first = parts[0] if parts else FrameContent()
    return PageSnapshot(
        url=url,
        status=status,
        title=first.title,
        text="\n".join(frame_content.text for frame_content in parts if frame_content.text),
        html="\n".join(frame_content.html for frame_content in parts if frame_content.html),
        values=tuple(value for frame_content in parts for value in frame_content.values),
        signs=tuple(dict.fromkeys(sign for frame_content in parts for sign in frame_content.signs)),
        controls=tuple(control for frame_content in parts for control in frame_content.controls),
        unseen=tuple(dict.fromkeys(what for frame_content in parts for what in frame_content.unseen)),
        veils=tuple(dict.fromkeys(what for frame_content in parts for what in frame_content.veils)),
        has_password=any(frame_content.has_password for frame_content in parts),
    )
