"""The consent page as a document: what each screen holds, and what it makes of requests it did not ask for."""

import re
from html.parser import HTMLParser

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
    """What a screen reader needs of a page."""

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
        """Note a tag, and a field that no label holds."""
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self._in_label = self._in_label or tag == "label"
        if tag == "input" and attributes.get("type") != "hidden" and not self._in_label:
            self.unlabelled.append(attributes.get("id") or "?")

    def handle_endtag(self, tag: str) -> None:
        """Leave a label."""
        if tag == "label":
            self._in_label = False

    def count(self, tag: str) -> int:
        """How often a tag occurs."""
        return len([text for text, _ in self.tags if text == tag])


@pytest.mark.parametrize("stage", journey_table.STAGES)
def test_every_screen_is_a_labelled_document(still: Still, form_browser: FormBrowser, stage: str) -> None:
    """Language, title, one heading, a viewport, a label for every field, and no script but the page's own."""
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
def test_every_screen_offers_what_the_table_allows(still: Still, form_browser: FormBrowser, stage: str) -> None:
    """One form per act, and no other. Source: journey.stages"""
    walk_to(stage, still, form_browser)

    offered = [dict(form.fields)["act"] for form in forms(form_browser.page)]

    assert sorted(offered) == sorted(journey_table.acts_at(stage))
    assert offered[0] not in {"cancel", "deny"}


@pytest.mark.parametrize("stage", journey_table.STAGES)
def test_every_screen_puts_the_focus_where_it_matters(still: Still, form_browser: FormBrowser, stage: str) -> None:
    """On one place: the field to fill in, or the heading where there is none to type in."""
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
    """Whoever reads by ear hears first what was wrong, where no field can say it."""
    walk_to(stage, still, form_browser)
    form_browser.submit(act, **fields)

    focused = [attributes.get("id") for _, attributes in Document(form_browser.page).tags if "autofocus" in attributes]

    assert focused == ["complaint"]


def test_screens_are_not_kept_and_run_nothing_foreign(still: Still, form_browser: FormBrowser) -> None:
    """No cache, no referrer to other sites, no script of anybody else: a session id in the address stays here."""
    walk_to("login", still, form_browser)

    headers = form_browser.page.headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'; ")


def ancestors(form_browser: FormBrowser) -> list[str]:
    """Who may embed the page that was opened."""
    policy = form_browser.page.headers["content-security-policy"]
    return policy.rpartition("frame-ancestors ")[2].split()


def test_this_machine_and_the_app_may_embed_the_page(still: Still, form_browser: FormBrowser) -> None:
    """Pages of loopback, and of the origins that the session's addresses name. Source: page.embedding"""
    form_browser.open(
        still.page_of(still.invite(redirect_uri="https://shop.test:8443/back?x=1", cancel_uri="http://shop.test/"))
    )

    allowed = ancestors(form_browser)
    assert [ancestor for ancestor in allowed if "127.0.0.1" not in ancestor and "localhost" not in ancestor] == [
        "https://shop.test:8443",
        "http://shop.test",
    ]
    assert "http://127.0.0.1:*" in allowed


@pytest.mark.parametrize("uri", ["", "myapp://done", "https://a;script-src%20x/", "https://me:pw@*/", "https://ü.example/"])
def test_an_address_that_is_no_plain_origin_opens_nothing(still: Still, form_browser: FormBrowser, uri: str) -> None:
    """Whatever stands in an address, nothing of it but an origin reaches the policy. Source: page.embedding"""
    form_browser.open(still.page_of(still.invite(redirect_uri=uri, cancel_uri=uri)))

    assert [
        ancestor for ancestor in ancestors(form_browser) if "127.0.0.1" not in ancestor and "localhost" not in ancestor
    ] == []
    assert form_browser.page.headers["content-security-policy"].count(";") == 5


def test_a_form_answers_with_a_redirect_to_the_next_screen(still: Still, form_browser: FormBrowser) -> None:
    """Reload and Back never send a form again."""
    session = walk_to("login", still, form_browser)

    form_browser.submit("identify", email="rosa.keane@example.com")

    assert form_browser.redirects == [still.page_of(session).replace("?", "/?")]


def test_reloading_after_a_wrong_code_does_not_count_again(still: Still, form_browser: FormBrowser) -> None:
    """The complaint stays, the count stays."""
    session = walk_to("code", still, form_browser)
    form_browser.submit("enter_code", code="nonsense")

    form_browser.open(still.page_of(session))
    form_browser.open(still.page_of(session))

    assert b"That is not the code. You can try again." in form_browser.page.body
    assert still.standing(session).wrong_codes == 1


