"""A window on made-up pages in real Chromium: what a person sees is read, what a page does is written down."""

import base64
import json
import os
import signal
import socket
from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from fiskil_harness.app.browser import Chromium, Window
from fiskil_harness.app.browser.origins import Places
from fiskil_harness.core.clock import wait_until
from fiskil_harness.journal import Control, Fetched, Journal, Picture, Stored
from tests.app.browser.test_chromium import command_of, descendants

pytestmark = pytest.mark.slow

SECRET = "fsk_1234567890abcdefghijklmnopqrstuvwxyz"
PNG = b"\x89PNG"
SHADOWS = """<h1>Hello</h1><div id="open"></div><div id="closed"></div><script>
const put = (id, mode) => {
  document.getElementById(id).attachShadow({mode}).innerHTML = `<p>Inside ${id}</p><button>Go ${id}</button>`;
};
put("open", "open"); put("closed", "closed");</script>"""
SEEN = """<title>Connect</title><h1>Connect your bank</h1><p hidden>Not this</p><p style="visibility:hidden">Nor this</p>
<p role="status">Opening …</p><div aria-busy="true">Wait</div><progress></progress><p role="status"></p>
<a href="/privacy">Privacy</a><form action="/connect" method="post"><label>E-mail <input name="email"></label>
<button disabled>Continue</button></form><button aria-label="Close window">x</button>"""
KEPT = """<h1>Kept</h1><script>localStorage.setItem("a", "1"); sessionStorage.setItem("b", "2"); document.cookie = "c=3";
history.pushState({}, "", "/kept?later=1");
const put = caches.open("pages").then((cache) => cache.put("/x", new Response("4")));
const opening = indexedDB.open("base", 1);
opening.onupgradeneeded = () => opening.result.createObjectStore("rows").put({e: 5}, "k");
const opened = new Promise((done) => { opening.onsuccess = done; });
Promise.all([put, opened, fetch("/quick")]).then(() => { document.title = "All kept"; });</script>"""
ABROAD = """<h1>Abroad</h1><script src="http://192.0.2.1/there.js"></script><img src="https://example.com/a.png">
<script>fetch("http://api.example.com/v1").catch(() => {}); new WebSocket("ws://192.0.2.1/s")</script>"""
GOES_ON = """<button onclick='fetch("/answer", {method: "POST"})
.then((one) => one.json()).then((one) => { location = one.to; })'>Go</button>"""
FRAMED = '<h1>Outside</h1><iframe src="/inside"></iframe><iframe src="http://192.0.2.1/"></iframe>'
PAGES = {
    "/seen": SEEN,
    "/shadows": SHADOWS,
    "/framed": FRAMED,
    "/inside": "<p>Inside a frame</p>",
    "/abroad": ABROAD,
    "/goes-on": GOES_ON,
    "/there": "<h1>There</h1>",
    "/secret": f"<h1>Debug</h1><input value='{SECRET}'>",
    "/long": "<h1>Long</h1><div style='height:9000px'></div>",
    "/asks": '<button onclick=\'if (confirm("Really?")) document.title = "Done"\'>Stop</button>',
    "/covered": """<button onclick='document.title = "Pressed"'>Go</button>
<div style="position:fixed;inset:0">We use cookies</div>""",
    "/tells": "<button onclick='alert(1 + 1 + \" errors\")'>Stop</button>",
    "/declared": """<h1>Hello</h1><div><template shadowrootmode="closed"><p>Inside, declared</p>
<div><template shadowrootmode="open"><button>Go deep</button></template></div></template></div>""",
    "/chart": "<h1>Chart</h1><canvas width=300 height=150></canvas>",
    "/drawn": "<h1>Drawn</h1><canvas style='width:100vw;height:90vh'></canvas>",
    "/drawn-in-a-frame": """<h1>Drawn</h1><iframe style='width:100vw;height:90vh'
srcdoc='<canvas style="width:95vw;height:90vh"></canvas>'></iframe>""",
    "/chart-in-a-frame": """<h1>Chart</h1><iframe style='width:200px;height:150px'
srcdoc='<canvas style="width:180px;height:130px"></canvas>'></iframe>""",
    "/switches": """<label><input type="checkbox" checked style="opacity:0"> Share my data</label>
<button role="switch" aria-checked="false" onclick='this.ariaChecked = "true"'>Tell me more</button>""",
    "/opens": """<h1>Beneath</h1><button onclick='window.open("/beside")'>Open</button>
<button onclick='window.open("/passing")'>Hurry</button>""",
    "/beside": """<h1>Beside</h1><button onclick='opener.document.querySelector("h1").append(" it closed"); window.close()'>
Shut</button>""",
    "/passing": "<script>localStorage.here = 7; opener.document.body.append('It was here'); close();</script>",
    "/login": "<h1>Log in</h1><input type='password'>",
    "/fits": """<h1>Fits</h1><p id=wide>There is room</p><script>
addEventListener("resize", () => { wide.hidden = innerWidth < 600; });
const narrow = setInterval(() => {
  if (innerWidth < 600) { clearInterval(narrow); setTimeout(() => fetch("/draw"), 300); }
}, 10);</script>""",
    "/mapped": "<script src='/a.js'></script><script src='/b.js'></script><script src='/c.js'></script>",
    "/streamed": """<h1 id=h>Wait</h1><script>
new EventSource("/stream").onmessage = (one) => { h.textContent = one.data; }</script>""",
}
OF_DATA = base64.b64encode(b'{"sourcesContent":["inline"]}').decode()
SCRIPTS = {
    "/a.js": ("1 //# sourceMappingURL=a.js.map", {}),
    "/b.js": ("2", {"SourceMap": "/b.js.map"}),
    "/c.js": (f"3 //# sourceMappingURL=data:application/json;base64,{OF_DATA}", {}),
}

