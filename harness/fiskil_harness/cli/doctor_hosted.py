"""The checks of ``doctor --api hosted``: what a run against the hosted API needs, and whether the account is suitable.

The app is not started. Without a key pair nothing is sent. With a key pair the checks request a token and then only read.
"""

from collections.abc import Iterator

from fiskil_harness.cli.doctor_checks import Check, State
from fiskil_harness.contract.client import rows
from fiskil_harness.core.config import Settings
from fiskil_harness.core.config.hooks import EFFECTS
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import HarnessError
from fiskil_harness.runner.hosted.account import Account
from fiskil_harness.runner.hosted.address import Address, address_of, problems, refuse_unsafe

ENOUGH_ROWS = 40
"""The number of transactions that fills enough pages for every paging fault to act."""


def check(settings: Settings) -> list[Check]:
    """Check the config, and the account if the config is complete; return the results."""
    try:
        url = refuse_unsafe(settings.hosted.url, settings.hosted.allow_hosts, source=settings.source or "the config")
    except HarnessError as error:
        return [Check(hook="hosted.url", state=State.WRONG, message=str(error)), *_missing(settings)]
    checks = [Check(hook="hosted.url", state=State.WORKS, message=f"is {url}"), *_missing(settings)]
    if any(check.state is State.MISSING for check in checks):
        return checks
    address = address_of(settings)
    redactor = Redactor()
    redactor.register("client_secret", address.client_secret)
    checks += _account_checks(address, settings)
    return redactor.redact_tree(checks)


def _missing(settings: Settings) -> Iterator[Check]:
    for key, problem in problems(settings):
        yield Check(hook=key, state=State.MISSING, message=problem)
    if settings.app.observe.effects is None and not settings.app.object:
        message = "is missing; without it the rows that the app stores are unknown"
        yield Check(hook=EFFECTS, state=State.WARNING, message=message)
    if settings.hosted.introduce is None:
        message = (
            f"is missing; the app must already map {settings.hosted.end_user_ref!r} to the end user of hosted.end_user_id"
        )
        yield Check(hook="hosted.introduce", state=State.WARNING, message=message)


def _account_checks(address: Address, settings: Settings) -> Iterator[Check]:
    key_pair = settings.hosted.client_id_env
    try:
        account = Account(address)
    except HarnessError as error:
        yield Check(hook=key_pair, state=State.WRONG, message=str(error))
        return
    with account:
        yield Check(hook=key_pair, state=State.WORKS, message="is accepted, and can access sandbox institutions only")
        query = {"end_user_id": address.end_user_id, "active": "true"}
        if not rows(account.api.get("/v1/consent", query), "consents"):
            yield Check(hook="hosted.end_user_id", state=State.WRONG, message="is not an end user with an active consent")
            return
        try:
            count = len(account.rows("transactions"))
        except HarnessError as error:
            yield Check(hook="hosted.end_user_id", state=State.WRONG, message=str(error))
            return
        if count < ENOUGH_ROWS:
            message = f"has {count} transactions; paging faults need {ENOUGH_ROWS} or more to act"
            yield Check(hook="hosted.end_user_id", state=State.WARNING, message=message)
        else:
            yield Check(hook="hosted.end_user_id", state=State.WORKS, message=f"has {count} transactions")