def test_the_log_in_says_who_is_known(still: Still, form_browser: FormBrowser) -> None:
    """Every person of the fixtures is listed with what they are for."""
    walk_to("login", still, form_browser)

    text = form_browser.page.body.decode().replace("&#39;", "'")

    assert [person for person in catalog.people().values() if person.email not in text or person.why not in text] == []
    assert text.index("CONSENT_ENDUSER_DENIED: the institution reports") > text.index("denied@example.com")
    assert [code for code in MAGIC_CODES if f"<dt>{code}</dt>" not in text] == []
    assert [heading for heading in GROUPS if f"<h2>{heading}</h2>" not in text] == []


def test_institutions_say_whether_they_can_be_reached(still: Still, form_browser: FormBrowser) -> None:
    """Those in reach come first, the bank chosen. Source: institutions.sandbox-bank, institutions.sandbox-retailer"""
    walk_to("institution", still, form_browser)

    assert form_browser.choices("institution_id") == ("88888", "99999")
    assert ("institution_id", "88888") in forms(form_browser.page)[0].fields
    assert form_browser.page.body.count(b"Not in the sandbox") == 4


def test_the_first_that_can_be_reached_is_chosen(still: Still, form_browser: FormBrowser) -> None:
    """By priority, those in reach before the others."""
    table = still.sandbox.store.institutions
    table["40"] = msgspec.structs.replace(table["40"], is_accessible=True, priority=0)
    walk_to("institution", still, form_browser)

    assert form_browser.choices("institution_id") == ("40", "88888", "99999")
    assert ("institution_id", "40") in forms(form_browser.page)[0].fields


def test_confirming_shows_what_was_chosen(still: Still, form_browser: FormBrowser) -> None:
    """Institution, data, accounts and duration are on the last screen."""
    walk_to("accounts", still, form_browser)
    form_browser.submit("select", account="savings")

    page = form_browser.page.body
    assert b"Rainy Day" in page
    assert b"Everyday Account" not in page
    assert b"For 90 days." in page


def test_confirming_says_how_long(still: Still, form_browser: FormBrowser) -> None:
    """The screen promises what the consent will be. Source: consents.duration"""
    still.sandbox.read_as({"consents.duration": "365-days"})

    walk_to("confirm", still, form_browser)

    assert b"For 365 days." in form_browser.page.body


@pytest.mark.parametrize("email", ["<script>alert(1)</script>@x", '"><img/src=x>@x', "{{7*7}}@x", "'onfocus=alert(1)@x"])
def test_what_was_typed_is_text(still: Still, form_browser: FormBrowser, email: str) -> None:
    """Markup in an address is shown, not run."""
    walk_to("login", still, form_browser)

    form_browser.submit("identify", email=email)

    page = form_browser.page.body.decode()
    assert "Enter your one-time code" in page
    assert not re.search(r"<script>|<img|49@|<[^>]*onfocus", page)


def test_looking_whether_the_page_is_there_uses_nothing_up(still: Still, form_browser: FormBrowser) -> None:
    """HEAD neither starts the wait nor takes the redirect of a journey that is over."""
    session = walk_to("code", still, form_browser)
    still.sandbox.clock.advance(minutes=11)

    head = form_browser._browser.request("HEAD", still.page_of(session))
    form_browser.open(still.page_of(session))

    assert (head.status, head.body) == (200, b"")
    assert "CONSENT_TIMEOUT" in form_browser.redirects[-1]


@pytest.mark.parametrize(
    ("method", "path", "status"), [("PUT", "", 405), ("OPTIONS", "", 405), ("GET", "/nothing", 404), ("GET", "//", 404)]
)
def test_other_requests_get_a_page_too(still: Still, form_browser: FormBrowser, method: str, path: str, status: int) -> None:
    """A wrong address or method is explained in the page's own look."""
    response = form_browser._browser.request(method, still.auth_url + path)

    assert response.status == status
    assert b"This cannot be shown" in response.body
    assert status != 405 or set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(
    "form",
    [{"account": "x" * 70_000}, {f"field{number}": "x" for number in range(300)}],
    ids=["too large", "too many fields"],
)
def test_forms_beyond_measure_are_refused(still: Still, form: dict[str, str]) -> None:
    """400 with a page, and nothing else happens."""
    with HttpClient() as browser:
        response = browser.request("POST", still.auth_url, form=form)

    assert response.status == 400
    assert b"This form " in response.body


def test_json_is_no_form(still: Still, form_browser: FormBrowser) -> None:
    """A body of another kind names no session."""
    session = walk_to("confirm", still, form_browser)

    response = form_browser._browser.request("POST", still.auth_url, json={"sess_id": session.session_id, "act": "confirm"})

    assert response.status == 404
    assert still.standing(session).ending is None
