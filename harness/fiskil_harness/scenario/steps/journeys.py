"""Steps of the end user's consent journey: complete the journey, leave it on any screen, or let it fail."""

from typing import TYPE_CHECKING, ClassVar, Literal, cast
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Struct

from fiskil_harness.app.browser.form_browser import FormBrowser, is_same_origin
from fiskil_harness.core import catalog
from fiskil_harness.core.config.hooks import START_SESSION
from fiskil_harness.core.model import Ending, Person
from fiskil_harness.core.net.http_client import HttpReply
from fiskil_harness.errors import StepError, UnknownName
from fiskil_harness.journal import Exchange, Journey, JourneyEnding, Visit, VisitedPage, shortened
from fiskil_harness.sandbox.consents.shortcut import check_conclusion
from fiskil_harness.scenario.steps.consents_and_syncs import call_hook
from fiskil_harness.scenario.steps.link_sdk_messages import form_browser_of, pass_on_messages
from fiskil_harness.scenario.steps.step import Step

if TYPE_CHECKING:
    from fiskil_harness.sandbox import EndUser
    from fiskil_harness.scenario.stage import Stage

Screen = Literal["institution", "login", "code", "accounts", "confirm"]
SCREENS: tuple[Screen, ...] = ("institution", "login", "code", "accounts", "confirm")
INSTITUTION = "88888"
LEFT = "ABANDONED"


class Authorise(Step, frozen=True, kw_only=True, tag="authorise"):
    """The end user completes the consent journey; ``consent.received`` becomes due.

    Without ``app.drive.start_session`` the consent is created in the sandbox, and the app takes no part in the journey.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
        institution_id: The institution that the end user chooses if the app leaves the choice open.
        accounts: Keys of the shared accounts in the person's file; empty means all of them.
    """

    twin: str = ""
    institution_id: str = INSTITUTION
    accounts: tuple[str, ...] = ()

    def check(self) -> None:
        """Validate *institution_id*.

        Raises:
            UnknownName: The sandbox cannot reach an institution with this id.
        """
        reachable = [
            institution.institution_id for institution in catalog.institutions().values() if institution.is_accessible
        ]
        if self.institution_id not in reachable:
            raise UnknownName("institution", self.institution_id, reachable)

    def perform(self, stage: "Stage") -> None:
        """Complete the journey, or create the consent directly.

        Raises:
            StepError: The app opened no auth session, or the consent page does not continue.
        """
        end_user = stage.end_user(self.twin)
        if stage.app.has(START_SESSION):
            walk(stage, end_user, institution_id=self.institution_id, accounts=self.accounts)
            return
        consent_id = stage.settings.app.webhook.consent_id if not self.twin else None
        stage.fiskil.sandbox.authorise(
            stage.registered(end_user),
            arrangement_id=consent_id,
            institution_id=stage.institution(self.institution_id),
            account_keys=self.accounts,
        )
        end_user.session_ids.append("")
        ended(stage, end_user, Ending.APPROVED.value)


class DrivenJourney(Step, frozen=True, kw_only=True):
    """Base of steps of a journey that the app must have started. Needs ``app.drive.start_session``."""

    needs: ClassVar[tuple[str, ...]] = (START_SESSION,)


class Cancel(DrivenJourney, frozen=True, kw_only=True, tag="cancel"):
    """The end user cancels the journey on a screen. Needs ``app.drive.start_session``.

    Args:
        at: The screen.
        twin: Name of the participant; "" means the scenario's end user.
    """

    at: Screen = "login"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Go to the screen and cancel.

        Raises:
            StepError: The app opened no auth session, or the consent page does not continue.
        """
        walk(stage, stage.end_user(self.twin), until=self.at, then="cancel")


class Deny(DrivenJourney, frozen=True, kw_only=True, tag="deny"):
    """The end user declines on one of the institution's screens. Needs ``app.drive.start_session``.

    Args:
        at: The screen.
        twin: Name of the participant; "" means the scenario's end user.
    """

    at: Literal["login", "code", "accounts"] = "accounts"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Go to the screen and decline.

        Raises:
            StepError: The app opened no auth session, or the consent page does not continue.
        """
        walk(stage, stage.end_user(self.twin), until=self.at, then="deny")


