"""The invitation, the journey's end, and the permission that results."""

import enum
from datetime import datetime

from msgspec import Struct


class Ending(enum.StrEnum):
    """How a consent journey ends; the values are Fiskil's ``error_type`` names, except the first.

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


class AuthSession(Struct, frozen=True, kw_only=True):
    """One single-use invitation to consent.

    ``stage`` is where the journey stands and ``answer`` what the latest act came to (see ``sandbox/journey.py``); ``ending``
    is set once, at its end, and ``has_returned`` when the browser was sent back to the app after it. ``outcome`` is what was
    ordered for this session alone, whoever logs in; one of ``OUTCOMES``.
    """

    session_id: str
    end_user_id: str
    redirect_uri: str
    cancel_uri: str
    created_at: datetime
    expires_at: datetime
    stage: str = "institution"
    response: str = ""
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
    error_id: str | None = None
    outcome: str = ""


class Consent(Struct, frozen=True, kw_only=True):
    """The permission that resulted; ``arrangement_id`` is its identity.

    ``person`` is the e-mail address of the person at the institution, ``account_keys`` the accounts they chose, and
    ``accounts_close_at`` when the last of these is closed; ``revokes_at`` is when the institution is going to end it by
    itself. ``ended_by`` is who ended it: ``end_user``, ``institution`` or ``app``; the API does not tell. A one-off consent
    lets each dataset be read once.
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
        """Whether data may be read under this consent."""
        return self.ended_at is None

    @property
    def ends_at(self) -> datetime:
        """When it ends by itself: its time is over, no account is left, or the institution has enough of it."""
        return min(date for date in (self.expires_at, self.accounts_close_at, self.revokes_at) if date is not None)
