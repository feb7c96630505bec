"""The control API of ``serve``, under ``/_sandbox/`` on a port of its own: what a console would do to the sandbox.

It hands out no secret, and takes orders only from this machine: a page in a browser cannot reach it.
"""

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request

from fiskil_harness.core.clock import LONGEST_JUMP_DAYS, rfc3339
from fiskil_harness.core.model import Consent
from fiskil_harness.errors import UnknownName
from fiskil_harness.server.control_http import ControlRequest, Refusal, about, application_of, read
from fiskil_harness.server.control_requests import (
    AccountChange,
    Conclusion,
    Connection,
    ConsoleSetting,
    Jump,
    Redelivery,
    Revocation,
    Syncing,
)
from fiskil_harness.server.fault_control import FaultControl, Told
from fiskil_harness.server.local_fiskil import LocalFiskil


def control_application(
    fiskil: LocalFiskil,
    *,
    deliveries: Told = list,
    exchanges: Told = list,
    har: Callable[[], dict[str, object]] = dict,
    forget: Callable[[], None] = lambda: None,
    redeliver: Callable[[str], dict[str, object]] | None = None,
) -> Starlette:
    """The control API over *fiskil*.

    Args:
        deliveries: Tells what was handed over.
        exchanges: Tells what was asked of the API.
        har: Tells the same as HAR.
        forget: Is called after a reset.
        redeliver: Makes one more attempt for a message by hand. Fiskil has no such command; it is a tool of the sandbox.
    """
    link = FaultControl(fiskil.link.rules, exchanges=exchanges, har=har)
    control = _Control(fiskil, link, deliveries, forget, redeliver)
    orders: list[ControlRequest] = [
        ("GET", "/_sandbox/state", control.state),
        ("GET", "/_sandbox/deliveries", control.deliveries),
        ("POST", "/_sandbox/deliveries", control.redeliver),
        ("POST", "/_sandbox/clock/advance", control.advance),
        *link.all(),
        ("POST", "/_sandbox/interpretations", control.read_as),
        ("POST", "/_sandbox/end-users/{end_user_id}/sync", control.sync),
        ("POST", "/_sandbox/end-users/{end_user_id}/revoke", control.revoke),
        ("POST", "/_sandbox/end-users/{end_user_id}/accounts", control.change_account),
        ("POST", "/_sandbox/sessions/{session_id}", control.conclude),
        ("POST", "/_sandbox/console", control.configure),
        ("POST", "/_sandbox/institutions/{institution_id}", control.connect),
        ("POST", "/_sandbox/reset", control.reset),
    ]
    return application_of(orders, crashes=fiskil.sandbox.crashes)


