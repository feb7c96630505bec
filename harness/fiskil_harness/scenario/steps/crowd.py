"""Steps in which several end users do the same, one after another or at the same moment."""

import string
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, urljoin

from fiskil_harness.app.browser.form_browser import LONGEST_CHAIN, is_same_origin
from fiskil_harness.app.browser.login import log_in_client
from fiskil_harness.app.templates import fill_text
from fiskil_harness.core.config.hooks import REFRESH, START_SESSION
from fiskil_harness.core.config.placeholders import END_USER_VALUES
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.core.redaction.config_secrets import secrets_in_url
from fiskil_harness.errors import HookError, StepError
from fiskil_harness.journal import PAGE, ConcurrentResponse, HookCall, PageOfOther, shortened
from fiskil_harness.journal.queries.pages_of_others import is_page
from fiskil_harness.scenario.steps.consents_and_syncs import Sync, call_hook
from fiskil_harness.scenario.steps.journeys import INSTITUTION, Authorise, Choices, opened, walk_on
from fiskil_harness.scenario.steps.step import Step, refuse_outside

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

MOST_END_USERS = 100
REDIRECTS = (301, 302, 303, 307, 308)
VIEWS = 3
"""How often each end user opens each page while all use the app."""


class CrowdStep(Step, frozen=True):
    """Base of steps that concern several end users.

    Args:
        end_users: Number of end users, from 1 to 100; the scenario's end user, ``p2``, ``p3`` ...
    """

    end_users: int

    def check(self) -> None:
        """Validate *end_users*.

        Raises:
            ConfigError: *end_users* is not from 1 to 100.
        """
        refuse_outside(self, "end_users", 1, MOST_END_USERS)


class AuthoriseEach(CrowdStep, frozen=True, tag="authorise_each"):
    """Several end users complete the consent journey, one after another; a ``consent.received`` becomes due for each.

    Args:
        end_users: Number of end users, from 1 to 100; the scenario's end user, ``p2``, ``p3`` ...
    """

    def perform(self, stage: "Stage") -> None:
        """Complete the journeys.

        Raises:
            StepError: The app opened no auth session, or the consent page does not continue.
        """
        for name in names_of(self.end_users):
            Authorise(twin=name).perform(stage)


class AuthoriseTogether(CrowdStep, frozen=True, tag="authorise_together"):
    """Several end users start the consent journey at the same moment, and complete it one after another.

    Without ``app.drive.start_session`` the consents are created in the sandbox.

    Args:
        end_users: Number of end users, as in ``AuthoriseEach``.
    """

    def perform(self, stage: "Stage") -> None:
        """Let the app open all auth sessions, then complete the journeys.

        Raises:
            StepError: The app opened no auth session, or the consent page does not continue.
        """
        if not stage.app.has(START_SESSION):
            AuthoriseEach(self.end_users).perform(stage)
            return
        crowd = [stage.end_user(name) for name in names_of(self.end_users)]
        with ThreadPoolExecutor(max_workers=len(crowd)) as pool:
            replies = list(pool.map(lambda end_user: call_hook(stage, end_user, "start_session"), crowd))
        for end_user, reply in zip(crowd, replies, strict=True):
            stage.journal.write(_response(stage, end_user, "the response to app.drive.start_session", reply))
        addresses = [opened(stage, end_user, reply) for end_user, reply in zip(crowd, replies, strict=True)]
        for end_user, address in zip(crowd, addresses, strict=True):
            choices = Choices(person=end_user.person, institution_id=INSTITUTION, accounts=())
            walk_on(stage, end_user, address, until="confirm", then="confirm", choices=choices)


class SyncEach(CrowdStep, frozen=True, tag="sync_each"):
    """The sync of one dataset, or of every dataset, completes for several end users, and its events become due.

    Args:
        end_users: Number of end users, as in ``AuthoriseEach``.
        dataset: The dataset; "" means every dataset of the consent.
    """

    dataset: str = ""

    def check(self) -> None:
        """Validate the arguments.

        Raises:
            ConfigError: *end_users* is not from 1 to 100, or Fiskil has no such dataset.
        """
        super().check()
        Sync(self.dataset).check()

    def perform(self, stage: "Stage") -> None:
        """Complete the syncs, and record the rows that the API serves then.

        Raises:
            StepError: An end user has no consent yet.
        """
        for name in names_of(self.end_users):
            Sync(self.dataset, twin=name).perform(stage)


class UseAppTogether(CrowdStep, frozen=True, tag="use_app_together"):
    """Several end users use the app at the same moment: each refreshes the data and opens every page.

    Every event that is due is delivered at the same moment. Each end user has an own client, which logs in before that if
    the config has ``app.login``. What the config does not provide, ``app.drive.refresh`` or ``app.observe.pages``, is left
    out.

    Args:
        end_users: Number of end users, as in ``AuthoriseEach``.
    """

    def perform(self, stage: "Stage") -> None:
        """Log the end users in, send all requests at the same moment, and record the responses.

        Raises:
            StepError: The login that the config describes failed.
        """
        crowd = [stage.end_user(name) for name in names_of(self.end_users)]
        pages = stage.settings.app.observe.pages
        browsers = {end_user.participant: _logged_in(stage, end_user) for end_user in crowd} if pages else {}
        parcels = stage.dispatcher.due()
        for parcel in parcels:
            parcel.next_attempt()
        outgoing = [stage.dispatcher.outgoing(parcel) for parcel in parcels]
        acts: list[Callable[[], ConcurrentResponse]] = []
        for end_user in crowd:
            acts += [partial(_refresh, stage, end_user)] if stage.app.has(REFRESH) else []
            acts += [partial(_fetch, stage, end_user, page, browsers[end_user.participant]) for page in pages] * VIEWS
        with ThreadPoolExecutor(max_workers=len(acts) + 1) as pool:
            bursting = pool.submit(stage.sender.burst, outgoing, stage.journal)
            responses = [pool.submit(act) for act in acts]
        for parcel, delivery in zip(parcels, bursting.result(), strict=True):
            stage.dispatcher.settle(parcel, delivery)
        for response in responses:
            stage.journal.write(response.result())


