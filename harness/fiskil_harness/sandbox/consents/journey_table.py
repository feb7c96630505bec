"""The consent journey as a table.

Theory of operation. A journey stands at a *stage*: ``institution``, ``login`` (e-mail), ``code`` (one-time code),
``accounts``, ``confirm``. A form that the end user submits is an *act*: ``choose``, ``identify``, ``enter_code``,
``select``, ``confirm``, ``cancel``, ``deny``. What the sandbox makes of an act is an *answer* (``fine``, ``wrong``,
``unknown`` ...), decided in ``answers.py``. The table says where (stage, act, answer) leads: to another stage, or to an
ending. What is not in the table cannot be done there, and leaves everything as it is; what leads back to its own stage is
shown there as a complaint.

``cancel`` belongs to Fiskil's own frame around each screen, ``deny`` to the institution's screens. ``wait_too_long`` is no
form: the clock performs it when a journey is left standing on an institution's screen.

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


def leads_to(stage: str, act: str, answer: str) -> str | Ending | None:
    """Where an act leads, or None where it cannot be done."""
    return TABLE.get((stage, act, answer))


def acts_at(stage: str) -> tuple[str, ...]:
    """Every act that can be done at *stage* by a form, in the table's order."""
    return tuple(dict.fromkeys(act for at, act, _ in TABLE if at == stage and act != "wait_too_long"))