Open = Callable[[str], Window]


@pytest.fixture
def journal() -> Journal:
    """What was written down."""
    return Journal()


@pytest.fixture
def window(browser: Chromium, journal: Journal, httpserver: HTTPServer) -> Iterator[Window]:
    """A window, and an app whose pages are those above."""
    for path, html in PAGES.items():
        httpserver.expect_request(path).respond_with_data(html, content_type="text/html; charset=utf-8")
    for path, (script, headers) in SCRIPTS.items():
        httpserver.expect_request(path).respond_with_data(script, headers=headers, content_type="text/javascript")
        httpserver.expect_request(f"{path}.map").respond_with_json({"sources": [path]})
    kept = {"set-cookie": "secret=6; HttpOnly"}
    httpserver.expect_request("/kept").respond_with_data(KEPT, headers=kept, content_type="text/html")
    httpserver.expect_request("/quick").respond_with_json({"quick": True})
    httpserver.expect_request("/answer").respond_with_json({"to": "/there", "told": "once"})
    httpserver.expect_request("/nowhere").respond_with_data("None", status=404)
    httpserver.expect_request("/json").respond_with_json({})
    httpserver.expect_request("/stream").respond_with_data("data: news\n\n", content_type="text/event-stream")
    origin = httpserver.url_for("").rstrip("/")
    places = Places(app=lambda: origin, api=lambda: "http://127.0.0.1:1", auth=lambda: "http://127.0.0.1:2")
    made = Window(
        browser,
        places=places,
        participant="",
        write=journal.write,
        stamp=journal.stamp,
        is_secret=lambda text: SECRET in text,
        deadline_s=30,
    )
    yield made
    made.close()


@pytest.fixture
def go(window: Window, httpserver: HTTPServer) -> Open:
    """Open a page of the app's in the window."""

    def make(path: str) -> Window:
        window.open(httpserver.url_for(path), page="page")
        return window

    return make


def fetched(journal: Journal, end: str) -> Fetched:
    """The request whose address ends so."""
    return next(fetched for fetched in journal.all(Fetched) if fetched.url.endswith(end))


