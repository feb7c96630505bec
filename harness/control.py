"""The control API of ``serve``, under ``/_sandbox/`` on a port of its own: what a console would do to the sandbox.

It hands out no secret, and takes orders only from this machine: a page in a browser cannot reach it.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from harness.clock import LONGEST_JUMP_DAYS, rfc3339
from harness.crashes import Crash, crash_of
from harness.errors import HarnessError, UnknownName
from harness.faults import FAULTS
from harness.link import Rule
from harness.link.expression import rules_of, text_of
from harness.link.possible import require_possible
from harness.local import LocalFiskil
from harness.model import Consent
from harness.orders import (
    AccountChange,
    Conclusion,
    Connection,
    ConsoleSetting,
    Jump,
    Redelivery,
    Revocation,
    Syncing,
    Wording,
    refuse_unknown_names,
)

Told = Callable[[], list[dict[str, object]]]

LARGEST_BODY = 65_536
LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]", "::1"}


class Refusal(HarnessError):
    """A request that is refused; ``status`` is its answer's."""

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        super().__init__(message)


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
    control = _Control(fiskil, deliveries, exchanges, har, forget, redeliver)
    routes = [
        ("GET", "/_sandbox/state", control.state),
        ("GET", "/_sandbox/exchanges", control.exchanges),
        ("GET", "/_sandbox/har", control.har),
        ("GET", "/_sandbox/deliveries", control.deliveries),
        ("POST", "/_sandbox/deliveries", control.redeliver),
        ("POST", "/_sandbox/clock/advance", control.advance),
        ("GET", "/_sandbox/faults", control.faults),
        ("POST", "/_sandbox/faults", control.set_fault),
        ("DELETE", "/_sandbox/faults", control.lift_faults),
        ("DELETE", "/_sandbox/faults/{number}", control.lift_fault),
        ("POST", "/_sandbox/readings", control.read_as),
        ("POST", "/_sandbox/end-users/{end_user_id}/sync", control.sync),
        ("POST", "/_sandbox/end-users/{end_user_id}/revoke", control.revoke),
        ("POST", "/_sandbox/end-users/{end_user_id}/accounts", control.change_account),
        ("POST", "/_sandbox/sessions/{session_id}", control.conclude),
        ("POST", "/_sandbox/console", control.configure),
        ("POST", "/_sandbox/institutions/{institution_id}", control.connect),
        ("POST", "/_sandbox/reset", control.reset),
    ]
    crashes = fiskil.sandbox.crashes
    application = Starlette(routes=[Route(path, _endpoint(act, crashes), methods=[method]) for method, path, act in routes])
    application.router.redirect_slashes = False
    known = ", ".join(f"{method} {path}" for method, path, _ in routes)
    application.add_exception_handler(404, _said(404, f"No such command. Known: {known}."))
    application.add_exception_handler(405, _said(405, f"Not with this method. Known: {known}."))
    return application


