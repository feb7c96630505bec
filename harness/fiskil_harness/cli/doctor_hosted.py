"""What ``doctor --api hosted`` says: what is missing before a run there, and what the account shows when nothing is.

The app is not started. Without a key pair nothing is sent; with one it is exchanged for a token, and then only read.
"""

from collections.abc import Iterator

from fiskil_harness.cli.doctor import Check, State
from fiskil_harness.contract.client import rows
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import HarnessError
from fiskil_harness.runner.hosted.account import Account
from fiskil_harness.runner.hosted.address import Address, address_of, problems, refuse_unsafe

ENOUGH_ROWS = 40
"""With fewer transactions some faults of paging find no page to spoil."""


def check(settings: Settings) -> list[Check]:
    """Look at everything, in the order in which a run would need it."""
    try:
        url = refuse_unsafe(settings.hosted.url, settings.hosted.allow_hosts, source=settings.source or "the config")
    except HarnessError as error:
        return [Check(hook="hosted.url", state=State.WRONG, message=str(error)), *_lacking(settings)]
    found = [Check(hook="hosted.url", state=State.WORKS, message=f"is {url}"), *_lacking(settings)]
    if any(check.state is State.MISSING for check in found):
        return found
    address = address_of(settings)
    redactor = Redactor()
    redactor.register("client_secret", address.client_secret)
    found += _account(address, settings)
    return [Check(hook=check.hook, state=check.state, message=redactor.redact(check.message)) for check in found]


def _lacking(settings: Settings) -> Iterator[Check]:
    for key, says in problems(settings):
        yield Check(hook=key, state=State.MISSING, message=says)
    if settings.app.observe.effects is None and not settings.app.object:
        says = "is missing; without it nobody can tell which rows the app holds"
        yield Check(hook=EFFECTS, state=State.WARNING, message=says)
    if settings.hosted.introduce is None:
        says = f"is not given; the app must know {settings.hosted.end_user_ref!r} as that end user by itself"
        yield Check(hook="hosted.introduce", state=State.WARNING, message=says)


def _account(address: Address, settings: Settings) -> Iterator[Check]:
    pair = settings.hosted.client_id_env
    try:
        account = Account(address)
    except HarnessError as error:
        yield Check(hook=pair, state=State.WRONG, message=str(error))
        return
    with account:
        yield Check(hook=pair, state=State.WORKS, message="is accepted, and reaches sandbox institutions alone")
        query = {"end_user_id": address.end_user_id, "active": "true"}
        if not rows(account.api.get("/v1/consent", query), "consents"):
            yield Check(hook="hosted.end_user_id", state=State.WRONG, message="names nobody with an active consent")
            return
        try:
            count = len(account.rows("transactions"))
        except HarnessError as error:
            yield Check(hook="hosted.end_user_id", state=State.WRONG, message=str(error))
            return
        if count < ENOUGH_ROWS:
            says = f"names somebody with {count} transactions; with {ENOUGH_ROWS} and more every fault of paging can bite"
            yield Check(hook="hosted.end_user_id", state=State.WARNING, message=says)
        else:
            yield Check(hook="hosted.end_user_id", state=State.WORKS, message=f"names somebody with {count} transactions")