def refused(journal: Journal) -> list[Fetched]:
    """The requests that were kept on this machine."""
    return [fetched for fetched in journal.all(Fetched) if "refused" in fetched.problem]


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port that is taken, so that nobody else comes to listen there, and at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_page_is_read_as_a_person_sees_it(go: Open, httpserver: HTTPServer) -> None:
    """Its text without what is hidden, its signs of work, its controls by their names; on a phone and on a desk."""
    phone, desk = go("/seen").look()

    assert (phone.width_px, desk.width_px, phone.title, phone.status, phone.problem) == (360, 1280, "Connect", 200, "")
    assert phone.text.splitlines()[:3] == ["Connect your bank", "Opening …", "Wait"]
    assert phone.signs == ("progressbar", "aria-busy", "status: Opening …")
    assert phone.controls == (
        Control(kind="link", text="Privacy", leads_to=httpserver.url_for("/privacy")),
        Control(kind="field", text="E-mail"),
        Control(kind="button", text="Continue", leads_to=httpserver.url_for("/connect"), is_disabled=True),
        Control(kind="button", text="Close window"),
    )


@pytest.fixture
def slow_to_draw(go: Open, httpserver: HTTPServer) -> Iterator[Window]:
    """A window whose browser draws nothing more until the page has been as narrow as a phone for a while."""
    window = go("/fits")
    drawing = [descendant for descendant in descendants(os.getpid()) if b"--type=gpu-process" in command_of(descendant)]

    def tell(sent: signal.Signals) -> Response:
        for path in drawing:
            os.kill(int(path.name), sent)
        return Response()

    httpserver.expect_request("/draw").respond_with_handler(lambda _: tell(signal.SIGCONT))
    tell(signal.SIGSTOP)
    yield window
    tell(signal.SIGCONT)


def test_a_page_is_read_when_it_has_heard_how_wide_it_is(slow_to_draw: Window) -> None:
    """A page hears of another width with the next picture: what its script takes away on a phone nobody reads there."""
    phone, desk = slow_to_draw.look(has_pictures=False)

    assert (phone.text, desk.text) == ("Fits", "Fits\nThere is room")


def test_shadow_roots_are_read_and_pressed(go: Open) -> None:
    """Closed ones too: nobody may take them for empty."""
    seen = go("/shadows").read()

    assert ("Inside open" in seen.text, "Inside closed" in seen.text) == (True, True)
    assert [control.text for control in seen.controls] == ["Go open", "Go closed"]


def test_frames_are_read_but_for_those_that_were_refused(go: Open) -> None:
    """What the browser shows in their place is not the app's text."""
    seen = go("/framed").read()

    assert seen.text == "Outside\nInside a frame"


def test_nothing_leaves_this_machine(go: Open, journal: Journal) -> None:
    """Each request is refused and written down, and the page goes on without."""
    window = go("/abroad")

    assert window.read().text == "Abroad"
    assert wait_until(lambda: len(refused(journal)) >= 4, cap_s=30)
    assert {fetched.kind for fetched in refused(journal)} == {"script", "image", "fetch", "websocket"}
    assert not any(fetched.is_ours or fetched.status for fetched in refused(journal))


def test_an_answer_is_read_though_the_page_goes_on_at_once(go: Open, journal: Journal) -> None:
    """A browser throws it away then."""
    window = go("/goes-on")

    problem = window.press(window.read().controls[0])
    seen = window.wait_until(lambda snapshot: "There" in snapshot.text, cap_s=30)
    window.settle()

    assert (problem, seen is not None) == ("", True)
    assert json.loads(fetched(journal, "/answer").body)["told"] == "once"


def test_source_maps_are_asked_for(go: Open, journal: Journal) -> None:
    """Those that a comment names, or a header, or that stand in the script itself."""
    go("/mapped").drain()

    maps = [fetched for fetched in journal.all(Fetched) if fetched.kind == "sourcemap"]
    assert sorted(str(json.loads(fetched.body)) for fetched in maps) == [
        "{'sources': ['/a.js']}",
        "{'sources': ['/b.js']}",
        "{'sourcesContent': ['inline']}",
    ]


