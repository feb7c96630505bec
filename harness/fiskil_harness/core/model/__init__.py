"""The things Fiskil knows, as frozen values without behaviour.

Money is the wire's decimal string, instants are aware datetimes, ids are ``<thing>_id``.
"""

from harness.model.consent import AuthSession, Consent, Ending
from harness.model.event import DATASETS, Dataset, Event, Message
from harness.model.outcome import OUTCOMES, Outcome
from harness.model.people import EndUser, Institution, Person
from harness.model.permission import PERMISSIONS, USUAL_PERMISSIONS, Permission
from harness.model.rows import Account, Balance, Transaction

__all__ = [
    "DATASETS",
    "OUTCOMES",
    "PERMISSIONS",
    "USUAL_PERMISSIONS",
    "Account",
    "AuthSession",
    "Balance",
    "Consent",
    "Dataset",
    "EndUser",
    "Ending",
    "Event",
    "Institution",
    "Message",
    "Outcome",
    "Permission",
    "Person",
    "Transaction",
]
