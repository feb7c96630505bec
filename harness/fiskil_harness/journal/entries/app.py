"""Observations of the app: its process, journeys, hooks, effects and outputs; and steps that could not be performed."""

from typing import Any, Literal

from fiskil_harness.journal.entries.entry import Entry

StartKind = Literal["start", "found", "restart", "kill", "kill_worker", "stop", "refusal"]
"""Change of the app's process.

``found``: the app was already running. ``kill_worker``: one process of several was killed. ``refusal``: the app refused to
start without its webhook secret.
"""

JourneyEnding = Literal[
    "APPROVED",
    "AUTH_SESSION_CANCELLED",
    "AUTH_SESSION_INVALID",
    "CONSENT_ENDUSER_DENIED",
    "CONSENT_OTP_FAILURE",
    "CONSENT_ENDUSER_INELIGIBLE",
    "CONSENT_TIMEOUT",
    "CONSENT_UPSTREAM_PROCESSING_ERROR",
    "ABANDONED",
    "FORGED_REDIRECT",
]
"""Ending of a consent journey: APPROVED, an ``error_type`` of Fiskil, or one of two endings that the harness adds.

ABANDONED means that the end user left. FORGED_REDIRECT means that the redirect to the app was forged.
"""

HookName = Literal["start_session", "message", "refresh", "revoke", "fail", "page"]
"""Names of the hooks below ``app.drive``, and "page" for a page below ``app.observe.pages`` that a person opened."""

EffectsMoment = Literal["before", "after", "between", "before_failure", "half_sent", "settled", "end"]
"""Time at which the effects hook was queried.

==============  ===================================================
before          before a step
after           after a step
between         between two deliveries of a step
before_failure  just before the app is requested to fail
half_sent       after half of a message was sent
settled         after the app became idle, during a step
end             at the end of the scenario
==============  ===================================================
"""

VisitedPage = Literal["callback", "cancelled"]
"""Page to which a browser is redirected after a consent journey that succeeded, or that did not."""

ReportPlace = Literal["metrics", "an alert", "telemetry"]
"""Channel through which the app reported something to its operators."""


FULL_TIME_S = 30.0
"""The time after which unfinished work is a FAIL if the config promises no ``fresh_s``, in real seconds."""


class ProcessChanged(Entry, frozen=True, kw_only=True):
    """The app's process was started, stopped or killed, or was already running."""

    change: StartKind

    @property
    def is_kill(self) -> bool:
        """Return True if the app, or one of its processes, was killed."""
        return self.change in {"kill", "kill_worker"}

    @property
    def is_whole_kill(self) -> bool:
        """Return True if the whole app was killed, and not only one of its processes."""
        return self.change == "kill"

    @property
    def is_restart(self) -> bool:
        """Return True if the app was started again."""
        return self.change == "restart"

    @property
    def is_refusal(self) -> bool:
        """Return True if the app exited at its start, without its webhook secret or after a kill."""
        return self.change == "refusal"


class MachinePaused(Entry, frozen=True, kw_only=True):
    """The whole machine, or the process of the harness, was suspended for *lasted_s* real seconds, until ``at_s``."""

    lasted_s: float


class Journey(Entry, frozen=True, kw_only=True):
    """A consent journey ended."""

    participant: str
    ending: JourneyEnding
    session: str
    attempt: int
    end_user_id: str = ""

    @property
    def is_approved(self) -> bool:
        """Return True if the end user gave the consent."""
        return self.ending == "APPROVED"

    @property
    def is_abandoned(self) -> bool:
        """Return True if the end user left."""
        return self.ending == "ABANDONED"

    @property
    def has_error(self) -> bool:
        """Return True if the journey ended with an ``error_type`` of Fiskil."""
        return self.ending not in {"APPROVED", "ABANDONED", "FORGED_REDIRECT"}


class Visit(Entry, frozen=True, kw_only=True):
    """The end user's browser was redirected to a page of the app.

    *is_elsewhere* is True if the redirect led to another origin than the app's.
    """

    participant: str
    page: VisitedPage
    status: int | None
    content_type: str = ""
    body: bytes = b""
    is_elsewhere: bool = False


class SdkMessagePassed(Entry, frozen=True, kw_only=True):
    """The app's page received a message about the end of a journey from another window, and forwarded it to the app.

    An empty *error_type* means success. *is_genuine* is False if the sending window did not show the consent page.
    """

    participant: str
    session: str
    error_type: str
    is_genuine: bool = True


class HookCall(Entry, frozen=True, kw_only=True):
    """The harness called a hook of the app, or opened a page to see how long it takes.

    *status* is None if the app did not respond in time. *had_recovery_time* is True if the call failed after a fault, or
    after a refused key pair was accepted again, for longer than a circuit breaker stays open, although no API call failed
    meanwhile.
    """

    hook: HookName
    participant: str
    status: int | None
    body: bytes = b""
    took_s: float = 0.0
    had_recovery_time: bool = False

    @property
    def is_session_start(self) -> bool:
        """Return True if the app was requested to begin a consent journey."""
        return self.hook == "start_session"

    @property
    def is_refresh(self) -> bool:
        """Return True if the app was requested to read its data again."""
        return self.hook == "refresh"

    @property
    def is_failure_request(self) -> bool:
        """Return True if the harness requested the app's next processing to fail."""
        return self.hook == "fail"

    @property
    def is_page(self) -> bool:
        """Return True if the harness opened a page of the app."""
        return self.hook == "page"

    @property
    def has_succeeded(self) -> bool:
        """Return True if the app responded with a 2xx status; a redirect does not show success."""
        return self.status is not None and 200 <= self.status < 300