class RequestPagesOfOthers(Step, frozen=True, tag="request_pages_of_others"):
    """The end user *twin* requests the pages of the scenario's end user, which are then requested without a login.

    Nothing is requested if ``app.login`` is the same for both: it may be a login for staff, who may open every page. Neither
    is a page whose URL contains a credential.

    Args:
        twin: Name of the other participant.
    """

    twin: str = "p2"

    def perform(self, stage: "Stage") -> None:
        """Log *twin* in, request the pages one after another, and record the responses.

        After each page of the other end user, *twin* opens the own one. If that fails, *twin* logs in again. If no login
        works, the pages are only requested without one.
        """
        owner, reader = stage.end_user(), stage.end_user(self.twin)
        login = stage.settings.app.login
        if not any(_differs(text, owner, reader) for text in (login.path or "", *login.cookies.values())):
            return
        pages = {page: path for page, path in stage.settings.app.observe.pages.items() if not _has_credential(path)}
        browser: HttpClient | None = None
        with suppress(StepError):
            for page in (page for page, path in pages.items() if _differs(path, owner, reader)):
                browser = browser or _logged_in(stage, reader)
                reply = _reply(stage, owner, page, browser)
                own_reply = _reply(stage, reader, page, browser)
                is_logged_in = is_page(own_reply.status, own_reply.body)
                stage.journal.write(
                    _page_of_other(stage, owner, page, reply, reader=reader.participant, is_logged_in=is_logged_in)
                )
                browser = browser if is_logged_in else None
        for page in pages:
            with stage.new_browser() as stranger:
                stage.journal.write(_page_of_other(stage, owner, page, _reply(stage, owner, page, stranger), reader=None))


def _differs(template: str, one: "EndUser", other: "EndUser") -> bool:
    """Return True if *template* has another text for *one* than for *other*."""
    return any(f"{{{name}}}" in template and other.values[name] != value for name, value in one.values.items())


def _has_credential(path: str) -> bool:
    """Return True if *path* has values that do not depend on the end user, or a text that looks like a secret."""
    names = {name for _, name, _, _ in string.Formatter().parse(path) if name is not None}
    return not names <= END_USER_VALUES or any(secrets_in_url(path))


def _refresh(stage: "Stage", end_user: "EndUser") -> ConcurrentResponse:
    begin_s = stage.journal.elapsed_s()
    limit_s = stage.settings.app.limits.request_deadline_s + 5
    with HttpClient() as browser:
        try:
            reply = stage.app.call(REFRESH, end_user.values, timeout_s=limit_s, browser=browser)
        except HookError as error:
            reply = HttpReply(status=500, problem=str(error))
    call = HookCall(
        **stage.journal.span(begin_s),
        hook="refresh",
        participant=end_user.participant,
        status=reply.status,
        body=shortened(reply.body),
    )
    stage.journal.write(call)
    return _response(stage, end_user, "the response to app.drive.refresh", reply)


def _logged_in(stage: "Stage", end_user: "EndUser") -> HttpClient:
    """Return a client with the end user's login. It needs no closing, because it keeps no connection."""
    browser = stage.new_browser()
    login, values = stage.settings.app.login, {**stage.app.values, **end_user.values}
    log_in_client(browser, login, values, url=stage.app.url, allow_hosts=stage.settings.sandbox.allow_hosts)
    return browser


def _fetch(stage: "Stage", end_user: "EndUser", page: str, logged_in: HttpClient) -> ConcurrentResponse:
    with logged_in.copy() as browser:
        return _response(stage, end_user, f"{PAGE}{page}", _reply(stage, end_user, page, browser))


def _reply(stage: "Stage", end_user: "EndUser", page: str, browser: HttpClient) -> HttpReply:
    """Request the end user's page, and return the response after redirects within the app."""
    values = {name: quote(value, safe="") for name, value in {**stage.app.values, **end_user.values}.items()}
    url = stage.app.url + fill_text(stage.settings.app.observe.pages[page], values)
    reply = browser.request("GET", url)
    for _ in range(LONGEST_CHAIN):
        target = urljoin(reply.url, reply.headers.get("location", ""))
        if reply.status not in REDIRECTS or not is_same_origin(target, url):
            break
        reply = browser.request("GET", target)
    return reply


def _page_of_other(
    stage: "Stage", owner: "EndUser", page: str, reply: HttpReply, *, reader: str | None, is_logged_in: bool = False
) -> PageOfOther:
    return PageOfOther(
        **stage.journal.stamp(),
        owner=owner.participant,
        reader=reader,
        page=page,
        status=reply.status,
        body=shortened(reply.body),
        is_logged_in=is_logged_in,
    )


def _response(stage: "Stage", end_user: "EndUser", source: str, reply: HttpReply) -> ConcurrentResponse:
    return ConcurrentResponse(
        **stage.journal.stamp(),
        participant=end_user.participant,
        source=source,
        status=reply.status,
        body=shortened(reply.body),
        marks=(end_user.ref, end_user.end_user_id),
    )


def names_of(end_users: int) -> tuple[str, ...]:
    """Return the names of so many participants; the first is the scenario's end user."""
    return ("", *(f"p{number}" for number in range(2, end_users + 1)))
