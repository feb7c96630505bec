"""A window on made-up pages in real Chromium: what an end user sees is read, what a page does is recorded."""

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
from fiskil_harness.app.browser.login import log_in
from fiskil_harness.app.browser.origins import Origins
from fiskil_harness.core.clock import wait_until
from fiskil_harness.core.config.schema import Login
from fiskil_harness.errors import StepError
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
.then((response) => response.json()).then((content) => { location = content.to; })'>Go</button>"""
FRAMED = '<h1>Outside</h1><iframe src="/inside"></iframe><iframe src="http://192.0.2.1/"></iframe>'
DEAF = """<script>
let movements = 0;
const ignore = (event) => {
  if (event.type === "pointermove") movements += 1;
  if (movements < 2) event.stopImmediatePropagation();
};
for (const type of ["pointermove", "click"]) addEventListener(type, ignore, true);
</script><button onclick='document.body.append("Heard")'>Go</button>"""
"""A page that receives no input until the pointer has moved twice, as in a frame that Chromium has not drawn yet."""
PAGES = {
    "/seen": SEEN,
    "/shadows": SHADOWS,
    "/framed": FRAMED,
    "/inside": "<p>Inside a frame</p>",
    "/framed-deaf": '<h1>Outside</h1><iframe src="/deaf"></iframe>',
    "/deaf": DEAF,
    "/abroad": ABROAD,
    "/goes-on": GOES_ON,
    "/there": "<h1>There</h1>",
    "/secret": f"<h1>Debug</h1><input value='{SECRET}'>",
    "/long": "<h1>Long</h1><div style='height:9000px'></div>",
    "/asks": '<button onclick=\'if (confirm("Really?")) document.title = "Done"\'>Stop</button>',
    "/covered": """<button onclick='document.title = "Pressed"'>Go</button>
<div style="position:fixed;inset:0">We use cookies</div>""",
    "/veiled": '<h1>Not connected</h1><p>Try again</p><div style="position:fixed;inset:0;background:#fffd"></div>',
    "/framed-over": """<h1>Not connected</h1>
<iframe style="position:fixed;inset:0;width:100%;height:100%" src="/inside"></iframe>""",
    "/shadow-over": """<h1>Connect</h1><div id="over" style="position:fixed;inset:0"></div><script>
document.getElementById("over").attachShadow({mode: "open"}).innerHTML = "Not connected";</script>""",
    "/picture-over": '<h1>Connect</h1><div style="position:fixed;inset:0"><canvas></canvas></div>',
    "/dialog-over": """<h1>Connect</h1><div style="position:fixed;inset:0;background:#0008">
<div style="margin:5rem auto;width:200px;background:#fff">Not connected <button>Close</button></div></div>""",
    "/frame-beside": '<h1>Not connected</h1><iframe style="width:300px;height:200px" src="/inside"></iframe>',
    "/veil-lets-clicks-pass": '<h1>Hello</h1><div style="position:fixed;inset:0;pointer-events:none"></div>',
    "/tells": "<button onclick='alert(1 + 1 + \" errors\")'>Stop</button>",
    "/declared": """<h1>Hello</h1><div><template shadowrootmode="closed"><p>Inside, declared</p>
<div><template shadowrootmode="open"><button>Go deep</button></template></div></template></div>""",
    "/fades-in": """<style>@keyframes fade { from { opacity: 0 } }
button { animation: fade 700ms } i { animation: fade 1s infinite }</style><i>Wait</i><button>Go</button>""",
    "/placeholder": """<div aria-busy="true" id="list">Loading</div><script>
setTimeout(() => { list.removeAttribute("aria-busy"); list.innerHTML = "<button>Go</button>"; }, 700)</script>""",
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
Shut</button> <a href="/passing">Return</a>""",
    "/passing": "<script>localStorage.here = 7; opener.document.body.append('It was here'); close();</script>",
    "/login": "<h1>Log in</h1><input type='password'>",
    "/fits": """<h1>Fits</h1><p id=wide>There is room</p><script>
addEventListener("resize", () => { wide.hidden = innerWidth < 600; });
const narrow = setInterval(() => {
  if (innerWidth < 600) { clearInterval(narrow); setTimeout(() => fetch("/draw"), 300); }
}, 10);</script>""",
    "/mapped": "<script src='/a.js'></script><script src='/b.js'></script><script src='/c.js'></script>",
    "/streamed": """<h1 id=h>Wait</h1><script>
new EventSource("/stream").onmessage = (event) => { h.textContent = event.data; }</script>""",
    "/crowded": """<h1 id=h>Wait</h1><script>
new EventSource("/burst").onmessage = (event) => { if (event.data == "last") h.textContent = "last"; }</script>""",
}
BURST = "".join(f"data: {number}\n\n" for number in range(500)) + "data: last\n\n"
"""An event stream that sends many events at once, and ends."""
OF_DATA = base64.b64encode(b'{"sourcesContent":["inline"]}').decode()
SCRIPTS = {
    "/a.js": ("1 //# sourceMappingURL=a.js.map", {}),
    "/b.js": ("2", {"SourceMap": "/b.js.map"}),
    "/c.js": (f"3 //# sourceMappingURL=data:application/json;base64,{OF_DATA}", {}),
}

Open = Callable[[str], Window]


@pytest.fixture
def journal() -> Journal:
    """The journal of the window."""
    return Journal()


@pytest.fixture
def window(browser: Chromium, journal: Journal, httpserver: HTTPServer) -> Iterator[Window]:
    """A window, and an app with the pages above."""
    for path, html in PAGES.items():
        httpserver.expect_request(path).respond_with_data(html, content_type="text/html; charset=utf-8")
    for path, (script, headers) in SCRIPTS.items():
        httpserver.expect_request(path).respond_with_data(script, headers=headers, content_type="text/javascript")
        httpserver.expect_request(f"{path}.map").respond_with_json({"sources": [path]})
    headers = {"set-cookie": "secret=6; HttpOnly"}
    httpserver.expect_request("/kept").respond_with_data(KEPT, headers=headers, content_type="text/html")
    httpserver.expect_request("/quick").respond_with_json({"quick": True})
    httpserver.expect_request("/answer").respond_with_json({"to": "/there", "told": "once"})
    httpserver.expect_request("/nowhere").respond_with_data("None", status=404)
    httpserver.expect_request("/json").respond_with_json({})
    httpserver.expect_request("/stream").respond_with_data("data: news\n\n", content_type="text/event-stream")
    httpserver.expect_request("/burst").respond_with_data(BURST, content_type="text/event-stream")
    origin = httpserver.url_for("").rstrip("/")
    places = Origins(app=lambda: origin, api=lambda: "http://127.0.0.1:1", auth=lambda: "http://127.0.0.1:2")
    window = Window(
        browser,
        places=places,
        participant="",
        write=journal.write,
        stamp=journal.stamp,
        is_secret=lambda text: SECRET in text,
        deadline_s=30,
    )
    yield window
    window.close()


@pytest.fixture
def go(window: Window, httpserver: HTTPServer) -> Open:
    """Open a page of the app in the window."""

    def make(path: str) -> Window:
        window.open(httpserver.url_for(path), page="page")
        return window

    return make


def fetched(journal: Journal, end: str) -> Fetched:
    """Return the first request whose URL ends with *end*."""
    return next(fetched for fetched in journal.all(Fetched) if fetched.url.endswith(end))


def blocked(journal: Journal) -> list[Fetched]:
    """Return the requests that were blocked."""
    return [fetched for fetched in journal.all(Fetched) if "blocked" in fetched.problem]


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port that is bound, so that no other process takes it, and on which no process listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_a_page_is_read_as_an_end_user_sees_it(go: Open, httpserver: HTTPServer) -> None:
    """Visible text, signs of work and named controls are read, at phone and at desktop width."""
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
    """A window whose browser stops drawing until the page has had phone width for a while."""
    window = go("/fits")
    drawing = [descendant for descendant in descendants(os.getpid()) if b"--type=gpu-process" in command_of(descendant)]

    def signal_all(number: signal.Signals) -> Response:
        for path in drawing:
            os.kill(int(path.name), number)
        return Response()

    httpserver.expect_request("/draw").respond_with_handler(lambda _: signal_all(signal.SIGCONT))
    signal_all(signal.SIGSTOP)
    yield window
    signal_all(signal.SIGCONT)


def test_a_page_is_read_after_it_has_its_width(slow_to_draw: Window) -> None:
    """A page learns its width with the next frame, so its script can hide text on a phone before it is read."""
    phone, desk = slow_to_draw.look(has_pictures=False)

    assert (phone.text, desk.text) == ("Fits", "Fits\nThere is room")


def test_shadow_roots_are_read_and_pressed(go: Open) -> None:
    """Closed shadow roots are read too."""
    snapshot = go("/shadows").read()

    assert ("Inside open" in snapshot.text, "Inside closed" in snapshot.text) == (True, True)
    assert [control.text for control in snapshot.controls] == ["Go open", "Go closed"]


def test_frames_are_read_except_blocked_ones(go: Open) -> None:
    """The browser's error page in a blocked frame is not the app's text."""
    snapshot = go("/framed").read()

    assert snapshot.text == "Outside\nInside a frame"


def test_a_press_reaches_a_frame_that_receives_no_input_at_first(go: Open) -> None:
    """The pointer moves until the frame has noticed it, because Chromium reports a lost click as done."""
    window = go("/framed-deaf")

    assert window.press(Control(kind="button", text="Go")) == ""
    assert wait_until(lambda: "Heard" in window.read().text, cap_s=10)


def test_nothing_leaves_this_machine(go: Open, journal: Journal) -> None:
    """Each request to another host is blocked and recorded, and the page continues without it."""
    window = go("/abroad")

    assert window.read().text == "Abroad"
    assert wait_until(lambda: len(blocked(journal)) >= 4, cap_s=30)
    assert {fetched.kind for fetched in blocked(journal)} == {"script", "image", "fetch", "websocket"}
    assert not any(fetched.is_ours or fetched.status for fetched in blocked(journal))


def test_a_response_is_read_although_the_page_navigates_at_once(go: Open, journal: Journal) -> None:
    """A response is recorded even if the page navigates at once, when the browser discards it."""
    window = go("/goes-on")

    problem = window.press(window.read().controls[0])
    snapshot = window.wait_until(lambda snapshot: "There" in snapshot.text, cap_s=30)
    window.settle()

    assert (problem, snapshot is not None) == ("", True)
    assert json.loads(fetched(journal, "/answer").body)["told"] == "once"


def test_source_maps_are_fetched(go: Open, journal: Journal) -> None:
    """Source maps in a comment, in a header or inline are recorded."""
    go("/mapped").drain()

    maps = [fetched for fetched in journal.all(Fetched) if fetched.kind == "sourcemap"]
    assert sorted(str(json.loads(fetched.body)) for fetched in maps) == [
        "{'sources': ['/a.js']}",
        "{'sources': ['/b.js']}",
        "{'sourcesContent': ['inline']}",
    ]


def test_every_kind_of_storage_is_recorded(go: Open, journal: Journal) -> None:
    """Every kind of storage is recorded once, including HttpOnly cookies and URLs that a script set."""
    window = go("/kept")
    window.wait_until(lambda snapshot: snapshot.title == "All kept", cap_s=30)

    window.note_storage()
    window.note_storage()

    stored_items = sorted(
        (stored.place, stored.name, stored.value) for stored in journal.all(Stored) if stored.place not in {"url", "history"}
    )
    origin = window.places.app()
    assert stored_items == [
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
    """An event stream never ends, so its events are recorded when the window closes."""
    go("/streamed").wait_until(lambda snapshot: snapshot.text == "news", cap_s=30)

    window.close()

    assert b"news" in b"".join(fetched.body for fetched in journal.all(Fetched) if fetched.kind == "eventsource")


def test_every_event_before_the_end_of_a_stream_is_recorded(go: Open, window: Window, journal: Journal) -> None:
    """The last events may arrive later than the end of the stream."""
    go("/crowded").wait_until(lambda snapshot: snapshot.text == "last", cap_s=30)

    window.close()

    streams = [fetched for fetched in journal.all(Fetched) if fetched.kind == "eventsource"]
    assert streams[0].body.split(b"\n")[-1] == b"last"


@pytest.mark.parametrize(("path", "is_taken"), [("/long", True), ("/secret", False)])
def test_no_screenshot_is_taken_of_a_secret(go: Open, journal: Journal, path: str, is_taken: bool) -> None:
    """Other pages yield one picture for each width, of limited height."""
    go(path).look()

    pictures = journal.all(Picture)
    assert [picture.png[:4] == PNG for picture in pictures] == [is_taken] * 2
    assert [bool(picture.problem) for picture in pictures] == [not is_taken] * 2
    assert all(int.from_bytes(picture.png[20:24]) <= 1600 for picture in pictures)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/nowhere", "the app returned 404"),
        ("/json", "the app returned application/json, not a page"),
        ("/login", "it has a password field, so it is a login page"),
    ],
)
def test_a_page_that_is_not_shown_has_a_problem(go: Open, path: str, problem: str) -> None:
    """The problem is stated in words that are the same in every run."""
    view = go(path).look(has_pictures=False)[0]

    assert view.problem == problem


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("/there", ""),
        ("/json", ""),
        ("/empty", ""),
        ("/file", ""),
        ("/nowhere", "returned 404"),
        ("/blocked", "returned 403"),
        ("/to-nowhere", "returned 404"),
        ("/login", "shows a password field"),
    ],
)
def test_a_login_url_may_return_anything_but_an_error(
    window: Window, httpserver: HTTPServer, path: str, problem: str
) -> None:
    """A login made for tests may return JSON or nothing; an error or a login page is a problem."""
    httpserver.expect_request("/empty").respond_with_data(status=204, headers={"set-cookie": "in=1"})
    httpserver.expect_request("/file").respond_with_data("x", headers={"content-disposition": "attachment"})
    httpserver.expect_request("/blocked").respond_with_data(status=403)
    httpserver.expect_request("/to-nowhere").respond_with_data(status=303, headers={"location": "/nowhere"})

    assert window.visit(httpserver.url_for(path), page="login") == problem


def test_a_failure_after_the_login_is_not_attributed_to_the_login(window: Window, httpserver: HTTPServer) -> None:
    """The login may have succeeded, and the page after it failed."""
    httpserver.expect_request("/in").respond_with_data(status=303, headers={"location": "/nowhere?key=1"})

    with pytest.raises(StepError, match=r"^app\.login\.path leads to another page, which returned 404\.$"):
        log_in(window, Login(path="/in"), {}, url=httpserver.url_for("").rstrip("/"))


def test_a_login_url_without_a_server_cannot_be_opened(window: Window, unused_port: int) -> None:
    """The problem is stated in the harness's words, not in the browser's."""
    assert window.visit(f"http://127.0.0.1:{unused_port}/", page="login") == "cannot be opened: no process listens there"


def test_a_page_without_a_server_has_a_problem(window: Window, unused_port: int) -> None:
    """The problem is stated in the harness's words, not in the browser's."""
    assert window.open(f"http://127.0.0.1:{unused_port}/", page="page") == "no process listens there"


def test_fields_are_filled_in(go: Open) -> None:
    """Fields are found by name, and a missing control is reported."""
    window = go("/seen")
    field = window.read().controls[1]

    problems = window.fill(field, "rosa@example.com"), window.press(Control(kind="button", text="Gone"))

    assert problems == ("", "it no longer exists")
    assert window.read().values == ("rosa@example.com",)


@pytest.mark.parametrize(("path", "title"), [("/asks", "Done"), ("/covered", "Pressed")])
def test_dialogs_and_banners_do_not_prevent_a_press(go: Open, path: str, title: str) -> None:
    """A question is accepted, and a banner does not prevent the press."""
    window = go(path)

    problem = window.press(window.read().controls[0])

    assert problem == ""
    assert window.wait_until(lambda snapshot: snapshot.title == title, cap_s=30) is not None


def test_the_text_of_a_dialog_is_read(go: Open) -> None:
    """The text of a dialog is part of what the end user sees."""
    window = go("/asks")

    window.press(window.read().controls[0])

    assert window.wait_until(lambda snapshot: "Really?" in snapshot.text, cap_s=30) is not None


@pytest.mark.parametrize(("path", "dialog"), [("/asks", ("Really?", True)), ("/tells", ("2 errors", False))])
def test_only_confirm_dialogs_are_questions(go: Open, path: str, dialog: tuple[str, bool]) -> None:
    """A confirm dialog is a question, an alert is not."""
    window = go(path)

    window.press(Control(kind="button", text="Stop"))

    assert [(page_dialog.text, page_dialog.is_question) for page_dialog in window.dialogs] == [dialog]
    assert dialog[0] in window.read().text


def test_a_dialog_without_consequence_is_no_question(go: Open) -> None:
    """A confirm dialog without consequence is not a question."""
    window = go("/asks")
    window.accept_dialogs_until(lambda: True)

    window.press(Control(kind="button", text="Stop"))

    assert [(dialog.text, dialog.is_question) for dialog in window.dialogs] == [("Really?", False)]


def test_a_window_that_a_page_opens_is_followed(go: Open, httpserver: HTTPServer) -> None:
    """The new window is in front and the page behind it is still read; after it closes, that page is in front again."""
    window = go("/opens")

    window.press(Control(kind="button", text="Open"))
    window.settle()
    both, address = window.read().text.splitlines(), window.url
    window.press(Control(kind="button", text="Shut"))
    window.settle()

    assert (both[0], "Beneath" in both, address) == ("Beside", True, httpserver.url_for("/beside"))
    assert (window.read().text.splitlines()[0], window.url) == ("Beneath it closed", httpserver.url_for("/opens"))


def test_a_window_that_closes_at_once_is_recorded(go: Open, journal: Journal) -> None:
    """Its storage and URL are recorded, and its response is either read or marked with a problem."""
    window = go("/opens")

    window.press(Control(kind="button", text="Hurry"))
    window.wait_until(lambda snapshot: "It was here" in snapshot.text, cap_s=30)
    window.note_storage()
    is_idle = wait_until(lambda: window.is_idle, cap_s=30)
    window.close()

    assert is_idle
    response = fetched(journal, "/passing")
    assert (b"localStorage.here" in response.body) != bool(response.problem)
    assert ("localStorage", "here", "7") in {(stored.place, stored.name, stored.value) for stored in journal.all(Stored)}
    assert any(url.endswith("/passing") for url in window.visited)


def test_the_last_page_of_a_window_is_read_although_it_closes_at_once(go: Open, journal: Journal) -> None:
    """A page that an open window goes to is recorded with status, headers and body, even if its script closes the window."""
    for _ in range(5):
        window = go("/opens")
        window.press(Control(kind="button", text="Open"))
        window.wait_until(lambda snapshot: snapshot.text.startswith("Beside"), cap_s=30)
        window.press(next(control for control in window.read().controls if control.text == "Return"))
        window.wait_until(lambda snapshot: "It was here" in snapshot.text, cap_s=30)
        window.drain()

    responses = [fetched for fetched in journal.all(Fetched) if fetched.url.endswith("/passing")]
    assert len(responses) == 5
    assert {(response.status, response.content_type, response.problem) for response in responses} == {(200, "text/html", "")}
    assert {response.body for response in responses} == {PAGES["/passing"].encode()}


def test_a_page_that_redirects_while_it_is_left_does_not_prevent_the_next(window: Window, httpserver: HTTPServer) -> None:
    """Its script goes elsewhere at many moments near the one at which the window opens the next page."""
    redirect = "<h1>Moved</h1><script>setTimeout(() => { location = '/seen'; }, %d)</script>"
    for delay_ms in range(30):
        httpserver.expect_request(f"/moved-{delay_ms}").respond_with_data(redirect % delay_ms, content_type="text/html")
    problems = []

    for delay_ms in range(30):
        window.open(httpserver.url_for(f"/moved-{delay_ms}"), page="moved", settle_s=0)
        problems.append(window.open(httpserver.url_for("/there"), page="there", settle_s=0))

    assert (problems, window.url) == ([""] * 30, httpserver.url_for("/there"))


def test_the_state_of_a_switch_is_read(go: Open) -> None:
    """The state of a switch is read, even if its box is invisible, and each can be pressed."""
    window = go("/switches")
    before = window.read().controls

    problems = [window.press(control) for control in before]

    shared = Control(kind="switch", text="Share my data", is_on=True)
    assert (before, problems) == ((shared, Control(kind="switch", text="Tell me more")), ["", ""])
    assert [control.is_on for control in window.read().controls] == [False, True]


@pytest.mark.parametrize("path", ["/fades-in", "/placeholder"])
def test_a_page_is_read_after_it_has_appeared(go: Open, path: str) -> None:
    """It may fade in, or show a placeholder first; an animation without end is not awaited."""
    assert [control.text for control in go(path).read().controls] == ["Go"]


def test_closed_shadow_roots_in_the_html_are_read(go: Open) -> None:
    """Their content is read and can be pressed like any other."""
    window = go("/declared")

    views = window.look()

    assert [("Inside, declared" in view.text, view.covers) for view in views] == [(True, ())] * 2
    assert window.press(Control(kind="button", text="Go deep")) == ""


@pytest.mark.parametrize(
    ("path", "covers"),
    [
        ("/chart", ()),
        ("/chart-in-a-frame", ()),
        ("/drawn", ("a canvas covers half of the page or more",)),
        ("/drawn-in-a-frame", ("a canvas covers half of the page or more",)),
    ],
)
def test_a_canvas_over_half_of_a_page_may_hide_text(go: Open, path: str, covers: tuple[str, ...]) -> None:
    """A small canvas does not hide text; in a frame, both are measured against the window."""
    assert [view.covers for view in go(path).look()] == [covers] * 2


@pytest.mark.parametrize(
    ("path", "is_covered"),
    [
        ("/veiled", True),
        ("/framed-over", False),
        ("/shadow-over", False),
        ("/picture-over", False),
        ("/dialog-over", False),
        ("/frame-beside", False),
        ("/veil-lets-clicks-pass", False),
        ("/long", False),
    ],
)
def test_a_page_under_an_overlay_is_covered(window: Window, httpserver: HTTPServer, path: str, is_covered: bool) -> None:
    """An empty element lies over each of its texts; a dialog has content, and only moments after journeys count."""
    window.open(httpserver.url_for(path), page="cancelled")

    views = window.look(moment="failed", has_pictures=False)

    assert {view.is_covered for view in views} == {is_covered}
    assert not any(view.is_covered for view in window.look(has_pictures=False))


def test_a_response_without_content_is_read(window: Window, journal: Journal, httpserver: HTTPServer) -> None:
    """The browser gives up such a navigation, as for a login that only sets a cookie; its status is recorded."""
    httpserver.expect_request("/log-in").respond_with_data(status=204, headers={"set-cookie": "session=1"})

    problem = window.visit(httpserver.url_for("/log-in"), page="login")
    window.drain()

    entry = fetched(journal, "/log-in")
    assert (problem, entry.status, entry.problem) == ("", 204, "")
