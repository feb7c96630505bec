"""Steps behind the consent page's back: callbacks that it never sent, and an end user who is deleted."""

from typing import TYPE_CHECKING, Literal, get_args

from harness.errors import ConfigError, StepError, nearest
from harness.http import Browser
from harness.journal import Visit, kept
from harness.steps.base import PlainStep
from harness.visitor import Visitor, is_same_origin, with_query

if TYPE_CHECKING:
    from harness.stage import Participant, Stage

Whose = Literal["own", "other", "made_up"]


class ForgeCallback(PlainStep, frozen=True, kw_only=True, tag="forge_callback"):
    """The browser comes to ``redirect_uri`` as after an approval, and not from the consent page.

    It carries the end user's ``own`` latest auth session, a second time or though nothing was approved; that of another
    end user, the twin ``other``; or one that is ``made_up``.
    """

    session: Whose = "own"
    other: str = "other"
    twin: str = ""

    def check(self) -> None:
        """Refuse sessions that there are not."""
        if self.session not in get_args(Whose):
            near = nearest(self.session, get_args(Whose))
            hint = f" Did you mean {near!r}?" if near else ""
            raise ConfigError(f"ForgeCallback: no session {self.session!r}.{hint} Known: {', '.join(get_args(Whose))}.")

    def perform(self, stage: "Stage") -> None:
        """Go there, and write down what the app showed. Source: journey.success-redirect"""
        participant = stage.participant(self.twin)
        own = _latest(participant)
        begun = stage.fiskil.sandbox.session(own)
        if begun is None or not begun.redirect_uri:
            raise StepError("The end user has no auth session with a redirect_uri; let a journey begin before.")
        told = {"own": own, "made_up": own[::-1]}.get(self.session) or _latest(stage.participant(self.other))
        with Browser(timeout_s=stage.settings.app.limits.request_deadline_s) as browser:
            visitor = Visitor(browser, allow_hosts=stage.settings.sandbox.allow_hosts)
            visitor.open(with_query(begun.redirect_uri, session_id=told))
            reply = visitor.page_at(stage.app.url)
        stage.journal.write(
            Visit(
                **stage.journal.stamp(),
                participant=participant.name,
                page="callback",
                status=reply.status,
                content_type=reply.content_type,
                body=kept(reply.body),
                is_elsewhere=not is_same_origin(reply.url, stage.app.url),
            )
        )


class DeleteEndUser(PlainStep, frozen=True, kw_only=True, tag="delete_end_user"):
    """The end user is deleted at Fiskil, for good: their consents end, and whatever asks for them finds nothing."""

    twin: str = ""

    def perform(self, stage: "Stage") -> None:
        """Delete them. Source: end-users.delete-ends-consents"""
        stage.fiskil.sandbox.delete_end_user(stage.end_user_of(stage.participant(self.twin)))
        stage.collect_events()


def _latest(participant: "Participant") -> str:
    if not participant.session_ids or not participant.session_ids[-1]:
        who = participant.name or "The end user"
        raise StepError(f"{who} has no auth session of the app's; let a journey begin before.")
    return participant.session_ids[-1]