class _Control:
    """What each command does; every one runs in a thread, because the sandbox's lock may wait."""

    def __init__(
        self,
        fiskil: LocalFiskil,
        deliveries: Told,
        exchanges: Told,
        har: Callable[[], dict[str, object]],
        forget: Callable[[], None],
        redeliver: Callable[[str], dict[str, object]] | None,
    ) -> None:
        self._fiskil = fiskil
        self._redeliver = redeliver
        self._deliveries = deliveries
        self._exchanges = exchanges
        self._har = har
        self._forget = forget

    def state(self, _request: Request, _body: bytes) -> Any:
        sandbox = self._fiskil.sandbox
        events = sandbox.events
        with sandbox.store.lock:
            return {
                "now": rfc3339(sandbox.clock.now()),
                "ahead_s": sandbox.clock.offset.total_seconds(),
                "end_users": [_about(one) for one in sandbox.store.end_users.values()],
                "consents": [_about(one) for one in sandbox.store.consents.values()],
                "events": [_about(one) for one in events],
                "faults": self._waiting(),
                "readings": sandbox.store.readings.chosen,
                "deliveries": self._deliveries(),
            }

    def exchanges(self, _request: Request, _body: bytes) -> Any:
        return {"exchanges": self._exchanges()}

    def har(self, _request: Request, _body: bytes) -> Any:
        return self._har()

    def deliveries(self, _request: Request, _body: bytes) -> Any:
        return {"deliveries": self._deliveries()}

    def redeliver(self, _request: Request, body: bytes) -> Any:
        wanted = _read(body, Redelivery)
        if self._redeliver is None:
            raise Refusal(404, "Nothing is delivered here, so nothing can be delivered again.")
        return self._redeliver(wanted.message_id)

    def advance(self, _request: Request, body: bytes) -> Any:
        jump = _read(body, Jump)
        clock = self._fiskil.sandbox.clock
        days = jump.days + (jump.hours + (jump.minutes + jump.seconds / 60) / 60) / 24
        if not 0 <= days <= LONGEST_JUMP_DAYS:
            raise Refusal(400, f"Sandbox time moves forward, at most {LONGEST_JUMP_DAYS} days at once.")
        clock.advance(seconds=jump.seconds, minutes=jump.minutes, hours=jump.hours, days=jump.days)
        return {"now": rfc3339(clock.now()), "events": len(self._fiskil.sandbox.events)}

    def faults(self, _request: Request, _body: bytes) -> Any:
        return {"faults": self._waiting()}

    def set_fault(self, _request: Request, body: bytes) -> Any:
        for rule in rules_of(_read(body, Wording).fault) if _is_worded(body) else (_read(body, Rule).check(),):
            self._fiskil.link.rules.set(require_possible(rule))
        return {"faults": self._waiting()}

    def lift_fault(self, request: Request, _body: bytes) -> Any:
        rules, number = self._fiskil.link.rules, request.path_params["number"]
        found = [one for one in rules.waiting() if str(one.number) == number]
        if not found:
            known = ", ".join(str(one.number) for one in rules.waiting()) or "none"
            raise Refusal(404, f"No fault {number!r} waits. Known: {known}.")
        rules.lift(found[0])
        return {"faults": self._waiting()}

    def lift_faults(self, _request: Request, _body: bytes) -> Any:
        self._fiskil.link.rules.clear()
        return {"faults": []}

    def read_as(self, _request: Request, body: bytes) -> Any:
        self._fiskil.read_as(_read(body, dict[str, str]))
        return {"readings": self._fiskil.sandbox.store.readings.chosen}

    def sync(self, request: Request, body: bytes) -> Any:
        wanted = _read(body, Syncing) if body else Syncing()
        sandbox, consent = self._fiskil.sandbox, self._active_consent(request)
        known = consent.permissions
        if wanted.dataset and wanted.dataset not in known:
            raise UnknownName("dataset", wanted.dataset, known)
        for dataset in (wanted.dataset,) if wanted.dataset else known:
            (sandbox.fail_sync if wanted.fails else sandbox.sync)(consent, dataset)
        return {"now": rfc3339(sandbox.clock.now()), "events": len(sandbox.events)}

    def revoke(self, request: Request, body: bytes) -> Any:
        consent = self._active_consent(request)
        self._fiskil.sandbox.revoke(consent, by=_read(body, Revocation).by)
        return _about(self._fiskil.sandbox.store.consents[consent.arrangement_id])

    def change_account(self, request: Request, body: bytes) -> Any:
        wanted, consent, sandbox = _read(body, AccountChange), self._active_consent(request), self._fiskil.sandbox
        act = {
            "open": sandbox.open_account,
            "close": sandbox.close_account,
            "approve": sandbox.approve_sharing,
            "withdraw": sandbox.withdraw_sharing,
        }[wanted.what]
        act(sandbox.person_of(consent), wanted.account)
        return _about(sandbox.store.consents[consent.arrangement_id])

    def _active_consent(self, request: Request) -> Consent:
        """The latest one of the end user in the path."""
        end_user_id = request.path_params["end_user_id"]
        active = [one for one in self._fiskil.sandbox.consents_of(end_user_id) if one.is_active]
        if not active:
            raise Refusal(404, f"The end user {end_user_id!r} has no active consent.")
        return active[-1]

    def conclude(self, request: Request, body: bytes) -> Any:
        wanted, session_id = _read(body, Conclusion), request.path_params["session_id"]
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
        chosen = _read(body, ConsoleSetting)
        sandbox = self._fiskil.sandbox
        sandbox.configure(
            permissions=chosen.permissions,
            scopes=chosen.scopes,
            version=chosen.version,
            consent_days=chosen.consent_days,
        )
        return _about(sandbox.store.console)

    def connect(self, request: Request, body: bytes) -> Any:
        institution_id = request.path_params["institution_id"]
        self._fiskil.sandbox.set_connection(institution_id, _read(body, Connection).status)
        return _about(self._fiskil.sandbox.store.institutions[institution_id])

    def reset(self, _request: Request, _body: bytes) -> Any:
        self._fiskil.reset()
        self._forget()
        return {"now": rfc3339(self._fiskil.sandbox.clock.now())}

    def _waiting(self) -> list[dict[str, object]]:
        return [
            {
                "number": one.number,
                "text": text_of(one.rule),
                **_about(one.rule),
                "bites": one.bitten,
                "spared": one.spared,
                "left": one.left,
            }
            for one in self._fiskil.link.rules.waiting()
        ]


def _endpoint(act: Callable[[Request, bytes], Any], crashes: list[Crash]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            _refuse_outsiders(request)
            body = await _body(request)
            return _answer(200, await run_in_threadpool(act, request, body))
        except Refusal as error:
            return _answer(error.status, {"error": str(error)})
        except HarnessError as error:
            return _answer(400, {"error": str(error)})
        except ClientDisconnect:
            return _answer(400, {"error": "The body is incomplete."})
        except Exception as error:  # noqa: BLE001 - the last net; what falls into it is reported as our own fault
            crashes.append(crash_of("control", error))
            return _answer(500, {"error": "The sandbox itself failed. This is no fault of yours."})

    return endpoint


def _refuse_outsiders(request: Request) -> None:
    """A page of another origin sends ``Origin``; a name rebound to this machine comes as another ``Host``."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    if host not in LOCAL_HOSTS or "origin" in request.headers:
        raise Refusal(403, "The control API answers only to tools on this machine, not to pages in a browser.")


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Refusal(413, f"The body is larger than {LARGEST_BODY} bytes.")
    return body


def _is_worded(body: bytes) -> bool:
    """Whether a fault is told as an expression."""
    try:
        order = msgspec.json.decode(body or b"{}")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(order, dict) and isinstance(order.get("fault"), str)


def _read(body: bytes, shape: Any) -> Any:
    try:
        refuse_unknown_names(msgspec.json.decode(body or b"{}"), shape)
        return msgspec.json.decode(body or b"{}", type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        hint = f" Faults: {', '.join(sorted(FAULTS))}." if shape is Rule else ""
        raise Refusal(400, f"The body does not fit: {_unquoted(error)}.{hint}") from None


def _unquoted(error: Exception) -> str:
    return str(error).replace("`", "'")


def _about(value: Any) -> Any:
    return msgspec.to_builtins(value)


def _answer(status: int, content: Any) -> Response:
    return Response(msgspec.json.encode(content) + b"\n", status_code=status, media_type="application/json")


def _said(status: int, message: str) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def say(_request: Request, _error: Exception) -> Response:
        return _answer(status, {"error": message})

    return say