class CloseTab(DrivenJourney, frozen=True, kw_only=True, tag="close_tab"):
    """The end user closes the tab on a screen, so the app gets no callback. Needs ``app.drive.start_session``.

    Args:
        at: The screen.
        twin: Name of the participant; "" means the scenario's end user.
    """

    at: Screen = "login"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Go to the screen and stop.

        Raises:
            StepError: The app opened no auth session, or the consent page does not continue.
        """
        walk(stage, stage.end_user(self.twin), until=self.at, then="")


class MistypeCode(DrivenJourney, frozen=True, kw_only=True, tag="mistype_code"):
    """The end user enters a wrong one-time code until the institution ends the journey.

    Needs ``app.drive.start_session``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Go to the code screen and enter wrong codes until the journey ends.

        Raises:
            StepError: The app opened no auth session, or the consent page does not continue.
        """
        walk(stage, stage.end_user(self.twin), until="code", then="mistype")


class AttemptJourney(DrivenJourney, frozen=True, kw_only=True, tag="attempt_journey"):
    """The journey continues until it ends with the ``outcome`` in the person's file; without one, it is completed.

    Needs ``app.drive.start_session``.

    Args:
        end_user: Name of the person whose e-mail address is entered at the institution; "" means the participant's own. The
            app's end user is the participant in any case.
        twin: Name of the participant; "" means the scenario's end user.
    """

    end_user: str = ""
    twin: str = ""

    def check(self) -> None:
        """Validate *end_user*.

        Raises:
            UnknownName: No person has this name.
        """
        if self.end_user:
            catalog.person(self.end_user)

    def perform(self, stage: "Stage") -> None:
        """Complete one screen after another until the journey ends.

        Raises:
            StepError: The app opened no auth session, or the consent page does not continue.
        """
        visiting = stage.person(self.end_user) if self.end_user else None
        walk(stage, stage.end_user(self.twin), visiting=visiting)


class Conclude(DrivenJourney, frozen=True, kw_only=True, tag="conclude"):
    """The journey ends at once with a given outcome, without any screen, and the browser follows the redirect.

    Needs ``app.drive.start_session``.

    Args:
        outcome: "approved", or an outcome that a person's file may contain, such as "denied".
        error_type: An undocumented error type to report to the app; "" means the outcome's own.
        twin: Name of the participant; "" means the scenario's end user.
    """

    outcome: str = "approved"
    error_type: str = ""
    twin: str = ""

    def check(self) -> None:
        """Validate *outcome*.

        Raises:
            UnknownName: No journey has this outcome.
        """
        check_conclusion(self.outcome)

    def perform(self, stage: "Stage") -> None:
        """End the session with the outcome, and open its page once.

        Raises:
            StepError: The app opened no auth session.
        """
        end_user = stage.end_user(self.twin)
        address = begin(stage, end_user)
        conclude(stage, end_user, end_user.session_ids[-1], self.outcome, error_type=self.error_type)
        with stage.new_browser() as browser:
            form_browser = form_browser_of(stage, end_user, browser)
            form_browser.open(address)
        browser_returned(stage, end_user, form_browser)


def conclude(stage: "Stage", end_user: "EndUser", session_id: str, outcome: str, *, error_type: str = "") -> None:
    """End an auth session with *outcome*, at the app's institution if the end user has not chosen another."""
    session = stage.fiskil.sandbox.session(session_id)
    has_chosen = session is not None and session.institution_id
    stage.fiskil.sandbox.conclude(
        session_id,
        outcome,
        email=end_user.person.email,
        institution_id="" if has_chosen else stage.institution(INSTITUTION),
        error_type=error_type,
    )