class FailureReplaced(Entry, frozen=True, kw_only=True):
    """Another failure replaced the one that ``app.drive.fail`` would cause, because the app does not have this hook.

    *by* is ``api``, an API that fails while the app processes the next message, or ``forgeries``, forged messages.
    """

    participant: str
    by: Literal["api", "forgeries"]


PAGE = "page "
"""The beginning of the source of a ``ConcurrentResponse`` that is a page."""


class ConcurrentResponse(Entry, frozen=True, kw_only=True):
    """A response of the app to one end user while other end users also used the app.

    *source* is the response to a hook, such as "the response to app.drive.refresh", or a page. *marks* are texts that only
    this end user's responses may contain: the end user's ref in the app, and the id at Fiskil.
    """

    participant: str
    source: str
    status: int | None
    body: bytes = b""
    marks: tuple[str, ...] = ()

    @property
    def page(self) -> str:
        """The name of the page; "" if the response is that to a hook."""
        return self.source.removeprefix(PAGE) if self.source.startswith(PAGE) else ""


class PageOfOther(Entry, frozen=True, kw_only=True):
    """A response to a request for a page of the end user *owner* that did not come from this end user.

    *reader* is the participant who was logged in; None without a login. *is_logged_in* is True if *reader* could open the
    own page afterwards. *status* is None if there was no response.
    """

    owner: str
    reader: str | None
    page: str
    status: int | None
    body: bytes = b""
    is_logged_in: bool = False


class Effects(Entry, frozen=True, kw_only=True):
    """A snapshot of the app's effects for one participant, as the effects hook reported them at one *moment*.

    *applied* (count by message id) and *state* are None if the app does not report them. *failed* counts the requested
    failures that happened. *consents* are the values that the state shows for consents, if the config locates them.
    *response* describes the request and the response if the app reported that it has no effects.

    *is_idle* is False if the harness stopped waiting while the app was busy, or did not wait. *unchanged_s* is the time for
    which nothing had changed by then, in real seconds. *waits_for* is a message of this scenario that stayed unprocessed.
    *busy_since* is the earlier scenario and message since which the app has been busy. It depends on which scenarios shared
    a worker, so no verdict may contain it. *had_full_time* is True if the app is busy, although nothing disturbs it, and has
    made no progress for the time that it promises (``fresh_s``) or for FULL_TIME_S; or if it has already had that time for
    messages of the same kinds in the run. *had_recovery_time* is True if the app reports unfinished work, although a
    disturbance has ended, and has changed nothing and called no API for so long that no pause before a retry explains it.
    *pending_of_others* is the number of older unfinished tasks that the app reports for every end user; *pending* does not
    contain them if the app is idle.
    """

    participant: str
    moment: EffectsMoment
    applied: dict[str, int] | None = None
    state: Any = None
    pending: int | None = None
    failed: int | None = None
    is_idle: bool = True
    unchanged_s: float = 0.0
    is_connected: bool | None = None
    consents: dict[str, Any] = {}
    response: str = ""
    waits_for: str = ""
    busy_since: str = ""
    had_full_time: bool = False
    had_recovery_time: bool = False
    pending_of_others: int = 0

    @property
    def has_reported_idle(self) -> bool:
        """Return True if the app itself reported that it was idle (``pending`` is 0).

        Without ``pending``, the harness only concludes from an unchanged report that the app is idle.
        """
        return self.is_idle and self.pending == 0

    @property
    def is_half_sent(self) -> bool:
        """Return True if the snapshot was taken after half of a message, of which it must show no effect."""
        return self.moment == "half_sent"

    @property
    def is_final(self) -> bool:
        """Return True if the snapshot was taken at the end of the scenario."""
        return self.moment == "end"


class Output(Entry, frozen=True, kw_only=True):
    """The text that the app wrote during the scenario.

    *place* is ``output`` or the name of the log file. *problem* states why *text* is incomplete: the file is missing or
    empty, or text was lost.
    """

    place: str
    text: bytes
    problem: str = ""


class Reported(Entry, frozen=True, kw_only=True):
    """Metrics, one alert, or one telemetry request of the app; *problem* states why *text* is incomplete."""

    place: ReportPlace
    text: bytes
    problem: str = ""


class FileWritten(Entry, frozen=True, kw_only=True):
    """A file that the app wrote to its working folder during the scenario.

    *name* is the path in that folder, with stars for the parts that differ from run to run. *is_log* is True if the name is
    typical of logs; *text* is then only the text that was added during the scenario. For other files, *text* is the whole
    content, because databases may write anywhere in a file.
    """

    name: str
    text: bytes
    is_log: bool
    problem: str = ""


class Leak(Entry, frozen=True, kw_only=True):
    """A secret of the sandbox appeared in an output or response of the app; only the kind of the secret is recorded."""

    place: str
    kind: str
    line: str


class Idle(Entry, frozen=True, kw_only=True):
    """A period of *seconds* real seconds, beginning at ``at_s``, in which the harness requested and delivered nothing."""

    seconds: float


class StepIncomplete(Entry, frozen=True, kw_only=True):
    """A step was performed only in part, so probes may miss something; *hook* is the missing hook, if that was the cause."""

    reason: str
    hook: str = ""


class StepFailed(Entry, frozen=True, kw_only=True):
    """A step could not be performed; *hook* is the missing hook, if that was the cause."""

    reason: str
    hook: str = ""
