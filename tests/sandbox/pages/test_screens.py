"""The consent page as a document: the content of each screen, and its responses to unexpected requests."""

import re
from html.parser import HTMLParser

import httpx
import msgspec
import pytest

from fiskil_harness.app.browser.form_browser import FormBrowser, forms
from fiskil_harness.core import catalog
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.sandbox.consents import journey_table
from fiskil_harness.sandbox.consents.journey_rules import MAGIC_CODES
from fiskil_harness.sandbox.consents.magic_people import GROUPS
from tests.sandbox.consents.walks import walk_to
from tests.sandbox.still import Still


class Document(HTMLParser):
    """The parts of a page that a screen reader needs."""

    def __init__(self, page: HttpReply) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.labelled: set[str | None] = set()
        self._in_label = False
        self.unlabelled: list[str] = []
        self.feed(page.body.decode())
        named = {attributes.get("for") for tag, attributes in self.tags if tag == "label"}
        self.unlabelled = [text for text in self.unlabelled if text not in named]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a tag, and a field without a label."""
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self._in_label = self._in_label or tag == "label"
        if tag == "input" and attributes.get("type") != "hidden" and not self._in_label:
            self.unlabelled.append(attributes.get("id") or "?")

    def handle_endtag(self, tag: str) -> None:
        """Record the end of a label."""
        if tag == "label":
            self._in_label = False

    def count(self, tag: str) -> int:
        """Return the number of occurrences of a tag."""
        return len([text for text, _ in self.tags if text == tag])


@pytest.mark.parametrize("stage", journey_table.STAGES)
def test_every_screen_is_a_labelled_document(still: Still, form_browser: FormBrowser, stage: str) -> None:
    """Each screen has a language, a title, one heading, a viewport, a label for every field, and one script."""
    walk_to(stage, still, form_browser)

    page = Document(form_browser.page)

    assert ("html", {"lang": "en-AU"}) in page.tags
    assert (page.count("title"), page.count("h1"), page.unlabelled) == (1, 1, [])
    assert [attributes for tag, attributes in page.tags if tag == "script"] == [{"src": "/page.js"}]
    # It blocks: a button that can be pressed sooner would end a watched journey without a word.
    order = [tag for tag, _ in page.tags]
    assert order.index("script") < order.index("body")
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in page.tags
    assert not [attributes for _, attributes in page.tags if any(name.startswith("on") for name in attributes)]


@pytest.mark.parametrize("stage", journey_table.STAGES)
def test_every_screen_offers_the_acts_of_the_table(still: Still, form_browser: FormBrowser, stage: str) -> None:
    """There is one form per act, and no other. Source: journey.stages"""
    walk_to(stage, still, form_browser)

    offered = [dict(form.fields)["act"] for form in forms(form_browser.page)]

    assert sorted(offered) == sorted(journey_table.acts_at(stage))
    assert offered[0] not in {"cancel", "deny"}


@pytest.mark.parametrize("stage", journey_table.STAGES)
def test_every_screen_sets_the_focus(still: Still, form_browser: FormBrowser, stage: str) -> None:
    """The focus is on the text field, or on the heading where there is none."""
    walk_to(stage, still, form_browser)

    focused = [
        (tag, attributes.get("type")) for tag, attributes in Document(form_browser.page).tags if "autofocus" in attributes
    ]

    assert focused == [{"login": ("input", "email"), "code": ("input", "text")}.get(stage, ("h1", None))]


@pytest.mark.parametrize(
    ("stage", "act", "fields"),
    [("institution", "choose", {"institution_id": "22"}), ("accounts", "select", {"account": "nothing-like-it"})],
)
def test_a_complaint_takes_the_focus(
    still: Still, form_browser: FormBrowser, stage: str, act: str, fields: dict[str, str]
) -> None:
    """A screen reader then reads the complaint first, where no field can show it."""
    walk_to(stage, still, form_browser)
    form_browser.submit(act, **fields)

    focused = [attributes.get("id") for _, attributes in Document(form_browser.page).tags if "autofocus" in attributes]

    assert focused == ["complaint"]


def test_screens_are_not_cached_and_run_no_foreign_script(still: Still, form_browser: FormBrowser) -> None:
    """No cache, no referrer for other sites and no foreign script can leak the session id."""
    walk_to("login", still, form_browser)

    headers = form_browser.page.headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; ")


def test_a_form_redirects_to_the_next_screen(still: Still, form_browser: FormBrowser) -> None:
    """So Reload and Back never post a form again."""
    session = walk_to("login", still, form_browser)

    form_browser.submit("identify", email="rosa.keane@example.com")

    assert form_browser.redirects == [still.page_of(session).replace("?", "/?")]


def test_reloading_after_a_wrong_code_does_not_count_again(still: Still, form_browser: FormBrowser) -> None:
    """The complaint and the count stay the same."""
    session = walk_to("code", still, form_browser)
    form_browser.submit("enter_code", code="nonsense")

    form_browser.open(still.page_of(session))
    form_browser.open(still.page_of(session))

    assert b"That is not the code. You can try again." in form_browser.page.body
    assert still.standing(session).wrong_codes == 1


def test_the_log_in_lists_the_people_of_the_fixtures(still: Still, form_browser: FormBrowser) -> None:
    """Every person of the fixtures is listed with their purpose."""
    walk_to("login", still, form_browser)

    text = form_browser.page.body.decode().replace("&#39;", "'")

    assert [person for person in catalog.people().values() if person.email not in text or person.why not in text] == []
    assert text.index("CONSENT_ENDUSER_DENIED: the institution reports") > text.index("denied@example.com")
    assert [code for code in MAGIC_CODES if f"<dt>{code}</dt>" not in text] == []
    assert [heading for heading in GROUPS if f"<h2>{heading}</h2>" not in text] == []


def test_institutions_show_their_accessibility(still: Still, form_browser: FormBrowser) -> None:
    """Accessible institutions come first, and the bank is selected.

    Source: institutions.sandbox-bank, institutions.sandbox-retailer
    """
    walk_to("institution", still, form_browser)

    assert form_browser.choices("institution_id") == ("88888", "99999")
    assert ("institution_id", "88888") in forms(form_browser.page)[0].fields
    assert form_browser.page.body.count(b"Not in the sandbox") == 4


def test_the_first_accessible_institution_is_selected(still: Still, form_browser: FormBrowser) -> None:
    """Institutions are sorted by priority, accessible ones first."""
    table = still.sandbox.store.institutions
    table["40"] = msgspec.structs.replace(table["40"], is_accessible=True, priority=0)
    walk_to("institution", still, form_browser)

    assert form_browser.choices("institution_id") == ("40", "88888", "99999")
    assert ("institution_id", "40") in forms(form_browser.page)[0].fields


def test_the_last_screen_shows_the_choices(still: Still, form_browser: FormBrowser) -> None:
    """Institution, data, accounts and duration are on the last screen."""
    walk_to("accounts", still, form_browser)
    form_browser.submit("select", account="savings")

    page = form_browser.page.body
    assert b"Rainy Day" in page
    assert b"Everyday Account" not in page
    assert b"For 90 days." in page


def test_the_last_screen_shows_the_duration(still: Still, form_browser: FormBrowser) -> None:
    """The screen shows the duration of the consent. Source: consents.duration"""
    still.sandbox.choose_interpretations({"consents.duration": "365-days"})

    walk_to("confirm", still, form_browser)

    assert b"For 365 days." in form_browser.page.body


@pytest.mark.parametrize("email", ["<script>alert(1)</script>@x", '"><img/src=x>@x', "{{7*7}}@x", "'onfocus=alert(1)@x"])
def test_typed_text_is_escaped(still: Still, form_browser: FormBrowser, email: str) -> None:
    """Markup in an address is shown, not run."""
    walk_to("login", still, form_browser)

    form_browser.submit("identify", email=email)

    page = form_browser.page.body.decode()
    assert "Enter your one-time code" in page
    assert not re.search(r"<script>|<img|49@|<[^>]*onfocus", page)


def test_a_head_request_has_no_effect(still: Still, form_browser: FormBrowser) -> None:
    """HEAD neither starts the time limit nor uses up the redirect of an ended journey."""
    session = walk_to("code", still, form_browser)
    still.sandbox.clock.advance(minutes=11)

    head = form_browser._browser.request("HEAD", still.page_of(session))
    form_browser.open(still.page_of(session))

    assert (head.status, head.body) == (200, b"")
    assert "CONSENT_TIMEOUT" in form_browser.redirects[-1]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("PUT", "", 405), ("OPTIONS", "", 405), ("GET", "/nothing", 404), ("GET", "//", 404)]
)
def test_other_requests_get_a_page(still: Still, form_browser: FormBrowser, method: str, path: str, status: int) -> None:
    """A wrong address or method gets a page with an explanation."""
    response = form_browser._browser.request(method, still.auth_url + path)

    assert response.status == status
    assert b"This cannot be shown" in response.body
    assert status != 405 or set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(
    "form",
    [{"account": "x" * 70_000}, {f"field{number}": "x" for number in range(300)}],
    ids=["too large", "too many fields"],
)
def test_oversized_forms_are_refused(still: Still, form: dict[str, str]) -> None:
    """They get 400 with a page, and nothing else happens."""
    with HttpClient() as browser:
        response = browser.request("POST", still.auth_url, form=form)

    assert response.status == 400
    assert b"This form " in response.body


def test_json_is_not_accepted_as_a_form(still: Still, form_browser: FormBrowser) -> None:
    """A JSON body names no session."""
    session = walk_to("confirm", still, form_browser)

    response = form_browser._browser.request("POST", still.auth_url, json={"sess_id": session.session_id, "act": "confirm"})

    assert response.status == 404
    assert still.standing(session).ending is None


@pytest.mark.parametrize("session", ["unknown", "returned", "ordered"])
def test_announcements_end_with_an_event(still: Still, form_browser: FormBrowser, session: str) -> None:
    """Without one, the browser would open the stream again and again. Source: auth-session.single-use"""
    opened = still.invite(institution_id="88888")
    if session == "ordered":
        still.sandbox.conclude(opened.session_id, "denied")
    elif session == "returned":
        form_browser.open(still.page_of(opened))
        form_browser.submit("cancel")

    url = f"{still.auth_url}/announcements?sess_id={'nobody' if session == 'unknown' else opened.session_id}"
    response = httpx.get(url, timeout=30, trust_env=False)

    assert response.headers["content-type"].startswith("text/event-stream")
    assert [line for line in response.text.splitlines() if line.startswith("event")] == [
        "event: ended" if session == "ordered" else "event: closed"
    ]
    assert still.sandbox.store.page_listeners == set()
