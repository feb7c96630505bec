"""Steps of the end user: every way through the consent journey, and out of it."""

from typing import TYPE_CHECKING, ClassVar, Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec
from msgspec import Struct

from fiskil_harness.app.browser.form_browser import FormBrowser, is_same_origin
from fiskil_harness.core import catalog
from fiskil_harness.core.config.hooks import START_SESSION
from fiskil_harness.core.model import Ending, Person
from fiskil_harness.core.net.http_client import HttpClient, HttpReply
from fiskil_harness.errors import HookMissing, StepError, UnknownName
from fiskil_harness.journal import Journey, Visit, shortened
from fiskil_harness.sandbox.consents.shortcut import check_conclusion
from fiskil_harness.scenario.steps.link_sdk_messages import form_browser_of, pass_on_messages
from fiskil_harness.scenario.steps.step import PlainStep

if TYPE_CHECKING:
    from fiskil_harness.scenario.stage import Participant, Stage

Screen = Literal["institution", "login", "code", "accounts", "confirm"]
SCREENS: tuple[Screen, ...] = ("institution", "login", "code", "accounts", "confirm")
INSTITUTION = "88888"
LEFT = "ABANDONED"


class Authorise(PlainStep, frozen=True, kw_only=True, tag="authorise"):
    """The end user consents. Without ``start_session`` the consent is made in the sandbox alone.

    ``institution_id`` is what they choose where the app leaves them the choice: the sandbox's bank or its energy retailer;
    ``accounts`` are those that they share, by their keys in the person's file, every one without any.
    """

    twin: str = ""
    institution_id: str = INSTITUTION
    accounts: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse an institution that cannot be reached."""
        reachable = [
            institution.institution_id for institution in catalog.institutions().values() if institution.is_accessible
        ]
        if self.institution_id not in reachable:
            raise UnknownName("institution", self.institution_id, reachable)

    def perform(self, stage: "Stage") -> None:
        """Walk to the end, or grant directly."""
        participant = stage.participant(self.twin)
        if stage.app.has(START_SESSION):
            walk(
                stage,
                participant,
                until="confirm",
                then="confirm",
                institution_id=self.institution_id,
                accounts=self.accounts,
            )
            return
        consent_id = stage.settings.app.webhook.consent_id if not self.twin else None
        stage.fiskil.sandbox.authorise(
            stage.end_user_of(participant),
            participant.person,
            arrangement_id=consent_id,
            institution_id=self.institution_id,
            account_keys=self.accounts,
        )
        participant.session_ids.append("")
        ended(stage, participant, Ending.APPROVED.value)


class DrivenJourney(PlainStep, frozen=True, kw_only=True):
    """A journey that only the app can begin."""

    needs: ClassVar[tuple[str, ...]] = (START_SESSION,)


class Cancel(DrivenJourney, frozen=True, kw_only=True, tag="cancel"):
    """The end user presses Cancel on a screen."""

    at: Screen = "login"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Walk to the screen and cancel."""
        walk(stage, stage.participant(self.twin), until=self.at, then="cancel")


class Deny(DrivenJourney, frozen=True, kw_only=True, tag="deny"):
    """The end user declines on one of the institution's screens."""

    at: Literal["login", "code", "accounts"] = "accounts"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Walk to the screen and decline."""
        walk(stage, stage.participant(self.twin), until=self.at, then="deny")


class CloseTab(DrivenJourney, frozen=True, kw_only=True, tag="close_tab"):
    """The end user closes the tab on a screen: no callback at all."""

    at: Screen = "login"
    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Walk to the screen and stop."""
        walk(stage, stage.participant(self.twin), until=self.at, then="")


class MistypeCode(DrivenJourney, frozen=True, kw_only=True, tag="mistype_code"):
    """The end user types a wrong one-time code, as often as the institution allows."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Walk to the code and get it wrong until the journey ends."""
        walk(stage, stage.participant(self.twin), until="code", then="mistype")


