"""The data model of Fiskil, as frozen values without behaviour.

Money is a decimal string as in the API, times are aware datetimes, and ids are called ``<thing>_id``.
"""

from fiskil_harness.core.model.consents import MARKUP_ID, AuthSession, Consent, Ending
from fiskil_harness.core.model.events import DATASET_OF_ROUTE, DATASETS, Dataset, Event, Message
from fiskil_harness.core.model.journey_outcome import OUTCOMES, JourneyOutcome
from fiskil_harness.core.model.people import Institution, Person
from fiskil_harness.core.model.permission import PERMISSIONS, USUAL_ENERGY_PERMISSIONS, USUAL_PERMISSIONS, Permission
from fiskil_harness.core.model.rows import Account, Balance, Transaction

__all__ = [
    "DATASETS",
    "DATASET_OF_ROUTE",
    "MARKUP_ID",
    "OUTCOMES",
    "PERMISSIONS",
    "USUAL_ENERGY_PERMISSIONS",
    "USUAL_PERMISSIONS",
    "Account",
    "AuthSession",
    "Balance",
    "Consent",
    "Dataset",
    "Ending",
    "Event",
    "Institution",
    "JourneyOutcome",
    "Message",
    "Permission",
    "Person",
    "Transaction",
]
