"""The end user presses every harmless control on every page that they reach, and nothing that ends or pays something."""

import re
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from math import inf
from pathlib import Path

import pytest

from fiskil_harness.core.config import parse
from fiskil_harness.journal import Fetched, Journal, PageView, Pressed, StepIncomplete, Stored
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from fiskil_harness.scenario.steps import press_controls
from tests.apps.feed import Feed

pytestmark = pytest.mark.slow

Explore = Callable[..., Journal]


class Site(Feed):
    """A feed whose pages have the given HTML by path; ``{number}`` in it counts the requests for pages."""

    def __init__(self, pages: dict[str, str]) -> None:
        super().__init__()
        self.html, self.posted = pages, []

    def _pages(site) -> type[BaseHTTPRequestHandler]:  # noqa: N805  (the handler's own self is the request)
        class Pages(super()._pages()):
            def do_GET(self) -> None:
                site.visited.append(self.path)
                html = site.html.get(self.path.partition("?")[0], "").replace("{number}", "x" * len(site.visited))
                self._answer(200 if html else 404, f'<!doctype html><meta charset="utf-8">{html}'.encode())

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", "0"))
                site.posted.append((self.path, self.rfile.read(size).decode()))
                self._answer(200, b"<p>This was sent.</p>")

        return Pages


@pytest.fixture
def explore(drive: Callable[..., Driver]) -> Explore:
    """Return a function that presses the controls of a site, which begins at ``/start``, and returns the journal."""

    def explored(site: Site) -> Journal:
        app = {"object": "feed:Feed", "observe": {"pages": {"start": "/start"}}}
        driver = drive(parse({"app": app}, folder=Path(__file__).parents[2] / "apps"), given=site)
        journal, crashed = driver.perform(Scenario(name="x", practices=(), steps=(steps.PressEveryControl(),), probes=()))
        assert crashed == ""
        return journal

    return explored


def pressed(journal: Journal) -> list[str]:
    return [press.text for press in journal.all(Pressed)]


def left_out(journal: Journal) -> list[str]:
    return [incomplete.reason for incomplete in journal.all(StepIncomplete)]


def test_controls_of_every_page_are_pressed(explore: Explore) -> None:
    """Pages that open after a press count, and so do controls that appear after a press."""
    start = """<a href="/settings">Settings</a><details><summary>More</summary><button>Advanced</button></details>
        <div role="tab">History</div>"""
    journal = explore(Site({"/start": start, "/settings": "<button>Show the key</button>"}))

    assert pressed(journal) == ["Settings", "More", "Advanced", "History", "Show the key"]
    assert left_out(journal) == []


def test_another_option_is_chosen(explore: Explore) -> None:
    """A script may act on a choice as on a press."""
    choices = """<label for="bank">Bank</label>
        <select id="bank" onchange="fetch('/chosen')"><option>Any</option><option>Coral</option></select>
        <label>Weekly <input type="radio" name="pace"></label>
        <label>Daily <input type="radio" name="pace" checked></label>"""
    site = Site({"/start": choices})

    journal = explore(site)

    assert pressed(journal) == ["Bank: Coral", "Bank: Any", "Weekly", "Daily"]
    assert "/chosen" in site.visited


@pytest.mark.parametrize(
    "control",
    [
        "<button>Stop sharing</button>",
        "<select><option>Choose</option><option>Delete my account</option></select>",
        "<button>Verbindung trennen</button>",
        "<button>删除账户</button>",
        '<a href="/logout">Goodbye</a>',
        '<form action="/consents/1/revoke" method="post"><button>OK</button></form>',
        "<button>&times;</button>",
        "<button disabled>Show</button>",
        '<input type="checkbox" aria-label="Share my data" checked>',
        '<a href="https://bank.example/">Your bank</a>',
        '<a href="mailto:help@shop.example">Write to us</a>',
        '<input type="password"><button>Continue</button>',
    ],
)
def test_controls_that_may_end_something_are_not_pressed(explore: Explore, control: str) -> None:
    """Neither are controls of other hosts, disabled ones, and those of a login page."""
    site = Site({"/start": control})

    journal = explore(site)

    assert (pressed(journal), site.visited, site.posted) == ([], ["/start"], [])
    assert left_out(journal) == []


def test_what_follows_a_press_is_recorded(explore: Explore) -> None:
    """The journal has the text of the page, the response to the script, and the stored value."""
    script = "localStorage.kept = 'value'; this.replaceWith('Shown'); fetch('/more')"
    journal = explore(Site({"/start": f'<button onclick="{script}">Show</button>', "/more": "details"}))

    assert [view.text for view in journal.all(PageView)] == ["Show", "Shown"]
    bodies = [request.body for request in journal.all(Fetched) if request.kind == "fetch"]
    assert [body.endswith(b"details") for body in bodies] == [True]
    assert [(item.place, item.name, item.value) for item in journal.all(Stored) if item.place == "localStorage"] == [
        ("localStorage", "kept", "value")
    ]


def test_a_form_gets_harmless_values(explore: Explore) -> None:
    """A form that requires values is sent once."""
    fields = '<input name="term" required><input name="mail" required>'
    site = Site({"/start": f'<form method="post" action="/search">{fields}<button>Find</button></form>'})

    explore(site)

    ((path, sent),) = site.posted
    assert path == "/search"
    assert re.fullmatch(r"term=Test&mail=rosa\.keane%2B[\w-]+%40example\.com", sent)


def test_links_that_differ_in_numbers_are_pressed_once(explore: Explore) -> None:
    """A long list has the same control in each row."""
    rows = "".join(f'<a href="/row?id=tx{number}">Row {number}</a> ' for number in range(50))
    site = Site({"/start": rows, "/row": "<p>This is one row of the list.</p>"})

    journal = explore(site)

    assert pressed(journal) == ["Row 0"]
    assert left_out(journal) == []


def test_a_page_that_changes_on_every_view_is_inconclusive(explore: Explore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each view has a control that was not there before, so not all of them can be pressed."""
    monkeypatch.setattr(press_controls, "LONGEST_S", inf)
    journal = explore(Site({"/start": '<a href="/other">Show {number}</a>', "/other": "<p>Another page.</p>"}))

    assert len(pressed(journal)) == 25
    assert left_out(journal) == [
        "some controls of the page 'start' were not pressed: it has too many, or other controls on every view"
    ]
