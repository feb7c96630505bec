"""One end user at Fiskil per customer, also when the network fails at the worst moment.

Creating is not idempotent: after an attempt whose outcome is unknown, the app looks before it creates again.
"""

import asyncio
import re

from reference_app import customers
from reference_app.database import Database
from reference_app.fiskil.api import Api
from reference_app.fiskil.errors import TimedOut
from reference_app.fiskil.limits import Deadline

LOOK_AGAIN_S = 0.05


async def end_user_of(database: Database, api: Api, ref: str, email: str, deadline: Deadline) -> str:
    """The end user of a customer, created on first use.

    Raises:
        FiskilError: There is none yet, and none can be made now.
    """
    while True:
        known = await database.read(customers.end_user_id, ref)
        if known:
            return known
        claim = await database.write(customers.claim_enrolment, ref, email or address_of(ref))
        if claim is not None:
            return await _enrol(database, api, ref, deadline, was_tried=claim == "again")
        if deadline.left_s() <= LOOK_AGAIN_S:
            raise TimedOut("somebody else is enrolling this customer")
        await asyncio.sleep(LOOK_AGAIN_S)


def address_of(ref: str) -> str:
    """A stand-in: a real app looks up the address at which its customer wants to be reached."""
    return re.sub(r"[^A-Za-z0-9._+-]", "-", ref) + "@customers.example"


async def _enrol(database: Database, api: Api, ref: str, deadline: Deadline, *, was_tried: bool) -> str:
    try:
        email = await database.read(customers.email, ref)
        found = await _lost_end_user(database, api, email, deadline) if was_tried else ""
        end_user_id = found or await api.create_end_user(email, deadline)
        await database.write(customers.keep_end_user, ref, end_user_id)
    finally:
        await database.write(customers.release_enrolment, ref)
    return end_user_id


async def _lost_end_user(database: Database, api: Api, email: str, deadline: Deadline) -> str:
    """An end user that an earlier attempt made without hearing of it: same address, and nobody else's."""
    for end_user_id in await api.end_user_ids(email, deadline):
        if not await database.read(customers.is_known, end_user_id):
            return end_user_id
    return ""
