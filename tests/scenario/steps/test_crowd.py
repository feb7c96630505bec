"""Steps for several end users: the first is the scenario's own, and each has consents and events."""

from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from fiskil_harness.core.config import Settings
from fiskil_harness.errors import ConfigError
from fiskil_harness.journal import ConcurrentResponse, Delivery, EventCreated, HookCall, PageOfOther
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.mailbox import Mailbox
from tests.scenario.steps.conftest import Perform


def test_each_end_user_consents_and_syncs(perform: Perform) -> None:
    """Their events carry their names."""
    journal, crashed = perform(steps.AuthoriseEach(3), steps.SyncEach(3, dataset="accounts"))

    assert not crashed
    received = [event.participant for event in journal.all(EventCreated) if event.kind == "consent.received"]
    synced = {event.participant for event in journal.all(EventCreated) if event.kind == "banking.accounts.sync.completed"}
    assert received == ["", "p2", "p3"]
    assert synced == {"", "p2", "p3"}


@pytest.mark.parametrize("step", [steps.AuthoriseEach(0), steps.SyncEach(101)])
def test_a_number_out_of_range_is_refused(step: steps.Step) -> None:
    """At least one end user, and at most a hundred."""
    with pytest.raises(ConfigError, match=r"end_users must be from 1 to 100, got"):
        step.check()


def test_end_users_use_the_app_at_the_same_moment(
    server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]
) -> None:
    """Their refreshes and pages overlap with the deliveries, and each response is recorded with its end user."""
    server.expect_request("/refresh").respond_with_data("ok")
    server.expect_request("/page").respond_with_handler(lambda request: Response(request.args["customer"]))
    settings = mailbox.settings(
        drive={"refresh": {"request": "POST /refresh"}}, observe={"pages": {"home": "/page?customer={end_user_ref}"}}
    )
    sequence = (steps.AuthoriseEach(2), steps.UseAppTogether(2))

    journal, crashed = drive(settings).perform(Scenario(name="x", practices=(), steps=sequence, probes=()))

    assert not crashed
    responses = journal.all(ConcurrentResponse)
    pages = [response for response in responses if response.source == "page home"]
    assert {response.participant for response in responses} == {"", "p2"}
    assert pages
    assert all(response.body.decode() == response.marks[0] for response in pages)
    assert [delivery.group for delivery in journal.all(Delivery)] == [1, 1]
    assert len(journal.all(HookCall)) == 2


def with_login(server: HTTPServer, *, attributes: str = "", ending: str = "/home") -> list[str]:
    """Let *server* have a page that needs a session, and a login that ends at *ending*; return the URLs of the logins."""
    logins = []

    def log_in(request: Request) -> Response:
        logins.append(request.full_path)
        headers = {"Location": ending, "Set-Cookie": f"session={request.args['as']}; Path=/; HttpOnly{attributes}"}
        return Response(status=303, headers=headers)

    def page(request: Request) -> Response:
        if request.cookies.get("session") != request.args["customer"]:
            return Response(status=303, headers={"Location": "/log-in"})
        return Response(f"{request.args['customer']} {request.cookies.get('plan')}")

    server.expect_request("/test/log-in").respond_with_handler(log_in)
    server.expect_request("/log-in").respond_with_data('<input type="password">')
    server.expect_request("/home").respond_with_data("Welcome")
    server.expect_request("/page").respond_with_handler(page)
    server.expect_request("/moved").respond_with_handler(
        lambda request: Response(status=302, headers={"Location": f"/page?customer={request.args['customer']}"})
    )
    return logins


PAGES_BEHIND_LOGIN = {"home": "/page?customer={end_user_ref}", "old": "/moved?customer={end_user_ref}"}
LOGIN = {"path": "/test/log-in?as={end_user_ref}", "cookies": {"plan": "plan-{end_user_ref}"}}
USE_APP = (steps.AuthoriseEach(3), steps.UseAppTogether(3))


@pytest.mark.parametrize("attributes", ["", "; Secure; SameSite=Lax"])
def test_each_end_user_logs_in_before_they_use_the_app(
    server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver], attributes: str
) -> None:
    """The login is opened once for each end user, and its cookies and those of the config come with every page request."""
    logins = with_login(server, attributes=attributes)
    settings = mailbox.settings(observe={"pages": PAGES_BEHIND_LOGIN}, login=LOGIN)

    journal, crashed = drive(settings).perform(Scenario(name="x", practices=(), steps=USE_APP, probes=()))

    assert not crashed
    pages = journal.all(ConcurrentResponse)
    refs = {response.marks[0] for response in pages}
    assert sorted(logins) == sorted(f"/test/log-in?as={ref}" for ref in refs)
    assert len(pages) == 3 * 2 * 3
    assert {response.body.decode() for response in pages} == {f"{ref} plan-{ref}" for ref in refs}
    assert all(response.body.decode().startswith(f"{response.marks[0]} ") for response in pages)