class _Control:
    """What each command does to the sandbox."""

    def __init__(
        self,
        fiskil: LocalFiskil,
        link: FaultControl,
        deliveries: Told,
        forget: Callable[[], None],
        redeliver: Callable[[str], dict[str, object]] | None,
    ) -> None:
        self._fiskil = fiskil
        self._link = link
        self._redeliver = redeliver
        self._deliveries = deliveries
        self._forget = forget

    def state(self, _request: Request, _body: bytes) -> Any:
        sandbox = self._fiskil.sandbox
        events = sandbox.events
        with sandbox.store.lock:
            return {
                "now": rfc3339(sandbox.clock.now()),
                "ahead_s": sandbox.clock.offset.total_seconds(),
                "end_users": [about(end_user) for end_user in sandbox.store.end_users.values()],
                "consents": [about(consent) for consent in sandbox.store.consents.values()],
                "events": [about(event) for event in events],
                "faults": self._link.waiting(),
                "interpretations": sandbox.store.interpretations.chosen,
                "deliveries": self._deliveries(),
            }

    def deliveries(self, _request: Request, _body: bytes) -> Any:
        return {"deliveries": self._deliveries()}

    def redeliver(self, _request: Request, body: bytes) -> Any:
        wanted = read(body, Redelivery)
        if self._redeliver is None:
            raise Refusal(404, "Nothing is delivered here, so nothing can be delivered again.")
        return self._redeliver(wanted.message_id)

    def advance(self, _request: Request, body: bytes) -> Any:
        jump = read(body, Jump)
        clock = self._fiskil.sandbox.clock
        days = jump.days + (jump.hours + (jump.minutes + jump.seconds / 60) / 60) / 24
        if not 0 <= days <= LONGEST_JUMP_DAYS:
            raise Refusal(400, f"Sandbox time moves forward, at most {LONGEST_JUMP_DAYS} days at once.")
        clock.advance(seconds=jump.seconds, minutes=jump.minutes, hours=jump.hours, days=jump.days)
        return {"now": rfc3339(clock.now()), "events": len(self._fiskil.sandbox.events)}

    def read_as(self, _request: Request, body: bytes) -> Any:
        self._fiskil.interpret(read(body, dict[str, str]))
        return {"interpretations": self._fiskil.sandbox.store.interpretations.chosen}

    def sync(self, request: Request, body: bytes) -> Any:
        wanted = read(body, Syncing) if body else Syncing()
        sandbox, consent = self._fiskil.sandbox, self._active_consent(request)
        known = consent.permissions
        if wanted.dataset and wanted.dataset not in known:
            raise UnknownName("dataset", wanted.dataset, known)
        for dataset in (wanted.dataset,) if wanted.dataset else known:
            (sandbox.fail_sync if wanted.fails else sandbox.sync)(consent, dataset)
        return {"now": rfc3339(sandbox.clock.now()), "events": len(sandbox.events)}

    def revoke(self, request: Request, body: bytes) -> Any:
        consent = self._active_consent(request)
        self._fiskil.sandbox.revoke(consent, by=read(body, Revocation).by)
        return about(self._fiskil.sandbox.store.consents[consent.arrangement_id])

    def change_account(self, request: Request, body: bytes) -> Any:
        wanted, consent, sandbox = read(body, AccountChange), self._active_consent(request), self._fiskil.sandbox
        act = {
            "open": sandbox.open_account,
            "close": sandbox.close_account,
            "approve": sandbox.approve_sharing,
            "withdraw": sandbox.withdraw_sharing,
        }[wanted.what]
        act(sandbox.person_of(consent), wanted.account)
        return about(sandbox.store.consents[consent.arrangement_id])

    def _active_consent(self, request: Request) -> Consent:
        """The latest one of the end user in the path."""
        end_user_id = request.path_params["end_user_id"]
        active = [consent for consent in self._fiskil.sandbox.consents_of(end_user_id) if consent.is_active]
        if not active:
            raise Refusal(404, f"The end user {end_user_id!r} has no active consent.")
        return active[-1]

    def conclude(self, request: Request, body: bytes) -> Any:
        wanted, session_id = read(body, Conclusion), request.path_params["session_id"]
        sandbox = self._fiskil.sandbox
        session = sandbox.conclude(
            session_id,
            wanted.outcome,
            email=wanted.email,
            institution_id=wanted.institution_id,
            account_keys=wanted.accounts,
        )
        ending = session.ending.value if session.ending else ""
        return {"ending": ending, "arrangement_id": session.arrangement_id, "redirect": sandbox.way_back(session_id)}

    def configure(self, _request: Request, body: bytes) -> Any:
        chosen = read(body, ConsoleSetting)
        sandbox = self._fiskil.sandbox
        sandbox.configure(
            permissions=chosen.permissions,
            scopes=chosen.scopes,
            version=chosen.version,
            consent_days=chosen.consent_days,
        )
        return about(sandbox.store.console)

    def connect(self, request: Request, body: bytes) -> Any:
        institution_id = request.path_params["institution_id"]
        self._fiskil.sandbox.set_connection(institution_id, read(body, Connection).status)
        return about(self._fiskil.sandbox.store.institutions[institution_id])

    def reset(self, _request: Request, _body: bytes) -> Any:
        self._fiskil.reset()
        self._forget()
        return {"now": rfc3339(self._fiskil.sandbox.clock.now())}
