"""Text of pages: why a page cannot be read, what may hide more of it, and where it contains a phrase."""

from typing import Any

import pytest

from fiskil_harness.journal import Control, PageView
from fiskil_harness.journal.builder import JournalBuilder
from fiskil_harness.journal.queries.page_text import (
    UNKNOWN_LANGUAGE,
    Markup,
    Place,
    explaining,
    has_password_field,
    is_fine,
    markup,
    page_views,
    place_of,
    why_uncertain,
    why_unreadable,
)

TEXT = "You share your accounts with us until March."


def view(text: str = TEXT, html: str = "", **more: Any) -> PageView:
    """Return a view of a page."""
    return PageView(**{"participant": "", "page": "home", "status": 200, "text": text, "html": html, **more})


@pytest.mark.parametrize(
    "attribute",
    [
        "aria-expanded=false",
        "aria-haspopup=menu",
        "aria-controls=more",
        "popovertarget=more",
        "data-toggle=collapse",
        "data-bs-toggle=modal",
        "role=tab",
        "role=tablist",
        "role=switch",
    ],
)
def test_an_element_that_opens_others_has_folds(attribute: str) -> None:
    """Menus, tabs and accordions of common libraries are known."""
    assert markup(view(html=f"<div {attribute}>More</div>")).has_folds


@pytest.mark.parametrize(
    ("html", "has_folds"),
    [
        ("<details><summary>More</summary>x</details>", True),
        ("<button>More</button>", False),
        ("<p role=note aria-label=more>", False),
    ],
)
def test_other_elements_open_nothing(html: str, has_folds: bool) -> None:
    """A summary opens the rest of its element."""
    assert markup(view(html=html)).has_folds is has_folds


@pytest.mark.parametrize(
    ("html", "is_drawn", "is_framed"),
    [
        ("<img src=a.png>", True, False),
        ("<canvas></canvas>", True, False),
        ("<picture></picture>", True, False),
        ("<video></video>", True, False),
        ("<svg><text>Until March</text></svg>", True, False),
        ("<map></map>", True, False),
        ("<p style='background-image: url(a.png)'>", True, False),
        ("<p style='color: red'>", False, False),
        ("<object></object>", False, True),
        ("<embed>", False, True),
        ("<iframe></iframe>", False, True),
        ("<frame>", False, True),
        ("<iframe></iframe><img><p>", True, True),
    ],
)
def test_pictures_and_frames_are_noticed(html: str, is_drawn: bool, is_framed: bool) -> None:
    """Their text cannot be read."""
    content = markup(view(html=f"<p>x</p>{html}<p>y</p>"))

    assert (content.is_drawn, content.is_framed) == (is_drawn, is_framed)


@pytest.mark.parametrize(
    ("html", "written", "folded"),
    [
        ("<p> one </p>\n<p>two</p>", "one\ntwo", ""),
        ("a<details>b<details>c</details>d</details>e", "a\nb\nc\nd\ne", "b\nc\nd"),
        ("</details>a<details>b</details>c", "a\nb\nc", "b"),
        ("a<script>b</script><style>c</style><template>d</template><title>e</title>f", "a\nf", ""),
        ("<svg>a<template>b</svg>c</svg>d", "c\nd", ""),
        ("<img alt=a title=b><input placeholder=c><b aria-label=d></b><i alt='' title>e</i>", "a\nb\nc\nd\ne", ""),
    ],
)
def test_the_written_text_includes_labels_and_folded_text(html: str, written: str, folded: str) -> None:
    """Scripts, styles and drawings contain no text for the end user."""
    content = markup(view(html=html))

    assert (content.written, content.folded) == (written, folded)


@pytest.mark.parametrize(
    ("html", "is_injected"),
    [
        ("<b id=fh-markup onclick=x()>", True),
        ("<b id=fh-markup onclick=x()>a</b><p id=other>", True),
        ("<b id=fh-markup>", False),
        ("<b id=other onclick=x()>", False),
        ("<b onclick=x()>fh-markup</b>", False),
        ("&lt;b id=fh-markup onclick=x()&gt;", False),
    ],
)
def test_markup_of_an_error_must_not_become_an_element(html: str, is_injected: bool) -> None:
    """A page that removed its script, or shows it as text, is safe."""
    assert markup(view(html=html)).is_injected is is_injected


def test_a_page_without_html_has_no_content() -> None:
    """Nothing is known of it."""
    assert markup(view(html="")) == Markup()


def test_links_have_addresses() -> None:
    """An anchor without one leads nowhere."""
    assert markup(view(html="<a href='/a'>x</a><a name=b>y</a><link href='/c'><a href>z</a>")).addresses == ("/a", "")


