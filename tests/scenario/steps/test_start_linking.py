"""The end user fills in what the app's page requires, and presses the control that leads to the consent page."""

from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer

from fiskil_harness.app.browser import Chromium, Window
from fiskil_harness.app.browser.origins import Origins
from fiskil_harness.journal import Journal
from fiskil_harness.sandbox import EndUser
from fiskil_harness.scenario.steps.start_linking import MOST_PRESSES, Attempt
from tests.browser.conftest import browser, rosa

__all__ = ["browser", "rosa"]

pytestmark = pytest.mark.slow

Visit = Callable[[str], Window]

LINKED = "<title>Linked</title>"
SCRIPT = """<script>
const button = document.querySelector("button");
const need = (isEnough) => addEventListener("change", () => { button.disabled = !isEnough(); });
</script>"""
RADIX = """<button id="box" role="checkbox" aria-checked="false" aria-label="I agree"></button>
<button id="go" disabled onclick="location='/linked'">Continue</button><script>
box.addEventListener("click", () => { box.setAttribute("aria-checked", "true"); go.disabled = false; });</script>"""
STRICT = """<label><input type="checkbox" id="terms"> I agree</label><p id="hint"></p><button>Continue to your bank</button>
<script>document.querySelector("button").onclick = () => {
  if (terms.checked) location = "/linked"; else hint.textContent = "Please agree to the terms first.";
};</script>"""
STEPS = """<nav><a href="/elsewhere">Accounts</a></nav><p id="step"></p><button>Next</button><script>
const steps = ["Your bank", "Your data", "Your budget"];
const show = () => { step.textContent = steps.shift(); };
document.querySelector("button").onclick = () => { if (steps.length) setTimeout(show, 400); else location = "/linked"; };
show();</script>"""
FIELD_WITH_OWN_VALUE = """<label>Your name <input id="own"></label>
<button id="go" disabled onclick="location='/linked'">Continue</button><script>
let known = "";
const { get, set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
Object.defineProperty(own, "value", { get, set(value) { known = value; set.call(own, value); } });
own.addEventListener("input", () => { if (get.call(own) !== known) { known = get.call(own); go.disabled = !known; } });
</script>"""
CHECKED = "<script>need(() => document.querySelector('input').checked)</script>"


def form(fields: str = "", *, button: str = "<button>Continue</button>") -> str:
    """The HTML of a form that leads to the consent page."""
    return f'<form action="/linked">{fields}{button}</form>'


PAGES = {
    "plain": form(),
    "required box": form('<label><input type="checkbox" required> Terms</label>'),
    "required radio button": form('<label><input type="radio" name="bank" required> Hyla</label>'),
    "required list": form('<label>Why <select required><option value=""></option><option>Budget</option></select></label>'),
    "disabled button": form('<label><input type="checkbox"> Terms</label>', button="<button disabled>Continue</button>")
    + f'<a href="/elsewhere">Home</a>{SCRIPT}{CHECKED}',
    "hidden box": "<style>input { display: none }</style>"
    + form('<label><input type="checkbox"> Terms</label>', button="<button disabled>Continue</button>")
    + f"{SCRIPT}{CHECKED}",
    "box of a library": RADIX,
    "box that the script requires": STRICT,
    "wizard": form(
        '<label>First name <input name="fname" required></label><label>Mobile <input type="tel" required></label>'
        '<label>Born on <input type="date" required max="2005-12-31"></label>'
        '<label>Postcode <input inputmode="numeric" pattern="[0-9]{4}" name="postcode" required></label>'
        "<label>Why? <textarea required></textarea></label>"
    ),
    "unknown words": form(
        '<label>Handy <input pattern="04[0-9]{8}" required></label><label>Geburtstag <input type="date" required></label>'
        '<label>Betrag <input type="number" min="500" required></label><label>Vorname <input required maxlength="9"></label>'
    ),
    "button after text": form(
        '<label>Nickname for this account <input id="nick"></label>', button="<button disabled>Continue</button>"
    )
    + f"{SCRIPT}<script>nick.oninput = () => {{ button.disabled = !nick.value }}</script>",
    "field of a library": FIELD_WITH_OWN_VALUE,
    "shadow tree": """<my-form></my-form><script>customElements.define("my-form", class extends HTMLElement {
  connectedCallback() { this.attachShadow({mode: "closed"}).innerHTML = `FORM`; } })</script>""".replace(
        "FORM", form('<label><input type="checkbox" required> Terms</label>')
    ),
    "options of a library": """<div role="radiogroup" aria-required="true">
<div role="radio" aria-checked="false" id="hyla">Hyla</div><div role="radio" aria-checked="false">Quoll</div></div>
<button id="go" disabled onclick="location='/linked'">Continue</button><script>
hyla.onclick = () => { hyla.setAttribute("aria-checked", "true"); go.disabled = false; };</script>""",
    "frame": """<iframe srcdoc='<label><input type="checkbox" required onchange="parent.go.disabled = false"> Terms</label>'>
</iframe><button id="go" disabled onclick="location='/linked'">Continue</button>""",
    "button that names the terms": form(button="<button>Agree to the terms</button>") + '<a href="/elsewhere">Terms</a>',
    "link that names the terms": '<a href="/linked">Agree to the terms and continue</a><a href="/elsewhere">Our terms</a>',
    "button that names a login": form(button="<button>Log in to your bank</button>") + '<a href="/elsewhere">Log in</a>',
    "steps with equal buttons": STEPS,
    "words of another language": "".join(
        f"<button>{name}</button>" for name in ("Heute", "Morgen", "Reisen", "Preise", "Laden")
    )
    + form(button="<button>Los geht's</button>"),
    "late script": """<button>Continue</button><a href="/elsewhere">Accounts</a><script>
setTimeout(() => { document.querySelector("button").onclick = () => { location = "/linked"; }; }, 900)</script>""",
    "terms to be read": """<div id="terms" style="height: 90px; overflow: auto"><p style="height: 900px">Our terms</p></div>
<button id="go" disabled onclick="location='/linked'">Accept and continue</button><a href="/elsewhere">Home</a><script>
terms.onscroll = () => { go.disabled = terms.scrollTop + terms.clientHeight < terms.scrollHeight - 4; };</script>""",
    "mail": form('<label>E-mail <input type="email" name="mail" required></label>'),
}
NEWS = '<label><input type="checkbox" id="news"> News</label>'


