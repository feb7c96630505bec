"""Steps of an app that embeds the consent page: what its page passes on of each ending, and from whom."""

from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import msgspec
import pytest

from fiskil_harness.core.config import parse
from fiskil_harness.journal import HookCall, Journal, Journey, SdkMessagePassed, Visit
from fiskil_harness.runner.driver import Driver
from fiskil_harness.scenario import steps
from fiskil_harness.scenario.scenario import Scenario
from tests.apps.feed import Feed, feed_settings

Perform = Callable[..., tuple[Journal, str]]


class Embedding(Feed):
    """A feed whose page embeds the consent page and passes its messages on."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Mapping[str, str]] = []

    def message(self, values: Mapping[str, str]) -> dict[str, str]:
        """Keep what the page was told."""
        self.told.append(values)
        return {}


class Deaf(Feed):
    """A feed whose server has no place for messages."""

    def _pages(self) -> type[BaseHTTPRequestHandler]:
        class Pages(super()._pages()):  # type: ignore[misc]
            def do_DELETE(self) -> None:
                self._answer(404, b"")

        return Pages


@pytest.fixture
def app() -> Embedding:
    """The app."""
    return Embedding()


@pytest.fixture
def perform(drive: Callable[..., Driver], app: Embedding) -> Perform:
    """Perform steps between a local Fiskil and the app: the journal, and what kept them from their end."""
    driver = drive(feed_settings(request_deadline_s=5), given=app)

    def run(*given: steps.AnyStep, **more: object) -> tuple[Journal, str]:
        return driver.perform(Scenario(name="x", practices=(), steps=given, probes=(), **more).check())  # type: ignore[arg-type]

    return run


@pytest.mark.parametrize(
    ("step", "error_type"),
    [
        (steps.Cancel(at="institution"), "AUTH_SESSION_CANCELLED"),
        (steps.Cancel(at="confirm"), "AUTH_SESSION_CANCELLED"),
        (steps.Deny(at="accounts"), "CONSENT_ENDUSER_DENIED"),
        (steps.MistypeCode(), "CONSENT_OTP_FAILURE"),
        (steps.AttemptJourney(end_user="tuan"), "CONSENT_TIMEOUT"),
        (steps.Conclude(outcome="upstream_failure"), "CONSENT_UPSTREAM_PROCESSING_ERROR"),
    ],
)
def test_an_embedded_journey_ends_with_a_message(
    perform: Perform, app: Embedding, step: steps.AnyStep, error_type: str
) -> None:
    """The app hears the error and the session, from the consent page's origin, and nobody is sent to a page."""
    journal, crashed = perform(steps.EmbedConsentPage(), step)

    assert crashed == ""
    assert app.visited == []
    (told,) = app.told
    (journey,) = journal.all(Journey)
    assert (told["error_type"], told["session_id"]) == (error_type, journey.session)
    assert told["origin"] == app.values["auth_url"]
    assert msgspec.json.decode(told["message"])["errorID"] == told["error_id"]
    assert [
        (sdk_message_passed.error_type, sdk_message_passed.is_genuine)
        for sdk_message_passed in journal.all(SdkMessagePassed)
    ] == [(error_type, True)]


def test_an_embedded_consent_is_told_with_its_id(perform: Perform, app: Embedding) -> None:
    """The message of success names the consent."""
    journal, crashed = perform(steps.EmbedConsentPage(), steps.Authorise())

    assert crashed == ""
    (told,) = app.told
    assert (told["error_type"], told["consent_id"] != "") == ("", True)
    assert msgspec.json.decode(told["message"])["isCompleted"] is True
    assert [journey.ending for journey in journal.all(Journey)] == ["APPROVED"]


def test_a_closed_tab_posts_nothing(perform: Perform, app: Embedding) -> None:
    """Nobody tells the app of it."""
    journal, crashed = perform(steps.EmbedConsentPage(), steps.CloseTab(at="code"))

    assert crashed == ""
    assert app.told == []
    assert [journey.ending for journey in journal.all(Journey)] == ["ABANDONED"]


def test_who_does_not_embed_is_sent_back(perform: Perform, app: Embedding) -> None:
    """Embedding is one end user's affair."""
    journal, crashed = perform(steps.EmbedConsentPage(twin="a"), steps.Cancel(twin="b"))

    assert crashed == ""
    assert app.told == []
    assert [visit.page for visit in journal.all(Visit)] == ["cancelled"]


