"""Outcomes of a consent journey, by the names that fixture files, the control API and tests use."""

from msgspec import Struct

from fiskil_harness.core.model.consents import Ending


class JourneyOutcome(Struct, frozen=True, kw_only=True):
    """A possible outcome of a consent journey. ``code_result`` is the institution's response to a correct one-time code."""

    name: str
    ending: Ending
    code_result: str
    about: str


OUTCOMES: dict[str, JourneyOutcome] = {
    name: JourneyOutcome(name=name, ending=ending, code_result=answer, about=about)
    for name, ending, answer, about in (
        ("eligible", Ending.APPROVED, "fine", "the end user gets as far as they go on"),
        ("cancelled", Ending.CANCELLED, "cancelled", "the end user cancels on Fiskil's screen"),
        ("denied", Ending.DENIED, "denied", "the end user declines at the institution"),
        ("wrong_code", Ending.OTP_FAILURE, "wrong_too_often", "no one-time code is right"),
        ("unknown", Ending.OTP_FAILURE, "unknown", "the institution does not know the e-mail address"),
        ("ineligible", Ending.INELIGIBLE, "ineligible", "no account may be shared"),
        ("upstream_failure", Ending.UPSTREAM_FAILURE, "upstream_failure", "the institution fails"),
        ("times_out", Ending.TIMED_OUT, "times_out", "the institution waits no longer"),
        ("terminated", Ending.INVALID, "terminated", "the auth session is terminated on the way"),
    )
}
"""Every outcome by name. Source: journey.error-types"""
