"""The consent journey as a table.

Theory of operation. A journey is at a *stage*: ``institution``, ``login`` (e-mail), ``code`` (one-time code),
``accounts``, ``confirm``. A form that the end user submits is an *act*: ``choose``, ``identify``, ``enter_code``,
``select``, ``confirm``, ``cancel``, ``deny``. The sandbox gives each act a *result* (``fine``, ``wrong``, ``unknown``
...), which ``journey_rules.py`` determines. The table maps (stage, act, result) to another stage or to an ending. An act
that is not in the table is not possible at that stage and changes nothing. If the next stage is the same stage, the page
shows an error message there.

The button for ``cancel`` is in Fiskil's own frame around each screen, the button for ``deny`` on the institution's screens.
``wait_too_long`` is not a form: it happens when an end user waits too long at any stage after ``institution``.

Source: journey.stages, journey.error-types
"""

from fiskil_harness.core.model import Ending

STAGES = ("institution", "login", "code", "accounts", "confirm")
INSTITUTION_STAGES = ("login", "code", "accounts")

TABLE: dict[tuple[str, str, str], str | Ending] = {
    ("institution", "choose", "fine"): "login",
    ("institution", "choose", "unknown"): "institution",
    ("institution", "choose", "outage"): Ending.UPSTREAM_FAILURE,
    ("login", "identify", "fine"): "code",
    ("login", "identify", "malformed"): "login",
    ("login", "identify", "unknown"): Ending.OTP_FAILURE,
    ("login", "identify", "outage"): Ending.UPSTREAM_FAILURE,
    ("code", "enter_code", "fine"): "accounts",
    ("code", "enter_code", "wrong"): "code",
    ("code", "enter_code", "wrong_too_often"): Ending.OTP_FAILURE,
    ("code", "enter_code", "expired"): "code",
    ("code", "enter_code", "too_late"): Ending.OTP_FAILURE,
    ("code", "enter_code", "cancelled"): Ending.CANCELLED,
    ("code", "enter_code", "denied"): Ending.DENIED,
    ("code", "enter_code", "terminated"): Ending.INVALID,
    ("code", "enter_code", "ineligible"): Ending.INELIGIBLE,
    ("code", "enter_code", "upstream_failure"): Ending.UPSTREAM_FAILURE,
    ("code", "enter_code", "times_out"): Ending.TIMED_OUT,
    ("accounts", "select", "fine"): "confirm",
    ("accounts", "select", "nothing"): "accounts",
    ("confirm", "confirm", "fine"): Ending.APPROVED,
    **{(stage, "cancel", "fine"): Ending.CANCELLED for stage in STAGES},
    **{(stage, "deny", "fine"): Ending.DENIED for stage in INSTITUTION_STAGES},
    **{(stage, "wait_too_long", "fine"): Ending.TIMED_OUT for stage in (*INSTITUTION_STAGES, "confirm")},
}


def leads_to(stage: str, act: str, result: str) -> str | Ending | None:
    """Return the next stage or the ending after *act* with *result*; None if *act* is not possible at *stage*."""
    return TABLE.get((stage, act, result))


def acts_at(stage: str) -> tuple[str, ...]:
    """Return every act that a form can perform at *stage*, in the table's order."""
    return tuple(dict.fromkeys(act for at, act, _ in TABLE if at == stage and act != "wait_too_long"))