class AttemptJourney(DrivenJourney, frozen=True, kw_only=True, tag="attempt_journey"):
    """Somebody walks on until the journey ends by itself, as it does for people with an ``outcome``.

    ``end_user`` names who types their e-mail address at the institution; the app's customer stays the participant.
    """

    end_user: str = ""
    twin: str = ""

    def check(self) -> None:
        """Refuse a person that nobody is."""
        if self.end_user:
            catalog.person(self.end_user)

    def perform(self, stage: "Stage") -> None:
        """Walk as far as it goes."""
        visiting = stage.fiskil.sandbox.admit(catalog.person(self.end_user)) if self.end_user else None
        walk(stage, stage.participant(self.twin), until="confirm", then="confirm", visiting=visiting)


class Conclude(DrivenJourney, frozen=True, kw_only=True, tag="conclude"):
    """The journey comes to an outcome without a screen, and the browser goes where it is sent.

    ``outcome`` is ``approved`` or what may stand in a person's file, such as ``denied``.
    """

    outcome: str = "approved"
    twin: str = ""

    def check(self) -> None:
        """Refuse an outcome that no journey has."""
        check_conclusion(self.outcome)

    def perform(self, stage: "Stage") -> None:
        """Order it, and open the page once."""
        participant = stage.participant(self.twin)
        address = begin(stage, participant)
        stage.fiskil.sandbox.conclude(participant.session_ids[-1], self.outcome, email=participant.person.email)
        with HttpClient(timeout_s=stage.settings.app.limits.request_deadline_s) as browser:
            visitor = form_browser_of(stage, participant, browser)
            visitor.open(address)
        browser_returned(stage, participant, visitor)


class StartSession(DrivenJourney, frozen=True, kw_only=True, tag="start_session"):
    """The app is asked for an auth session, whatever comes of it; nobody walks it."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Ask."""
        _ask(stage, stage.participant(self.twin))


def begin(stage: "Stage", participant: "Participant") -> str:
    """Let the app open an auth session; return the page's address.

    Raises:
        HookMissing: The config gives no ``start_session``.
        StepError: The app did not open one, or its session is none of the sandbox's.
    """
    from fiskil_harness.app.templates import choose

    reply = _ask(stage, participant)
    if reply.status is None or reply.status >= 400:
        raise StepError(f"The app opened no auth session: start_session {_outcome(reply.status, reply.trouble)}.")
    template = stage.settings.app.drive.start_session
    found = choose(reply, template.session if template and template.session else "$.session", START_SESSION)
    session_id = _session_id(found)
    session = stage.fiskil.sandbox.session(session_id)
    if session is None:
        raise StepError("The app's auth session is none that the sandbox opened; does the app call {api_url}?")
    participant.end_user_id = session.end_user_id
    participant.session_ids.append(session_id)
    is_address = found.startswith(stage.fiskil.auth_url)
    return found if is_address else f"{stage.fiskil.auth_url}?sess_id={session_id}"


def _session_id(found: str) -> str:
    """The id in an ``auth_url`` of any documented form, or what is the id itself. Source: auth-session.auth-url"""
    query = dict(parse_qsl(urlsplit(found).query))
    return query.get("sess_id") or query.get("session") or found


def _ask(stage: "Stage", participant: "Participant") -> HttpReply:
    from fiskil_harness.scenario.steps.consents_and_syncs import call_hook

    return call_hook(stage, participant, "start_session")


def walk(
    stage: "Stage",
    participant: "Participant",
    *,
    until: Screen,
    then: str,
    visiting: Person | None = None,
    institution_id: str = INSTITUTION,
    accounts: tuple[str, ...] = (),
) -> None:
    """Walk the consent page to the screen *until* and do *then* there; nothing means that the tab is closed."""
    if not stage.app.has(START_SESSION):
        raise HookMissing(START_SESSION)
    address = begin(stage, participant)
    choices = Choices(person=visiting or participant.person, institution_id=institution_id, accounts=accounts)
    walk_on(stage, participant, address, until=until, then=then, choices=choices)