class StartSession(DrivenJourney, frozen=True, kw_only=True, tag="start_session"):
    """The app is requested to open an auth session; any response is accepted, and the journey does not continue.

    Needs ``app.drive.start_session``.

    Args:
        twin: Name of the participant; "" means the scenario's end user.
    """

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Call the hook."""
        call_hook(stage, stage.end_user(self.twin), "start_session")


def begin(stage: "Stage", end_user: "EndUser") -> str:
    """Let the app open an auth session; return the URL of its consent page.

    Raises:
        HookMissing: The config has no ``app.drive.start_session``.
        StepError: The app opened no session, or one that was not created in this sandbox.
    """
    return opened(stage, end_user, call_hook(stage, end_user, "start_session"))


def opened(stage: "Stage", end_user: "EndUser", reply: HttpReply) -> str:
    """Take the auth session from the app's response to ``start_session``; return the URL of its consent page.

    Raises:
        StepError: The app opened no session, or one that was not created in this sandbox.
    """
    from fiskil_harness.app.templates import choose

    if reply.status is None or reply.status >= 400:
        raise StepError(
            f"The app opened no auth session: start_session {_outcome(reply.status, reply.problem)}.{_refusal(stage)}"
        )
    template = stage.settings.app.drive.start_session
    id_or_url = choose(reply, template.session if template and template.session else "$.session", START_SESSION)
    session_id = session_id_in(id_or_url)
    session = stage.fiskil.sandbox.session(session_id)
    if session is None:
        raise StepError("The auth session returned by the app was not created in this sandbox. Does the app use {api_url}?")
    end_user.end_user_id = session.end_user_id
    end_user.session_ids.append(session_id)
    is_url = id_or_url.startswith(stage.fiskil.auth_url)
    return id_or_url if is_url else f"{stage.fiskil.auth_url}?sess_id={session_id}"


def session_id_in(id_or_url: str) -> str:
    """Return the id in any documented kind of ``auth_url``; other text is the id itself. Source: auth-session.auth-url"""
    query = dict(parse_qsl(urlsplit(id_or_url).query))
    return query.get("sess_id") or query.get("session") or id_or_url


def walk(
    stage: "Stage",
    end_user: "EndUser",
    *,
    until: Screen = "confirm",
    then: str = "confirm",
    visiting: Person | None = None,
    institution_id: str = INSTITUTION,
    accounts: tuple[str, ...] = (),
) -> None:
    """Let the app start a journey, go through the consent page to the screen *until*, and do *then* there.

    Args:
        until: The screen on which to act.
        then: "confirm", "cancel", "deny" or "mistype"; "" closes the tab there.
        visiting: The person whose e-mail address is entered at the institution; None means the participant.
        accounts: Keys of the shared accounts; empty means all of them.

    Raises:
        HookMissing: The config has no ``app.drive.start_session``.
        StepError: The app opened no auth session, or the consent page does not continue.
    """
    address = begin(stage, end_user)
    choices = Choices(person=visiting or end_user.person, institution_id=institution_id, accounts=accounts)
    walk_on(stage, end_user, address, until=until, then=then, choices=choices)


def walk_on(
    stage: "Stage", end_user: "EndUser", address: str, *, until: Screen, then: str, choices: "Choices", attempt: int = 0
) -> None:
    """Continue an open journey from its present screen to the screen *until*, and do *then* there.

    Args:
        address: URL of the journey's consent page.
        attempt: Number of the participant's attempt, from 1; 0 means the latest.

    Raises:
        StepError: The consent page does not continue.
    """
    session_id = end_user.session_ids[attempt - 1]
    with stage.new_browser() as browser:
        form_browser = form_browser_of(stage, end_user, browser)
        form_browser.open(address)
        _advance(stage, session_id, form_browser, until, choices)
        if then == "confirm" and screen_at(stage, session_id) == "confirm":
            form_browser.submit("confirm")
        elif then == "mistype":
            while screen_at(stage, session_id) == "code":
                form_browser.submit("enter_code", code="000000x")
        elif then in {"cancel", "deny"} and screen_at(stage, session_id) is not None:
            form_browser.submit(then)
    if then:
        browser_returned(stage, end_user, form_browser, attempt=attempt)
    else:
        ended(stage, end_user, ending_of(stage, session_id) or LEFT, attempt=attempt)


def browser_returned(stage: "Stage", end_user: "EndUser", form_browser: FormBrowser, *, attempt: int = 0) -> None:
    """Record how the journey ended, and notify the app."""
    session_id = end_user.session_ids[attempt - 1]
    ended(stage, end_user, ending_of(stage, session_id) or LEFT, attempt=attempt)
    notify_app(stage, end_user, form_browser, session_id)


def notify_app(stage: "Stage", end_user: "EndUser", form_browser: FormBrowser, session_id: str) -> None:
    """Notify the app of a session's result: pass on the consent page's message, or record the app's callback page."""
    if end_user.is_embedded:
        end_user.return_url = stage.fiskil.sandbox.redirect_address(session_id) or ""
        pass_on_messages(
            stage, end_user, session_id, tuple(msgspec.json.decode(form_browser.value_of("data-messages") or "[]"))
        )
    elif form_browser.redirects:
        end_user.return_url = form_browser.redirects[-1]
        is_approved = ending_of(stage, session_id) == Ending.APPROVED.value
        write_visit(stage, end_user, form_browser, "callback" if is_approved else "cancelled")


