"""Steps of an app that embeds the consent page: the messages that its page passes on, and their origin."""

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


class EmbeddingFeed(Feed):
    """A feed whose page embeds the consent page and passes on its messages."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Mapping[str, str]] = []

    def message(self, values: Mapping[str, str]) -> dict[str, str]:
        """Keep the values of the message."""
        self.messages.append(values)
        return {}


class WithoutMessages(Feed):
    """A feed whose server has no path for messages."""

    def _pages(self) -> type[BaseHTTPRequestHandler]:
        class Pages(super()._pages()):  # type: ignore[misc]
            def do_DELETE(self) -> None:
                self._answer(404, b"")

        return Pages


@pytest.fixture
def app() -> EmbeddingFeed:
    """The app."""
    return EmbeddingFeed()


@pytest.fixture
def perform(drive: Callable[..., Driver], app: EmbeddingFeed) -> Perform:
    """Perform steps between a local Fiskil and the app; return the journal, and the reason if a step failed."""
    driver = drive(feed_settings(request_deadline_s=30), given=app)

    def run(*sequence: steps.AnyStep, **more: object) -> tuple[Journal, str]:
        return driver.perform(Scenario(name="x", practices=(), steps=sequence, probes=(), **more).check())  # type: ignore[arg-type]

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
    perform: Perform, app: EmbeddingFeed, step: steps.AnyStep, error_type: str
) -> None:
    """The app receives the error and the session from the consent page's origin, and no page of the app is opened."""
    journal, crashed = perform(steps.EmbedConsentPage(), step)

    assert crashed == ""
    assert app.visited == []
    (message,) = app.messages
    (journey,) = journal.all(Journey)
    assert (message["error_type"], message["session_id"]) == (error_type, journey.session)
    assert message["origin"] == app.values["auth_url"]
    assert msgspec.json.decode(message["message"])["errorID"] == message["error_id"]
    assert [(passed.error_type, passed.is_genuine) for passed in journal.all(SdkMessagePassed)] == [(error_type, True)]


def test_the_message_of_an_embedded_consent_has_its_id(perform: Perform, app: EmbeddingFeed) -> None:
    """The success message names the consent."""
    journal, crashed = perform(steps.EmbedConsentPage(), steps.Authorise())

    assert crashed == ""
    (message,) = app.messages
    assert (message["error_type"], message["consent_id"] != "") == ("", True)
    assert msgspec.json.decode(message["message"])["isCompleted"] is True
    assert [journey.ending for journey in journal.all(Journey)] == ["APPROVED"]


def test_a_closed_tab_posts_nothing(perform: Perform, app: EmbeddingFeed) -> None:
    """The app receives no message."""
    journal, crashed = perform(steps.EmbedConsentPage(), steps.CloseTab(at="code"))

    assert crashed == ""
    assert app.messages == []
    assert [journey.ending for journey in journal.all(Journey)] == ["ABANDONED"]


def test_other_end_users_are_redirected(perform: Perform, app: EmbeddingFeed) -> None:
    """Embedding concerns only the given participant."""
    journal, crashed = perform(steps.EmbedConsentPage(twin="a"), steps.Cancel(twin="b"))

    assert crashed == ""
    assert app.messages == []
    assert [visit.page for visit in journal.all(Visit)] == ["cancelled"]


def test_a_message_is_repeated_exactly(perform: Perform, app: EmbeddingFeed) -> None:
    """The repeated message is identical, and the callback URL can be opened as well."""
    journal, crashed = perform(steps.EmbedConsentPage(), steps.Cancel(), steps.RepeatSdkMessage(), steps.ReturnAgain())

    assert crashed == ""
    assert app.messages[0]["message"] == app.messages[1]["message"]
    assert [path.partition("?")[0] for path in app.visited] == ["/sorry"]
    assert [hook_call.hook for hook_call in journal.all(HookCall)] == ["start_session", "message", "message"]


def test_a_message_cannot_be_repeated_before_the_first(perform: Perform) -> None:
    """There is no message yet, and the report states that."""
    _, crashed = perform(steps.EmbedConsentPage(), steps.RepeatSdkMessage())

    assert "has received no message yet" in crashed