def test_what_the_browser_keeps_is_found_in_every_place(go: Open, journal: Journal) -> None:
    """Cookies that no script may read too, and addresses that a script wrote; each is told once."""
    window = go("/kept")
    window.wait_until(lambda seen: seen.title == "All kept", cap_s=30)

    window.note_storage()
    window.note_storage()

    kept = sorted(
        (stored.place, stored.name, stored.value) for stored in journal.all(Stored) if stored.place not in {"url", "history"}
    )
    origin = window.places.app()
    assert kept == [
        ("IndexedDB", "base/rows/k", '{"e":5}'),
        ("cache", f"pages/{origin}/x", "4"),
        ("cookie", "c", "3"),
        ("cookie", "secret", "6"),
        ("localStorage", "a", "1"),
        ("sessionStorage", "b", "2"),
    ]
    assert [stored.value for stored in journal.all(Stored) if stored.place == "history"] == [
        f"{origin}/kept",
        f"{origin}/kept?later=1",
    ]


def test_events_of_a_stream_are_read(go: Open, window: Window, journal: Journal) -> None:
    """Its answer never ends, so they are told when the window is closed."""
    go("/streamed").wait_until(lambda snapshot: snapshot.text == "news", cap_s=30)

    window.close()

    assert b"news" in b"".join(fetched.body for fetched in journal.all(Fetched) if fetched.kind == "eventsource")


@pytest.mark.parametrize(("path", "is_taken"), [("/long", True), ("/secret", False)])
def test_no_picture_is_taken_of_a_secret(go: Open, journal: Journal, path: str, is_taken: bool) -> None:
    """Of other pages one of each width, as high as a report has room for."""
    go(path).look()

    pictures = journal.all(Picture)
    assert [picture.png[:4] == PNG for picture in pictures] == [is_taken] * 2
    assert [bool(picture.problem) for picture in pictures] == [not is_taken] * 2
    assert all(int.from_bytes(picture.png[20:24]) <= 1600 for picture in pictures)


@pytest.mark.parametrize(
    ("path", "lack"),
    [
        ("/nowhere", "the app answered 404"),
        ("/json", "the app answered application/json, not a page"),
        ("/login", "it asks for a password, so it is a page to log in at"),
    ],
)
def test_a_page_that_is_not_there_says_why(go: Open, path: str, problem: str) -> None:
    """In words that are the same in each run."""
    shown = go(path).look(has_pictures=False)[0]

    assert shown.problem == problem


@pytest.mark.parametrize(
    ("path", "lack"),
    [
        ("/there", ""),
        ("/json", ""),
        ("/empty", ""),
        ("/file", ""),
        ("/nowhere", "answered 404"),
        ("/refused", "answered 403"),
        ("/to-nowhere", "answered 404"),
        ("/login", "leads to a page that asks for a password"),
    ],
)
def test_a_way_in_may_answer_with_anything_but_a_refusal(
    window: Window, httpserver: HTTPServer, path: str, problem: str
) -> None:
    """A log-in made for tests often answers with JSON, or with nothing at all; a refusal is nobody's page."""
    httpserver.expect_request("/empty").respond_with_data(status=204, headers={"set-cookie": "in=1"})
    httpserver.expect_request("/file").respond_with_data("x", headers={"content-disposition": "attachment"})
    httpserver.expect_request("/refused").respond_with_data(status=403)
    httpserver.expect_request("/to-nowhere").respond_with_data(status=303, headers={"location": "/nowhere"})

    assert window.pass_by(httpserver.url_for(path), page="login") == problem


def test_a_way_in_at_which_nobody_listens_does_not_open(window: Window, deaf_port: int) -> None:
    """Why, is said in words of ours."""
    assert window.pass_by(f"http://127.0.0.1:{deaf_port}/", page="login") == "does not open: nobody listens there"


def test_an_app_that_does_not_listen_says_so(window: Window, deaf_port: int) -> None:
    """No error of the browser's own is told."""
    assert window.open(f"http://127.0.0.1:{deaf_port}/", page="page") == "nobody listens there"


def test_fields_are_filled_in(go: Open) -> None:
    """By their name; what is no longer there says so."""
    window = go("/seen")
    field = window.read().controls[1]

    lacks = window.fill(field, "rosa@example.com"), window.press(Control(kind="button", text="Gone"))

    assert lacks == ("", "it is no longer there")
    assert window.read().values == ("rosa@example.com",)