def walk_on(
    stage: "Stage",
    participant: "Participant",
    address: str,
    *,
    until: Screen,
    then: str,
    choices: "Choices",
    attempt: int = 0,
) -> None:
    """Walk the consent page at *address*, which is that of their latest attempt where no other is named, as it stands."""
    session_id = participant.session_ids[attempt - 1]
    with HttpClient(timeout_s=stage.settings.app.limits.request_deadline_s) as browser:
        visitor = form_browser_of(stage, participant, browser)
        visitor.open(address)
        _advance(stage, session_id, visitor, until, choices)
        if then == "confirm" and screen_at(stage, session_id) == "confirm":
            visitor.submit("confirm")
        elif then == "mistype":
            while screen_at(stage, session_id) == "code":
                visitor.submit("enter_code", code="000000x")
        elif then in {"cancel", "deny"} and screen_at(stage, session_id) is not None:
            visitor.submit(then)
    if then:
        browser_returned(stage, participant, visitor, attempt=attempt)
    else:
        ended(stage, participant, ending_of(stage, session_id) or LEFT, attempt=attempt)


def browser_returned(stage: "Stage", participant: "Participant", visitor: FormBrowser, *, attempt: int = 0) -> None:
    """Write down how the journey ended, and let the app hear of it."""
    session_id = participant.session_ids[attempt - 1]
    ended(stage, participant, ending_of(stage, session_id) or LEFT, attempt=attempt)
    notify_app(stage, participant, visitor, session_id)


def notify_app(stage: "Stage", participant: "Participant", visitor: FormBrowser, session_id: str) -> None:
    """Let the app hear what became of a session: by the message that the page has posted, or where the browser was sent."""
    if participant.is_embedded:
        participant.return_url = stage.fiskil.sandbox.way_back(session_id) or ""
        pass_on_messages(
            stage, participant, session_id, tuple(msgspec.json.decode(visitor.value_of("data-messages") or "[]"))
        )
    elif visitor.redirects:
        participant.return_url = visitor.redirects[-1]
        is_approved = ending_of(stage, session_id) == Ending.APPROVED.value
        write_visit(stage, participant, visitor, "callback" if is_approved else "cancelled")


class Choices(Struct, frozen=True, kw_only=True):
    """What the end user answers on the way: who they are, where, and which accounts they share (all without any)."""

    person: Person
    institution_id: str
    accounts: tuple[str, ...]


def _advance(stage: "Stage", session_id: str, visitor: FormBrowser, until: Screen, choices: Choices) -> None:
    while True:
        screen = screen_at(stage, session_id)
        if screen is None or SCREENS.index(screen) >= SCREENS.index(until):
            return
        if screen == "institution":
            visitor.submit("choose", institution_id=choices.institution_id)
        elif screen == "login":
            visitor.submit("identify", email=choices.person.email)
        elif screen == "code":
            visitor.submit("enter_code", code=visitor.text_of("data-code"))
        else:
            visitor.submit("select", account=list(choices.accounts or visitor.choices("account")))
        if screen_at(stage, session_id) == screen:
            raise StepError(f"The consent page stays at {screen!r}.")


def screen_at(stage: "Stage", session_id: str) -> Screen | None:
    """The screen that a session's journey stands at; None where it is over."""
    session = stage.fiskil.sandbox.session(session_id)
    return None if session is None or session.ending is not None else session.stage  # type: ignore[return-value]


def ending_of(stage: "Stage", session_id: str) -> str:
    """How a session's journey ended; empty where it has not."""
    session = stage.fiskil.sandbox.session(session_id)
    return session.ending.value if session and session.ending else ""


def ended(stage: "Stage", participant: "Participant", ending: str, *, attempt: int = 0) -> None:
    """Write down how a journey of theirs ended: the latest, where no other is named."""
    attempt = attempt or len(participant.session_ids)
    stage.journal.write(
        Journey(
            **stage.journal.stamp(),
            participant=participant.name,
            ending=ending,
            session=participant.session_ids[attempt - 1],
            attempt=attempt,
            end_user_id=participant.end_user_id,
        )
    )
    stage.collect_events()


def write_visit(stage: "Stage", participant: "Participant", visitor: FormBrowser, page: str) -> None:
    """Write down what the app showed; of a page at another origin, that the end user was sent there."""
    reply = visitor.page_at(stage.app.url)
    stage.journal.write(
        Visit(
            **stage.journal.stamp(),
            participant=participant.name,
            page=page,
            status=reply.status,
            content_type=reply.content_type,
            body=shortened(reply.body),
            is_elsewhere=not is_same_origin(reply.url, stage.app.url),
        )
    )


def _outcome(status: int | None, trouble: str) -> str:
    return ": ".join(text for text in ("" if status is None else f"answered {status}", trouble) if text)