def request_pages_of_others(
    drive: Callable[..., Driver], settings: Settings
) -> list[tuple[str, str | None, str, int | None, bytes, bool]]:
    """Let the second of two end users request the pages of the first; return what is recorded."""
    sequence = (steps.AuthoriseEach(2), steps.RequestPagesOfOthers())
    journal, crashed = drive(settings).perform(Scenario(name="x", practices=(), steps=sequence, probes=()))
    assert not crashed
    return [
        (entry.owner, entry.reader, entry.page, entry.status, entry.body, entry.is_logged_in)
        for entry in journal.all(PageOfOther)
    ]


LOGIN_PAGE = b'<input type="password">'


def test_pages_are_requested_by_others(server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]) -> None:
    """A page of one end user is requested by another one; that and a page for all are requested without a login."""
    logins = with_login(server)
    pages = {"home": "/page?customer={end_user_ref}", "old": "/moved?customer={end_user_ref}", "start": "/home"}
    settings = mailbox.settings(observe={"pages": pages}, login=LOGIN)

    assert request_pages_of_others(drive, settings) == [
        ("", "p2", "home", 200, LOGIN_PAGE, True),
        ("", "p2", "old", 200, LOGIN_PAGE, True),
        ("", None, "home", 200, LOGIN_PAGE, False),
        ("", None, "old", 200, LOGIN_PAGE, False),
        ("", None, "start", 200, b"Welcome", False),
    ]
    assert len(logins) == 1


def test_an_app_that_ends_the_session_lets_the_end_user_log_in_again(
    server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]
) -> None:
    """Otherwise the next page would be requested without a login."""
    logins = with_login(server)
    ended = []

    def page(request: Request) -> Response:
        session = request.cookies.get("session")
        if session != request.args["customer"]:
            ended.append(session)
        elif session not in ended:
            return Response("Welcome")
        return Response("Log in", status=401)

    server.expect_request("/strict").respond_with_handler(page)
    pages = {"one": "/strict?customer={end_user_ref}", "two": "/strict?customer={end_user_ref}&tab=2"}
    settings = mailbox.settings(observe={"pages": pages}, login=LOGIN)

    recorded = request_pages_of_others(drive, settings)

    assert [is_logged_in for _, reader, *_, is_logged_in in recorded if reader] == [False, False]
    assert len(logins) == 2


def test_without_a_working_login_pages_are_requested_without_one(
    server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]
) -> None:
    """The login worked earlier in the scenario, so the app may limit the number of logins."""
    with_login(server, ending="/nowhere")
    settings = mailbox.settings(observe={"pages": PAGES_BEHIND_LOGIN}, login=LOGIN)

    assert {reader for _, reader, *_ in request_pages_of_others(drive, settings)} == {None}


@pytest.mark.parametrize(
    "login",
    [{}, {"path": "/home"}, {"cookies": {"plan": "basic"}}, {"path": "/home?staff={end_user_name}"}],
)
def test_a_login_that_is_the_same_for_all_requests_no_page_of_others(
    server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver], login: dict[str, object]
) -> None:
    """It may be the login of staff, who may open every page."""
    with_login(server)
    settings = mailbox.settings(observe={"pages": PAGES_BEHIND_LOGIN}, login=login)

    assert request_pages_of_others(drive, settings) == []


@pytest.mark.parametrize("path", ["/page?customer={end_user_ref}&key=dK29fbqL5Zm1", "/page?customer={client_id}"])
def test_a_page_with_a_credential_in_its_url_is_not_requested(
    server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver], path: str
) -> None:
    """The URL itself is what allows to open the page."""
    with_login(server)
    settings = mailbox.settings(observe={"pages": {"home": path}}, login=LOGIN)

    assert request_pages_of_others(drive, settings) == []


def test_without_a_login_the_login_page_is_recorded(
    server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]
) -> None:
    """A redirect within the app is followed, as a browser does."""
    with_login(server)
    settings = mailbox.settings(observe={"pages": PAGES_BEHIND_LOGIN})

    journal, _ = drive(settings).perform(Scenario(name="x", practices=(), steps=USE_APP, probes=()))

    pages = journal.all(ConcurrentResponse)
    assert {(response.status, response.body) for response in pages} == {(200, b'<input type="password">')}


@pytest.mark.parametrize(
    ("ending", "problem"),
    [("/log-in", "shows a password field"), ("/nowhere", "returned 500")],
)
def test_a_failed_login_sends_no_request_for_a_page(
    server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver], ending: str, problem: str
) -> None:
    """After a failed login only the login page would be seen."""
    with_login(server, ending=ending)
    settings = mailbox.settings(observe={"pages": PAGES_BEHIND_LOGIN}, login=LOGIN)

    journal, crashed = drive(settings).perform(Scenario(name="x", practices=(), steps=USE_APP, probes=()))

    assert f"app.login.path leads to another page, which {problem}." in crashed
    assert journal.all(ConcurrentResponse) == []


def test_a_redirect_to_another_host_is_not_followed(
    server: HTTPServer, mailbox: Mailbox, drive: Callable[..., Driver]
) -> None:
    """The response of the app itself is recorded."""
    server.expect_request("/away").respond_with_data("", status=302, headers={"Location": "http://192.0.2.1/log-in"})
    settings = mailbox.settings(observe={"pages": {"home": "/away"}})

    journal, _ = drive(settings).perform(Scenario(name="x", practices=(), steps=USE_APP, probes=()))

    assert {response.status for response in journal.all(ConcurrentResponse)} == {302}
