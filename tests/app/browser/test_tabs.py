"""Windows that pages open, in real Chromium: their content is read, and what cannot be read is reported."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from fiskil_harness.app.browser import Chromium, Window
from fiskil_harness.app.browser.origins import Origins
from fiskil_harness.core.clock import wait_until
from fiskil_harness.journal import Control, Journal

pytestmark = pytest.mark.slow

PAGES = {
    "/writes": """<h1>Beneath</h1>
<button onclick='window.open("").document.write("<h1>Written</h1><button>Stop</button>")'>Go</button>""",
    "/blob": """<h1>Beneath</h1><button onclick='
window.open(window.URL.createObjectURL(new Blob(["<h1>Written</h1><button>Stop</button>"],
{type: "text/html"})))'>Go</button>""",
    "/leaves": """<h1>Beneath</h1><script>let child</script>
<button onclick='child = window.open(""); child.document.write("<h1>Written</h1>")'>Go</button>
<button onclick='child.location = "/never"; document.title = "Sent"'>Send</button>""",
    "/abroad": """<h1>Beneath</h1><button onclick='window.open("http://192.0.2.1/")'>Go</button>""",
    "/breeds": """<h1>Beneath</h1><script>addEventListener("pagehide", () => window.open("/breeds?late"))</script>
<button onclick='window.open("/breeds-more")'>Go</button>""",
    "/breeds-more": """<h1>Many</h1><script>setInterval(() => window.open("/breeds-more?" + Math.random()), 200)</script>""",
    "/opens-a-restless-one": """<h1>Beneath</h1><button onclick='window.open("/restless")'>Go</button>""",
    "/becomes-restless": """<h1>Beneath</h1><button onclick='location = "/restless"'>Go</button>""",
    "/restless": "<h1>Restless</h1><script>location.replace('/restless?' + Math.random())</script>",
    "/spins": "<h1>Spins</h1><button onclick='setTimeout(() => { while (true); }, 100)'>Go</button>",
    "/opens-a-spinning-one": """<h1>Beneath</h1>
<button onclick='window.open("/spins-at-once", "_blank", "noopener")'>Go</button>""",
    "/spins-at-once": "<h1>Spins</h1><script>setTimeout(() => { while (true); }, 1000)</script>",
}
GO = Control(kind="button", text="Go")

Open = Callable[[str], Window]


@pytest.fixture
def go(browser: Chromium, httpserver: HTTPServer) -> Iterator[Open]:
    """Open a page of the app in an end user's window."""
    for path, html in PAGES.items():
        httpserver.expect_request(path).respond_with_data(html, content_type="text/html; charset=utf-8")
    origin = httpserver.url_for("").rstrip("/")
    journal = Journal()
    window = Window(
        browser,
        places=Origins(app=lambda: origin, api=lambda: "http://127.0.0.1:1", auth=lambda: "http://127.0.0.1:2"),
        participant="",
        write=journal.write,
        stamp=journal.stamp,
        is_secret=lambda _: False,
    )

    def make(path: str) -> Window:
        window.open(httpserver.url_for(path), page="page")
        return window

    yield make
    window.close()


@pytest.mark.parametrize("path", ["/writes", "/blob"])
def test_a_window_that_a_page_writes_into_is_read(go: Open, path: str) -> None:
    """Such a window has no URL of the app, but its content is read and its controls can be pressed."""
    window = go(path)

    window.press(GO)
    window.wait_until(lambda snapshot: "Written" in snapshot.text, cap_s=10)
    views = window.look(has_pictures=False)

    assert [(view.text.splitlines(), view.problem) for view in views] == [(["Beneath", "Go", "Written", "Stop"], "")] * 2
    assert window.press(Control(kind="button", text="Stop")) == ""


def test_a_navigating_window_cannot_be_read(go: Open, httpserver: HTTPServer) -> None:
    """A navigating window cannot be queried, so its earlier content is unknown."""
    is_over = Event()
    httpserver.expect_request("/never").respond_with_handler(lambda _: Response(str(is_over.wait(30))))
    window = go("/leaves")

    window.press(GO)
    window.press(Control(kind="button", text="Send"))
    wait_until(lambda: not window.is_idle, cap_s=10)
    snapshot = window.read()
    is_over.set()

    assert (snapshot.text.splitlines()[0], snapshot.problem) == ("Beneath", "another window cannot be read")


def test_a_window_of_another_origin_is_noticed(go: Open) -> None:
    """A window of another origin is noticed but not read."""
    window = go("/abroad")
    before = window.has_unread_window

    window.press(GO)

    assert (before, wait_until(lambda: window.has_unread_window, cap_s=10)) == (False, True)


def test_windows_of_the_previous_page_are_closed(go: Open) -> None:
    """Windows that a page opens, even while it is left, are closed before the next page."""
    window = go("/breeds")
    window.press(GO)

    text = go("/writes").read().text

    assert text.splitlines() == ["Beneath", "Go"]
    assert window.url.endswith("/writes")


@pytest.mark.parametrize("is_apart", [False, True], ids=["page", "window"])
def test_what_navigates_all_the_time_is_left(go: Open, httpserver: HTTPServer, is_apart: bool) -> None:
    """The next page opens although Chromium drops some commands to close such a window or to leave such a page."""
    for _ in range(15):
        window = go("/opens-a-restless-one" if is_apart else "/becomes-restless")
        seen = len(window.visited)
        window.press(GO)
        wait_until(lambda window=window, seen=seen: len(window.visited) > seen + 2, cap_s=10)  # type: ignore[misc]

        problem = window.open(httpserver.url_for("/writes"), page="page")
        assert (problem, window.read().text.splitlines()) == ("", ["Beneath", "Go"])


def test_a_page_that_hangs_is_replaced(go: Open) -> None:
    """Neither a hanging page nor its dialogs delay the next page, which opens in a working window."""
    window = go("/spins")
    window.press(GO)

    assert go("/writes").read().text.splitlines() == ["Beneath", "Go"]
    assert window.press(GO) == ""


def test_the_page_behind_a_hanging_window_is_read(go: Open) -> None:
    """The page behind a hanging window is read, and the problem names the part that cannot be read."""
    window = go("/opens-a-spinning-one")

    window.press(GO)
    wait_until(lambda: bool(window.read().problem), cap_s=20)
    snapshot = window.read()

    assert (snapshot.text, snapshot.problem) == ("Beneath\nGo", "the page in front cannot be read")