class Choices(Struct, frozen=True, kw_only=True):
    """The end user's input in a journey. If ``accounts`` is empty, all accounts are shared."""

    person: Person
    institution_id: str
    accounts: tuple[str, ...]


def _advance(stage: "Stage", session_id: str, form_browser: FormBrowser, until: Screen, choices: Choices) -> None:
    while True:
        screen, progress = screen_at(stage, session_id), progress_at(stage, session_id)
        if screen is None or SCREENS.index(screen) >= SCREENS.index(until):
            return
        if screen == "institution":
            form_browser.submit("choose", institution_id=stage.institution(choices.institution_id))
        elif screen == "login":
            form_browser.submit("identify", email=choices.person.email)
        elif screen == "code":
            form_browser.submit("enter_code", code=form_browser.text_of("data-code"))
        else:
            form_browser.submit("select", account=list(choices.accounts or form_browser.choices("account")))
        if progress_at(stage, session_id) == progress:
            raise StepError(f"The consent page does not continue after the screen {screen!r}.")


def screen_at(stage: "Stage", session_id: str) -> Screen | None:
    """Return the present screen of a session's journey; None if the session is unknown or has ended."""
    session = stage.fiskil.sandbox.session(session_id)
    return None if session is None or session.ending is not None else session.stage  # type: ignore[return-value]


def progress_at(stage: "Stage", session_id: str) -> tuple[Screen | None, int]:
    """Return the present screen of a session's journey, and the number of refused codes; for some people none is right."""
    session = stage.fiskil.sandbox.session(session_id)
    return screen_at(stage, session_id), session.wrong_codes if session else 0


def ending_of(stage: "Stage", session_id: str) -> str:
    """Return the ending of a session, such as "APPROVED"; "" if the session has not ended."""
    session = stage.fiskil.sandbox.session(session_id)
    return session.ending.value if session and session.ending else ""


def ended(stage: "Stage", end_user: "EndUser", ending: str, *, attempt: int = 0) -> None:
    """Record how a journey of *end_user* ended, and collect its events.

    Args:
        attempt: Number of the attempt, from 1; 0 means the latest.
    """
    attempt = attempt or len(end_user.session_ids)
    stage.record(
        Journey,
        participant=end_user.participant,
        ending=cast("JourneyEnding", ending),
        session=end_user.session_ids[attempt - 1],
        attempt=attempt,
        end_user_id=end_user.end_user_id,
    )
    stage.dispatcher.collect()


def write_visit(stage: "Stage", end_user: "EndUser", form_browser: FormBrowser, page: VisitedPage) -> None:
    """Record the app's page in *form_browser*; for a page at another origin, ``is_elsewhere`` is true in the entry."""
    reply = form_browser.page_at(stage.app.url)
    stage.record(
        Visit,
        participant=end_user.participant,
        page=page,
        status=reply.status,
        content_type=reply.content_type,
        body=shortened(reply.body),
        is_elsewhere=not is_same_origin(reply.url, stage.app.url),
    )


def _refusal(stage: "Stage") -> str:
    """Return a sentence about the app's last call if the API refused it; "" if it did not, or if a fault acted."""
    call = next(reversed(stage.journal.all(Exchange)), None)
    if call is None or call.status is None or call.status < 400 or call.bites:
        return ""
    cause = ", because the end user is one of an earlier scenario" if call.is_of_earlier_scenario else ""
    return f" Before that, the API responded {call.status} to {call.method} {call.path}{cause}."


def _outcome(status: int | None, trouble: str) -> str:
    return ": ".join(text for text in ("" if status is None else f"returned {status}", trouble) if text)
