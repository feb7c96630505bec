"""Enrolment: exactly one end user at Fiskil per customer, even if the network fails during creation.

Creation is not idempotent: after an attempt with an unknown outcome, the app searches for the end user before it
creates another.
"""

import asyncio
import re

from reference_app import customers
from reference_app.database import Database
from reference_app.fiskil.api import Api
from reference_app.fiskil.errors import TimedOut
from reference_app.fiskil.limits import Deadline

POLL_S = 0.05


async def end_user_of(database: Database, api: Api, ref: str, email: str, deadline: Deadline) -> str:
    """Return the end user of a customer; create it on first use.

    Raises:
        FiskilError: There is no end user yet, and none can be created now.
    """
    while True:
        end_user_id = await database.read(customers.end_user_id, ref)
        if end_user_id:
            return end_user_id
        claim = await database.write(customers.claim_enrolment, ref, email or address_of(ref))
        if claim is not None:
            return await _enrol(database, api, ref, deadline, was_tried=claim == "again")
        if deadline.left_s() <= POLL_S:
            raise TimedOut("another request is enrolling this customer")
        await asyncio.sleep(POLL_S)


def address_of(ref: str) -> str:
    """Return a placeholder address; a real app uses the e-mail address of its customer."""
    return re.sub(r"[^A-Za-z0-9._+-]", "-", ref) + "@customers.example"


async def _enrol(database: Database, api: Api, ref: str, deadline: Deadline, *, was_tried: bool) -> str:
    try:
        email = await database.read(customers.email, ref)
        lost_id = await _find_lost_end_user(database, api, email, deadline) if was_tried else ""
        end_user_id = lost_id or await api.create_end_user(email, deadline)
        await database.write(customers.keep_end_user, ref, end_user_id)
    finally:
        await database.write(customers.release_enrolment, ref)
    return end_user_id


async def _find_lost_end_user(database: Database, api: Api, email: str, deadline: Deadline) -> str:
    """Return an end user that an earlier attempt created without recording it: same address, not yet known."""
    for end_user_id in await api.end_user_ids(email, deadline):
        if not await database.read(customers.is_known, end_user_id):
            return end_user_id
    return ""
