"""Auth sessions, the endings of consent journeys, and consents."""

import enum
from datetime import datetime

from msgspec import Struct


class Ending(enum.StrEnum):
    """The endings of a consent journey; the values are Fiskil's ``error_type`` names, except the first.

    Source: journey.error-types
    """

    APPROVED = "APPROVED"
    CANCELLED = "AUTH_SESSION_CANCELLED"
    INVALID = "AUTH_SESSION_INVALID"
    DENIED = "CONSENT_ENDUSER_DENIED"
    OTP_FAILURE = "CONSENT_OTP_FAILURE"
    INELIGIBLE = "CONSENT_ENDUSER_INELIGIBLE"
    TIMED_OUT = "CONSENT_TIMEOUT"
    UPSTREAM_FAILURE = "CONSENT_UPSTREAM_PROCESSING_ERROR"


MARKUP_ID = "fh-markup"
"""The id of an element in the description of undocumented error types. An app that escapes the text shows no element."""


class AuthSession(Struct, frozen=True, kw_only=True):
    """An auth session: a single-use invitation to consent.

    ``stage`` is the current screen, and ``act_result`` the result of the end user's latest action (see
    ``sandbox.consents.journey_table``). ``ending`` is set when the consent journey ends, and ``has_returned`` when the
    browser is then redirected to the app. ``is_announced`` is set if the journey ended without its page, which may be open
    in a browser and then has to follow. ``outcome``, one of ``OUTCOMES``, is the outcome requested for this session; it
    overrides the person's outcome. ``error_type`` is an undocumented error type to report instead of the ending's own.
    """

    session_id: str
    end_user_id: str
    redirect_uri: str
    cancel_uri: str
    created_at: datetime
    expires_at: datetime
    stage: str = "institution"
    act_result: str = ""
    touched_at: datetime | None = None
    institution_id: str | None = None
    is_institution_fixed: bool = False
    arrangement_id: str | None = None
    email: str | None = None
    code: str | None = None
    wrong_codes: int = 0
    account_keys: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    ending: Ending | None = None
    has_returned: bool = False
    is_announced: bool = False
    error_id: str | None = None
    outcome: str = ""
    error_type: str = ""


class Consent(Struct, frozen=True, kw_only=True):
    """A consent of an end user to share data, identified by ``arrangement_id``.

    ``person`` is the e-mail address of the person at the institution. ``account_keys`` are the selected accounts, and
    ``accounts_close_at`` is the time at which the last of them closes. ``revokes_at`` is the time at which the institution
    will end the consent. ``ended_by`` is ``end_user``, ``institution`` or ``app``; the API does not return this field. A
    one-off consent allows one read of each dataset.
    """

    arrangement_id: str
    end_user_id: str
    institution_id: str
    person: str
    account_keys: tuple[str, ...]
    permissions: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    is_one_off: bool = False
    accounts_close_at: datetime | None = None
    renewed_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    termination_reason: str | None = None
    revokes_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """True if the consent has not ended, so that its data may be read."""
        return self.ended_at is None

    @property
    def ends_at(self) -> datetime:
        """The time at which the consent ends by itself: it expires, its last account closes, or the institution ends it."""
        return min(date for date in (self.expires_at, self.accounts_close_at, self.revokes_at) if date is not None)