def test_a_message_is_told_again_word_for_word(perform: Perform, app: Embedding) -> None:
    """The very same message, and by the address as well."""
    journal, crashed = perform(steps.EmbedConsentPage(), steps.Cancel(), steps.RepeatSdkMessage(), steps.ReturnAgain())

    assert crashed == ""
    assert app.told[0]["message"] == app.told[1]["message"]
    assert [path.partition("?")[0] for path in app.visited] == ["/sorry"]
    assert [hook_call.hook for hook_call in journal.all(HookCall)] == ["start_session", "message", "message"]


def test_nothing_is_told_again_before_the_first_time(perform: Perform) -> None:
    """There is no message yet, and the report says so."""
    _, crashed = perform(steps.EmbedConsentPage(), steps.RepeatSdkMessage())

    assert "has heard no message yet" in crashed


def test_a_success_is_claimed_by_message(perform: Perform, app: Embedding) -> None:
    """It looks like that of a consent, and there is none."""
    journal, crashed = perform(steps.EmbedConsentPage(), steps.ReturnWithoutConsent())

    assert crashed == ""
    (told,) = app.told
    assert (told["error_type"], told["consent_id"]) == ("", "arr_made_up")
    assert [journey.ending for journey in journal.all(Journey)] == ["CLAIMED"]


def test_an_error_that_nobody_knows_is_told(perform: Perform, app: Embedding) -> None:
    """Of a session that stays open, so an app that offers it again is not wrong."""
    journal, crashed = perform(steps.EmbedConsentPage(), steps.UnknownSdkMessage())

    assert crashed == ""
    assert [row["error_type"] for row in app.told] == ["CONSENT_SOMETHING_NEW"]
    assert [journey.ending for journey in journal.all(Journey)] == ["ABANDONED"]


@pytest.mark.parametrize(("says", "error_type"), [("cancelled", "AUTH_SESSION_CANCELLED"), ("approved", "")])
def test_another_window_posts_from_its_own_origin(perform: Perform, app: Embedding, says: str, error_type: str) -> None:
    """About the latest session, which stays open."""
    journal, crashed = perform(steps.EmbedConsentPage(), steps.CloseTab(), steps.ForeignSdkMessage(says=says))  # type: ignore[arg-type]

    assert crashed == ""
    (told,) = app.told
    assert (told["error_type"], told["origin"]) == (error_type, "https://elsewhere.example")
    assert [sdk_message_passed.is_genuine for sdk_message_passed in journal.all(SdkMessagePassed)] == [False]
    assert [journey.ending for journey in journal.all(Journey)] == ["ABANDONED"]


@pytest.mark.parametrize(
    ("form", "error_id"),
    [("redirect-url", True), ("legacy", False)],
)
def test_every_form_of_failure_is_understood(perform: Perform, app: Embedding, form: str, error_id: bool) -> None:
    """What the Link SDK makes of a message is the same, wherever the error stands in it. Source: sdk.failure-form"""
    _, crashed = perform(steps.EmbedConsentPage(), steps.Deny(at="login"), interpretations={"sdk.failure-form": form})

    assert crashed == ""
    (told,) = app.told
    assert (told["error_type"], told["error_id"] != "", told["consent_id"]) == ("CONSENT_ENDUSER_DENIED", error_id, "")


def test_a_message_comes_late(perform: Perform, app: Embedding) -> None:
    """The consent was told of by its event alone; then the page passes the message on."""
    journal, crashed = perform(
        steps.EmbedConsentPage(), steps.AuthoriseWithoutCallback(), steps.Deliver(), steps.ReturnLate()
    )

    assert crashed == ""
    assert app.deliveries == 1
    (told,) = app.told
    assert told["consent_id"] != ""
    assert [sdk_message_passed.error_type for sdk_message_passed in journal.all(SdkMessagePassed)] == [""]


def test_a_hook_that_leads_nowhere_is_no_answer(drive: Callable[..., Driver]) -> None:
    """A mistyped path would pass every scenario, because an app that hears nothing does nothing."""
    config = {"app": {"object": "feed:Feed", "drive": {"message": {"request": "DELETE /x?m={message}"}}}}
    driver = drive(parse(config, folder=Path(__file__).parent), given=Deaf())

    _, crashed = driver.perform(
        Scenario(name="x", practices=(), steps=(steps.EmbedConsentPage(), steps.Cancel()), probes=())
    )

    assert "app.drive.message answered 404. Is its path right?" in crashed


def test_a_scenario_without_the_hook_is_skipped(drive: Callable[..., Driver]) -> None:
    """Nothing runs, and the hook is named."""
    scenario = Scenario(name="x", practices=(), steps=(steps.EmbedConsentPage(),), probes=())

    outcome = drive(feed_settings(), given=Feed()).run(scenario)

    assert outcome.missing == ("app.drive.message",)
    assert outcome.needs_optional_hooks_only