@pytest.fixture
def visit(browser: Chromium, httpserver: HTTPServer) -> Iterator[Visit]:
    """Return a function that opens a page with the given HTML in a window."""
    journal, origin = Journal(), httpserver.url_for("").rstrip("/")
    httpserver.expect_request("/linked").respond_with_data(LINKED, content_type="text/html")
    httpserver.expect_request("/elsewhere").respond_with_data("<title>Elsewhere</title>", content_type="text/html")
    window = Window(
        browser,
        places=Origins(app=lambda: origin, api=lambda: "http://127.0.0.1:1", auth=lambda: "http://127.0.0.1:2"),
        participant="",
        write=journal.write,
        stamp=journal.stamp,
        is_secret=lambda _: False,
        deadline_s=30,
    )

    def open_page(html: str) -> Window:
        httpserver.expect_request("/start").respond_with_data(html, content_type="text/html; charset=utf-8")
        window.open(httpserver.url_for("/start"), page="connect")
        return window

    yield open_page
    window.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_filled_in_and_left(visit: Visit, rosa: EndUser, name: str) -> None:
    """Boxes are ticked, lists and fields filled in, as an end user does who agrees."""
    window = visit(PAGES[name])
    attempt, title = Attempt(window, rosa), ""

    for _ in range(MOST_PRESSES):
        control = attempt.next_control()
        if control is None:
            break
        assert window.press(control) == ""
        window.settle()
        title = window.read().title

    assert title == "Linked"


def test_boxes_that_nothing_requires_stay_as_they_are(visit: Visit, rosa: EndUser) -> None:
    """An end user need not order a newsletter."""
    window = visit(
        '<label><input type="checkbox" id="news"> News</label><button onclick="document.title = news.checked">Go</button>'
    )

    control = Attempt(window, rosa).next_control()

    assert control is not None
    assert window.press(control) == ""
    assert window.read().title == "false"


def test_fields_that_nothing_requires_stay_as_they_are(visit: Visit, rosa: EndUser) -> None:
    """A value that the app knows stays too, and a hidden trap for robots stays empty."""
    window = visit(
        '<label>E-mail <input type="email" value="known@example.com"></label><label>Voucher <input></label>'
        '<label style="display: none">Website <input required></label><label>Search a name <input type="search"></label>'
        '<label style="opacity: 0">Your name <input></label>'
        '<label style="position: absolute; left: -999px">Name <input></label>'
        "<button onclick=\"document.title = [...document.querySelectorAll('input')].map((each) => each.value).join('|')\">"
        "Go</button>"
    )

    control = Attempt(window, rosa).next_control()

    assert control is not None
    assert window.press(control) == ""
    assert window.read().title == "known@example.com|||||"


def test_a_filter_of_banks_stays_empty(visit: Visit, rosa: EndUser) -> None:
    """Text in it would hide the banks, also when everything else is filled in."""
    window = visit('<label>Search banks <input></label><button disabled>Continue</button><button id="go">Hyla Bank</button>')

    assert Attempt(window, rosa).next_control() is not None
    assert window.read().values == ()


def test_a_page_without_controls_has_no_next_one(visit: Visit, rosa: EndUser) -> None:
    """Ticking all boxes brings none back."""
    window = visit(f"{NEWS}<p>Come back later.</p>")

    assert Attempt(window, rosa).next_control() is None