@pytest.mark.parametrize(
    ("text", "html", "place"),
    [
        ("Your balance", "", Place.VISIBLE),
        ("Home", "<details>Your balance</details>", Place.FOLDED),
        ("Home", "<p hidden>Your balance</p>", Place.UNSEEN),
        ("We never read your balance", "<p>We never read your balance</p>", Place.UNSEEN),
        ("Home", "<p>Home</p>", Place.NOWHERE),
    ],
)
def test_a_phrase_has_its_best_place(text: str, html: str, place: Place) -> None:
    """A page that only denies the phrase does not show it."""
    assert place_of(view(text, html), iter(["deposit", "balance"])) is place


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"status": None}, ""),
        ({"problem": "it hung"}, "the page 'home' could not be read: it hung"),
        ({"status": 300}, "the page 'home' responded 300"),
        ({"status": 199}, "the page 'home' responded 199"),
        ({"text": "elf letters 1234_"}, "the page 'home' shows no readable text"),
        ({"text": "zwölf letters"}, ""),
    ],
)
def test_a_page_is_unreadable_for_a_reason(changes: dict[str, Any], reason: str) -> None:
    """Each of the two views must be fine and have twelve letters."""
    assert why_unreadable([view(), view(**changes)]) == reason
    assert why_unreadable([view(**changes), view()]) == reason


def test_both_widths_are_required() -> None:
    """A page may hide text at one of them."""
    assert why_unreadable([]) == "the page was not viewed"
    assert why_unreadable([view()]) == "the page 'home' was not viewed at both widths"


@pytest.mark.parametrize(
    ("status", "expected"), [(None, True), (199, False), (200, True), (299, True), (300, False), (304, True), (305, False)]
)
def test_a_success_and_an_unchanged_page_are_fine(status: int | None, expected: bool) -> None:
    """304 is a page from the browser's cache."""
    assert is_fine(status) is expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"text": "Ihre Bank and Konten"}, UNKNOWN_LANGUAGE),
        ({"text": "Ihre Bank and your Konten"}, ""),
        ({"covers": ("a large canvas",)}, "a large canvas, whose content cannot be read"),
        ({"html": "<p role=tab>"}, "a press opens more of the page"),
        ({"html": "<iframe>"}, "the page contains a frame"),
        ({"html": "<img>"}, "the page is mostly a picture"),
    ],
)
def test_more_than_text_makes_a_page_uncertain(changes: dict[str, Any], reason: str) -> None:
    """One of two views is enough."""
    assert why_uncertain([view(), view(**changes)]) == reason
    assert why_uncertain([view(**changes), view()]) == reason


@pytest.mark.parametrize(("length", "reason"), [(199, "the page is mostly a picture"), (200, "")])
def test_a_page_with_much_text_may_have_pictures(length: int, reason: str) -> None:
    """They are decoration then."""
    text = TEXT.ljust(length, "x")

    assert why_uncertain([view(text, "<img>"), view(text + "y")]) == reason


HERE, ELSEWHERE = "https://app.example/home", "https://app.example/help"


@pytest.mark.parametrize(
    ("control", "clause"),
    [
        (Control(kind="button", text="Why?"), "pressing 'Why?' may explain it"),
        (Control(kind="button", text="?"), "pressing '?' may explain it"),
        (Control(kind="button", text=""), "the page has a control without a name"),
        (Control(kind="button", text="Continue"), ""),
        (Control(kind="button", text="Why?", is_disabled=True), ""),
        (Control(kind="link", text="Why?", leads_to=f"{HERE}#why"), "pressing 'Why?' may explain it"),
        (Control(kind="link", text="Why?", leads_to=f"{ELSEWHERE}#why"), ""),
        (Control(kind="switch", text="Why?"), ""),
    ],
)
def test_a_control_on_the_page_may_explain_it(control: Control, clause: str) -> None:
    """A link to another page is no explanation on this one."""
    plain = Control(kind="button", text="Continue")

    assert explaining([view(url=f"{HERE}#top"), view(url=f"{HERE}#top", controls=(plain, control))]) == clause


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (b"<INPUT name=p type = 'password'>", True),
        (b"<input type=password>", True),
        (b'<input\nclass=x type="password">', True),
        (b"<input type=text name=password>", False),
        (b"<input type=passwords>", False),
        (b"<p type=password>", False),
        (b"<input><p type=password>", False),
    ],
)
def test_a_login_page_has_a_password_field(html: bytes, expected: bool) -> None:
    """Other fields may have the same name."""
    assert has_password_field(html) is expected


def test_the_latest_view_of_each_width_is_selected(tape: JournalBuilder) -> None:
    """Other pages, moments and participants are left out, and the narrowest width is first."""
    usual = {"width_px": 1280, "moment": "synced"}
    others = [{"page": "other"}, {"participant": "b"}, {"moment": "ended"}]
    for changes in ({"text": "early"}, {"text": "wide"}, {"width_px": 360, "text": "narrow"}, *others):
        tape.write(view(**{**usual, **changes}))

    assert [each.text for each in page_views(tape.journal, "home", ["plain", "synced"])] == ["narrow", "wide"]
    assert [each.page for each in page_views(tape.journal, "home", ["synced"], participant="b")] == ["home"]