@pytest.mark.parametrize(("path", "title"), [("/asks", "Done"), ("/covered", "Pressed")])
def test_what_stands_in_the_way_of_a_press_is_overcome(go: Open, path: str, title: str) -> None:
    """A person says yes to a question, and sends a banner away."""
    window = go(path)

    problem = window.press(window.read().controls[0])

    assert problem == ""
    assert window.wait_until(lambda seen: seen.title == title, cap_s=30) is not None


def test_what_a_dialog_says_is_read(go: Open) -> None:
    """A person reads it too."""
    window = go("/asks")

    window.press(window.read().controls[0])

    assert window.wait_until(lambda seen: "Really?" in seen.text, cap_s=30) is not None


@pytest.mark.parametrize(("path", "told"), [("/asks", ("Really?", True)), ("/tells", ("2 errors", False))])
def test_what_asks_is_told_apart_from_what_tells(go: Open, path: str, told: tuple[str, bool]) -> None:
    """Somebody has to answer the one, and may read the other at any time."""
    window = go(path)

    window.press(Control(kind="button", text="Stop"))

    assert [(dialog.text, dialog.is_question) for dialog in window.dialogs] == [told]
    assert told[0] in window.read().text


def test_what_is_asked_when_all_is_over_is_no_question(go: Open) -> None:
    """Its answer changes nothing any more."""
    window = go("/asks")
    window.accept_dialogs_until(lambda: True)

    window.press(Control(kind="button", text="Stop"))

    assert [(dialog.text, dialog.is_question) for dialog in window.dialogs] == [("Really?", False)]


def test_a_window_that_a_page_opens_is_followed(go: Open, httpserver: HTTPServer) -> None:
    """It is in front, and what lies beneath is still seen; when it closes, the page beneath is in front again."""
    window = go("/opens")

    window.press(Control(kind="button", text="Open"))
    window.settle()
    both, address = window.read().text.splitlines(), window.url
    window.press(Control(kind="button", text="Shut"))
    window.settle()

    assert (both[0], "Beneath" in both, address) == ("Beside", True, httpserver.url_for("/beside"))
    assert (window.read().text.splitlines()[0], window.url) == ("Beneath it closed", httpserver.url_for("/opens"))


def test_a_window_that_closes_at_once_is_searched(go: Open, journal: Journal) -> None:
    """What it kept and where it was is known; of what it was sent, whatever was not read says so."""
    window = go("/opens")

    window.press(Control(kind="button", text="Hurry"))
    window.wait_until(lambda seen: "It was here" in seen.text, cap_s=30)
    window.note_storage()
    window.close()

    sent = fetched(journal, "/passing")
    assert (b"localStorage.here" in sent.body) != bool(sent.problem)
    assert ("localStorage", "here", "7") in {(stored.place, stored.name, stored.value) for stored in journal.all(Stored)}
    assert any(url.endswith("/passing") for url in window.visited)


def test_a_switch_is_known_by_how_it_stands(go: Open) -> None:
    """Also one whose box is not to be seen; each can be pressed."""
    window = go("/switches")
    before = window.read().controls

    lacks = [window.press(control) for control in before]

    shared = Control(kind="switch", text="Share my data", is_on=True)
    assert (before, lacks) == ((shared, Control(kind="switch", text="Tell me more")), ["", ""])
    assert [control.is_on for control in window.read().controls] == [False, True]


def test_shadow_roots_that_stand_closed_in_the_html_are_looked_into(go: Open) -> None:
    """What is in them is read and can be pressed, as in any other."""
    window = go("/declared")

    looks = window.look()

    assert [("Inside, declared" in look.text, look.veils) for look in looks] == [(True, ())] * 2
    assert window.press(Control(kind="button", text="Go deep")) == ""


@pytest.mark.parametrize(
    ("path", "veils"),
    [
        ("/chart", ()),
        ("/chart-in-a-frame", ()),
        ("/drawn", ("a canvas covers half of the page or more",)),
        ("/drawn-in-a-frame", ("a canvas covers half of the page or more",)),
    ],
)
def test_what_is_drawn_over_half_of_a_page_may_hide_words(go: Open, path: str, veils: tuple[str, ...]) -> None:
    """A chart does not; in a frame either is measured by the window."""
    assert [view.veils for view in go(path).look()] == [veils] * 2
