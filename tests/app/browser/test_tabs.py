"""Windows that pages open, in real Chromium: what is written into them is seen, what cannot be seen is told."""

from collections.abc import Callable, Iterator
from threading import Event

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from fiskil_harness.app.browser import Chromium, Window
from fiskil_harness.app.browser.origins import Places
from fiskil_harness.core.clock import wait_until
from fiskil_harness.journal import Control, Journal

pytestmark = pytest.mark.slow

PAGES = {
    "/writes": """<h1>Beneath</h1>
<button onclick='window.open("").document.write("<h1>Written</h1><button>Stop</button>")'>Go</button>""",
    "/blob": """<h1>Beneath</h1><button onclick='
window.open(window.URL.createObjectURL(new Blob(["<h1>Written</h1><button>Stop</button>"],
{type: "text/html"})))'>Go</button>""",
    "/leaves": """<h1>Beneath</h1><script>let one</script>
<button onclick='one = window.open(""); one.document.write("<h1>Written</h1>")'>Go</button>
<button onclick='one.location = "/never"; document.title = "Sent"'>Send</button>""",
    "/abroad": """<h1>Beneath</h1><button onclick='window.open("http://192.0.2.1/")'>Go</button>""",
    "/breeds": """<h1>Beneath</h1><script>addEventListener("pagehide", () => window.open("/breeds?late"))</script>
<button onclick='window.open("/breeds-more")'>Go</button>""",
    "/breeds-more": """<h1>Many</h1><script>setInterval(() => window.open("/breeds-more?" + Math.random()), 200)</script>""",
    "/spins": "<h1>Spins</h1><button onclick='setTimeout(() => { while (true); }, 100)'>Go</button>",
    "/opens-a-spinning-one": """<h1>Beneath</h1>
<button onclick='window.open("/spins-at-once", "_blank", "noopener")'>Go</button>""",
    "/spins-at-once": "<h1>Spins</h1><script>setTimeout(() => { while (true); }, 1000)</script>",
}
GO = Control(kind="button", text="Go")

Open = Callable[[str], Window]


@pytest.fixture
def go(browser: Chromium, httpserver: HTTPServer) -> Iterator[Open]:
    """Open a page of the app's in a window of a person's."""
    for path, html in PAGES.items():
        httpserver.expect_request(path).respond_with_data(html, content_type="text/html; charset=utf-8")
    origin = httpserver.url_for("").rstrip("/")
    journal = Journal()
    window = Window(
        browser,
        places=Places(app=lambda: origin, api=lambda: "http://127.0.0.1:1", auth=lambda: "http://127.0.0.1:2"),
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
def test_what_a_page_writes_into_a_window_is_seen(go: Open, path: str) -> None:
    """It is at no address of the app's, and is the app's all the same; what stands there can be pressed."""
    window = go(path)

    window.press(GO)
    window.wait_until(lambda seen: "Written" in seen.text, cap_s=10)
    looks = window.look(has_pictures=False)

    assert [(look.text.splitlines(), look.problem) for look in looks] == [(["Beneath", "Go", "Written", "Stop"], "")] * 2
    assert window.press(Control(kind="button", text="Stop")) == ""


def test_a_window_that_is_on_its_way_is_a_lack(go: Open, httpserver: HTTPServer) -> None:
    """It answers nobody, and what was written into it before nobody can know."""
    over = Event()
    httpserver.expect_request("/never").respond_with_handler(lambda _: Response(str(over.wait(30))))
    window = go("/leaves")

    window.press(GO)
    window.press(Control(kind="button", text="Send"))
    wait_until(lambda: not window.is_idle, cap_s=10)
    seen = window.read()
    over.set()

    assert (seen.text.splitlines()[0], seen.problem) == ("Beneath", "another window cannot be looked into")


def test_a_window_elsewhere_is_known_to_be_there(go: Open) -> None:
    """Nobody looks into it."""
    window = go("/abroad")
    before = window.is_beside_others

    window.press(GO)

    assert (before, wait_until(lambda: window.is_beside_others, cap_s=10)) == (False, True)


def test_windows_of_the_page_before_are_gone(go: Open) -> None:
    """Also one that it opens while it is being left: none lies in front of the next page."""
    window = go("/breeds")
    window.press(GO)

    text = go("/writes").read().text

    assert text.splitlines() == ["Beneath", "Go"]
    assert window.url.endswith("/writes")


def test_a_page_that_hangs_is_replaced(go: Open) -> None:
    """The next one is not held up by it, nor by what it says in dialogs, and stands in a window that works."""
    window = go("/spins")
    window.press(GO)

    assert go("/writes").read().text.splitlines() == ["Beneath", "Go"]
    assert window.press(GO) == ""


def test_a_window_that_hangs_leaves_the_page_beneath_to_be_seen(go: Open) -> None:
    """What it shows nobody knows, and the look says so."""
    window = go("/opens-a-spinning-one")

    window.press(GO)
    wait_until(lambda: bool(window.read().problem), cap_s=20)
    seen = window.read()

    assert (seen.text, seen.problem) == ("Beneath\nGo", "the page in front cannot be looked into")
