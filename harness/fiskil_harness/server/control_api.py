"""The control API of ``serve``, under ``/_sandbox/`` on a separate port: reads and changes the sandbox.

It returns no secret, and accepts requests only from this machine; a page in a browser cannot use it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from starlette.applications import Starlette
from starlette.requests import Request

from fiskil_harness.core.clock import LONGEST_JUMP_DAYS, rfc3339
from fiskil_harness.core.model import Consent
from fiskil_harness.errors import UnknownName
from fiskil_harness.server.control_http import ControlRequest, Refusal, about, application_of, read
from fiskil_harness.server.control_requests import (
    AccountChange,
    ClockAdvance,
    Conclusion,
    Connection,
    ConsoleSetting,
    Redelivery,
    Revocation,
    SyncResult,
)
from fiskil_harness.server.fault_control import FaultControl, Listing
from fiskil_harness.server.local_fiskil import LocalFiskil


def control_application(
    fiskil: LocalFiskil,
    *,
    deliveries: Listing = list,
    exchanges: Listing = list,
    har: Callable[[], dict[str, object]] = dict,
    forget: Callable[[], None] = lambda: None,
    redeliver: Callable[[str], dict[str, object]] | None = None,
) -> Starlette:
    """Return the control API for *fiskil*, as an ASGI application.

    Args:
        deliveries: Returns the deliveries so far, as JSON objects.
        exchanges: Returns the API exchanges so far, as JSON objects.
        har: Returns the same exchanges as HAR.
        forget: Called after a reset, to drop recorded exchanges and pending deliveries.
        redeliver: Delivers the message with the given id once more and returns the delivery. Fiskil's own API has no such
            operation. None disables this request; it then gets 404.
    """
    fault_control = FaultControl(fiskil.proxy.rules, exchanges=exchanges, har=har)
    control = _Control(fiskil, fault_control, deliveries, forget, redeliver)
    requests: list[ControlRequest] = [
        ("GET", "/_sandbox/state", control.state),
        ("GET", "/_sandbox/deliveries", control.deliveries),
        ("POST", "/_sandbox/deliveries", control.redeliver),
        ("POST", "/_sandbox/clock/advance", control.advance),
        *fault_control.all(),
        ("POST", "/_sandbox/interpretations", control.interpret),
        ("POST", "/_sandbox/end-users/{end_user_id}/sync", control.sync),
        ("POST", "/_sandbox/end-users/{end_user_id}/revoke", control.revoke),
        ("POST", "/_sandbox/end-users/{end_user_id}/accounts", control.change_account),
        ("POST", "/_sandbox/sessions/{session_id}", control.conclude),
        ("POST", "/_sandbox/console", control.configure),
        ("POST", "/_sandbox/institutions/{institution_id}", control.connect),
        ("POST", "/_sandbox/reset", control.reset),
    ]
    return application_of(requests, crashes=fiskil.sandbox.crashes, confirm=fiskil.sandbox.store.confirm)


class _Control(NamedTuple):
    """The handlers of the control requests."""

    fiskil: LocalFiskil
    fault_control: FaultControl
    listed_deliveries: Listing
    forget: Callable[[], None]
    deliver_again: Callable[[str], dict[str, object]] | None

    def state(self, _request: Request, _body: bytes) -> Any:
        """Return the present state of the sandbox, with faults and deliveries."""
        sandbox = self.fiskil.sandbox
        events = sandbox.events
        with sandbox.store.lock:
            return {
                "now": rfc3339(sandbox.clock.now()),
                "ahead_s": sandbox.clock.offset.total_seconds(),
                "end_users": [about(end_user) for end_user in sandbox.store.end_users.values()],
                "consents": [about(consent) for consent in sandbox.store.consents.values()],
                "events": [about(event) for event in events],
                "faults": self.fault_control.waiting(),
                "interpretations": sandbox.store.interpretations.chosen,
                "deliveries": self.listed_deliveries(),
            }

    def deliveries(self, _request: Request, _body: bytes) -> Any:
        """Return the delivery log."""
        return {"deliveries": self.listed_deliveries()}

    def redeliver(self, _request: Request, body: bytes) -> Any:
        """Deliver a message once more.

        Raises:
            Refusal: This server delivers no webhooks.
        """
        redelivery = read(body, Redelivery)
        if self.deliver_again is None:
            raise Refusal(404, "Nothing is delivered here, so nothing can be delivered again.")
        return self.deliver_again(redelivery.message_id)

    def advance(self, _request: Request, body: bytes) -> Any:
        """Move sandbox time forward.

        Raises:
            Refusal: The step is negative or longer than ``LONGEST_JUMP_DAYS``.
        """
        advance = read(body, ClockAdvance)
        clock = self.fiskil.sandbox.clock
        days = advance.days + (advance.hours + (advance.minutes + advance.seconds / 60) / 60) / 24
        if not 0 <= days <= LONGEST_JUMP_DAYS:
            raise Refusal(400, f"Sandbox time only moves forward, at most {LONGEST_JUMP_DAYS} days at once; got {days:g}.")
        clock.advance(seconds=advance.seconds, minutes=advance.minutes, hours=advance.hours, days=advance.days)
        return {"now": rfc3339(clock.now()), "events": len(self.fiskil.sandbox.events)}

    def interpret(self, _request: Request, body: bytes) -> Any:
        """Choose interpretations until the next reset."""
        self.fiskil.interpret(read(body, dict[str, str]))
        return {"interpretations": self.fiskil.sandbox.store.interpretations.chosen}

    def sync(self, request: Request, body: bytes) -> Any:
        """Complete or fail the sync of one dataset or all.

        Raises:
            UnknownName: The consent does not permit this dataset.
        """
        result = read(body, SyncResult) if body else SyncResult()
        sandbox, consent = self.fiskil.sandbox, self._active_consent(request)
        permitted = consent.permissions
        if result.dataset and result.dataset not in permitted:
            raise UnknownName("dataset", result.dataset, permitted)
        for dataset in (result.dataset,) if result.dataset else permitted:
            (sandbox.fail_sync if result.fails else sandbox.sync)(consent, dataset)
        return {"now": rfc3339(sandbox.clock.now()), "events": len(sandbox.events)}

    def revoke(self, request: Request, body: bytes) -> Any:
        """Revoke the latest active consent of the end user."""
        consent = self._active_consent(request)
        self.fiskil.sandbox.revoke(consent, by=read(body, Revocation).by)
        return about(self.fiskil.sandbox.store.consents[consent.arrangement_id])

    def change_account(self, request: Request, body: bytes) -> Any:
        """Change an account at the institution of the latest active consent."""
        change, consent, sandbox = read(body, AccountChange), self._active_consent(request), self.fiskil.sandbox
        apply = {
            "open": sandbox.open_account,
            "close": sandbox.close_account,
            "approve": sandbox.approve_sharing,
            "withdraw": sandbox.withdraw_sharing,
        }[change.action]
        apply(sandbox.store.ledger_of(consent).person, change.account)
        return about(sandbox.store.consents[consent.arrangement_id])

    def _active_consent(self, request: Request) -> Consent:
        """Return the latest active consent of the end user in the path."""
        end_user_id = request.path_params["end_user_id"]
        active = [consent for consent in self.fiskil.sandbox.consents_of(end_user_id) if consent.is_active]
        if not active:
            raise Refusal(404, f"The end user {end_user_id!r} has no active consent.")
        return active[-1]

    def conclude(self, request: Request, body: bytes) -> Any:
        """End a consent journey with an outcome."""
        conclusion, session_id = read(body, Conclusion), request.path_params["session_id"]
        sandbox = self.fiskil.sandbox
        session = sandbox.conclude(
            session_id,
            conclusion.outcome,
            email=conclusion.email,
            institution_id=conclusion.institution_id,
            account_keys=conclusion.accounts,
        )
        ending = session.ending.value if session.ending else ""
        return {"ending": ending, "arrangement_id": session.arrangement_id, "redirect": sandbox.redirect_address(session_id)}

    def configure(self, _request: Request, body: bytes) -> Any:
        """Change settings of the team's console."""
        setting = read(body, ConsoleSetting)
        sandbox = self.fiskil.sandbox
        sandbox.configure(
            permissions=setting.permissions,
            scopes=setting.scopes,
            version=setting.version,
            consent_days=setting.consent_days,
        )
        return about(sandbox.store.console)

    def connect(self, request: Request, body: bytes) -> Any:
        """Set the state of the connection to an institution."""
        institution_id = request.path_params["institution_id"]
        self.fiskil.sandbox.set_connection(institution_id, read(body, Connection).status)
        return about(self.fiskil.sandbox.store.institutions[institution_id])

    def reset(self, _request: Request, _body: bytes) -> Any:
        """Reset the sandbox."""
        self.fiskil.reset()
        self.forget()
        return {"now": rfc3339(self.fiskil.sandbox.clock.now())}