def test_a_message_reports_a_consent_that_does_not_exist(perform: Perform, app: EmbeddingFeed) -> None:
    """It looks like that of a consent, and there is none."""
    journal, crashed = perform(steps.EmbedConsentPage(), steps.ReturnWithoutConsent())

    assert crashed == ""
    (message,) = app.messages
    assert (message["error_type"], message["consent_id"]) == ("", "arr_made_up")
    assert [journey.ending for journey in journal.all(Journey)] == ["FORGED_REDIRECT"]


def test_an_unknown_error_is_passed_on(perform: Perform, app: EmbeddingFeed) -> None:
    """The session stays open, so an app may offer it again."""
    journal, crashed = perform(steps.EmbedConsentPage(), steps.UnknownSdkMessage())

    assert crashed == ""
    assert [message["error_type"] for message in app.messages] == ["CONSENT_SOMETHING_NEW"]
    assert [journey.ending for journey in journal.all(Journey)] == ["ABANDONED"]


@pytest.mark.parametrize(("says", "error_type"), [("cancelled", "AUTH_SESSION_CANCELLED"), ("approved", "")])
def test_another_window_posts_from_its_own_origin(perform: Perform, app: EmbeddingFeed, says: str, error_type: str) -> None:
    """The message is about the latest session, which stays open."""
    journal, crashed = perform(steps.EmbedConsentPage(), steps.CloseTab(), steps.ForeignSdkMessage(result=says))  # type: ignore[arg-type]

    assert crashed == ""
    (message,) = app.messages
    assert (message["error_type"], message["origin"]) == (error_type, "https://elsewhere.example")
    assert [passed.is_genuine for passed in journal.all(SdkMessagePassed)] == [False]
    assert [journey.ending for journey in journal.all(Journey)] == ["ABANDONED"]


@pytest.mark.parametrize(
    ("form", "error_id"),
    [("redirect-url", True), ("legacy", False)],
)
def test_every_form_of_failure_is_understood(perform: Perform, app: EmbeddingFeed, form: str, error_id: bool) -> None:
    """The Link SDK reports the same fields, wherever the error is in the message. Source: sdk.failure-form"""
    _, crashed = perform(steps.EmbedConsentPage(), steps.Deny(at="login"), interpretations={"sdk.failure-form": form})

    assert crashed == ""
    (message,) = app.messages
    assert (message["error_type"], message["error_id"] != "", message["consent_id"]) == (
        "CONSENT_ENDUSER_DENIED",
        error_id,
        "",
    )


def test_a_message_comes_late(perform: Perform, app: EmbeddingFeed) -> None:
    """The consent's event arrives first; then the page passes on the message."""
    journal, crashed = perform(
        steps.EmbedConsentPage(), steps.AuthoriseWithoutCallback(), steps.Deliver(), steps.ReturnLate()
    )

    assert crashed == ""
    assert app.deliveries == 1
    (message,) = app.messages
    assert message["consent_id"] != ""
    assert [passed.error_type for passed in journal.all(SdkMessagePassed)] == [""]


def test_a_hook_with_a_wrong_path_is_reported(drive: Callable[..., Driver]) -> None:
    """Otherwise every scenario would pass, because an app that receives nothing does nothing."""
    config = {"app": {"object": "feed:Feed", "drive": {"message": {"request": "DELETE /x?m={message}"}}}}
    driver = drive(parse(config, folder=Path(__file__).parent), given=WithoutMessages())

    _, crashed = driver.perform(
        Scenario(name="x", practices=(), steps=(steps.EmbedConsentPage(), steps.Cancel()), probes=())
    )

    assert "app.drive.message returned 404. Check its path in the config." in crashed


def test_a_scenario_without_the_hook_is_skipped(drive: Callable[..., Driver]) -> None:
    """Nothing runs, and the hook is named."""
    scenario = Scenario(name="x", practices=(), steps=(steps.EmbedConsentPage(),), probes=())

    outcome = drive(feed_settings(), given=Feed()).run(scenario)

    assert outcome.missing == ("app.drive.message",)
    assert outcome.needs_optional_hooks_only
