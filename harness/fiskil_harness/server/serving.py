"""A local Fiskil in real time for ``serve``: API, consent page, webhooks with their retry schedule, and a control API.

It runs no scenarios; a developer or a test suite acts by hand or through the control API.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec

from fiskil_harness.core.clauses import Interpretations
from fiskil_harness.core.clock import Clock, stopwatch
from fiskil_harness.core.model import PERMISSIONS
from fiskil_harness.core.net.server import Server
from fiskil_harness.core.redaction.redactor import Redactor
from fiskil_harness.errors import HarnessError, UnknownName, UsageError
from fiskil_harness.faults.proxy import Rule
from fiskil_harness.journal import Bite, Journal
from fiskil_harness.sandbox.consents.console import DEFAULT_VERSION, Console
from fiskil_harness.sandbox.pages.embedding import source_of
from fiskil_harness.server.control_api import control_application
from fiskil_harness.server.exchange_log import ExchangeLog
from fiskil_harness.server.local_fiskil import LocalFiskil
from fiskil_harness.server.state_file import Content, StateFile
from fiskil_harness.webhooks import Dispatcher, Sender, Target
from fiskil_harness.webhooks.delivery_log import Record, record_of
from fiskil_harness.webhooks.retry_schedule import Parcel, ParcelState

DELIVERIES_KEPT = 200
PUMP_EVERY_S = 0.1
SAVE_EVERY_S = 1
MOST_COMPRESSED = 3600
"""The largest divisor of the retry schedule: a minute becomes 1/60 s, less than the pump's interval."""

ENV_HEADER = "# Written by fiskil-harness serve; removed or replaced at will.\n"
"""The first line of an env file that ``serve`` may overwrite. The line identifies such files, so it must not change."""


class Pump:
    """Delivers the messages that are due, in a thread, until it is closed.

    Fiskil's delays between attempts are divided by *compress*; all other times are unchanged. *on_delivery* is called with
    each record of the delivery log. *saved* is the state of each message that an earlier process attempted, by message id.
    *confirm* is called before and after each attempt.
    """

    def __init__(
        self,
        fiskil: LocalFiskil,
        target: Target,
        *,
        compress: float = 1,
        on_delivery: Callable[[Record], None] | None = None,
        saved: Mapping[str, ParcelState] | None = None,
        confirm: Callable[[], None] = lambda: None,
    ) -> None:
        self._compress = compress
        self._on_delivery = on_delivery
        self._elapsed = stopwatch()
        self._sending = threading.Lock()
        self._fiskil = fiskil
        self._target = target
        self._confirm = confirm
        self._dispatcher = self._new_dispatcher()
        if saved:
            self._resume(saved)
        self._is_closing = threading.Event()
        self.deliveries: deque[Record] = deque(maxlen=DELIVERIES_KEPT)
        self._thread = threading.Thread(target=self._run, name="fiskil-harness-pump", daemon=True)
        self._thread.start()

    def forget(self) -> None:
        """Drop all pending messages and recorded deliveries, after a reset of the sandbox."""
        self._dispatcher = self._new_dispatcher()
        self.deliveries.clear()

    def states(self) -> dict[str, ParcelState]:
        """Return the state of each message that was attempted, by its message id."""
        return {parcel.event.message_id: parcel.state for parcel in self._dispatcher.outbox if parcel.attempts}

    def redeliver(self, message_id: str) -> Record:
        """Make one more attempt for a message, even if it was discarded, and return the record.

        The attempt has the next attempt number; after the last attempt of the schedule, the last number is used again.

        Raises:
            UnknownName: No event has this *message_id*.
            UsageError: The attempt failed because ``serve`` is closing.
        """
        dispatcher = self._dispatcher
        dispatcher.collect()
        parcels = {parcel.event.message_id: parcel for parcel in dispatcher.outbox}
        if message_id not in parcels:
            raise UnknownName("message", message_id, parcels)
        record = self._attempt(dispatcher, parcels[message_id], how="by hand")
        if record is None:
            raise UsageError("The attempt could not be made, because serve is closing.")
        return record

    def close(self) -> None:
        """Stop the thread, so that no further attempt is made."""
        self._is_closing.set()
        self._thread.join(2)

    def _run(self) -> None:
        while not self._is_closing.wait(PUMP_EVERY_S):
            dispatcher = self._dispatcher
            dispatcher.deliver_due(partial(self._send, dispatcher))

    def _resume(self, saved: Mapping[str, ParcelState]) -> None:
        self._dispatcher.collect()
        for parcel in self._dispatcher.outbox:
            if parcel.event.message_id in saved:
                parcel.resume(saved[parcel.event.message_id])

    def _new_dispatcher(self) -> Dispatcher:
        return Dispatcher(self._fiskil.sandbox, lambda: self._fiskil.dialect)

    def _send(self, dispatcher: Dispatcher, due: Sequence[Parcel]) -> bool:
        for parcel in due:
            if self._is_closing.is_set() or dispatcher is not self._dispatcher:
                return False
            self._attempt(dispatcher, parcel)
        return True

    def _attempt(self, dispatcher: Dispatcher, parcel: Parcel, *, how: str = "scheduled") -> Record | None:
        with self._sending:
            # The id of the message is saved before its receiver learns it.
            self._confirm()
            offset_s = self._elapsed()
            try:
                delivery = dispatcher.attempt(
                    parcel, lambda outgoing: Sender(self._fiskil.loop, self._target).attempt(outgoing, Journal())
                )
            except (HarnessError, OSError, RuntimeError):
                return None
            now = self._fiskil.sandbox.clock.now()
            if parcel.due_at is not None:
                parcel.due_at = now + (parcel.due_at - now) / self._compress
        record = record_of(
            delivery,
            parcel.event.kind,
            offset_s=offset_s,
            how=how,
            at=now,
            due_at=parcel.due_at,
            is_discarded=parcel.is_lost,
        )
        self._confirm()
        self.deliveries.append(record)
        if self._on_delivery is not None:
            self._on_delivery(record)
        return record


class LocalServer:
    """Everything that ``serve`` runs, until it is closed."""

    def __init__(
        self,
        *,
        workdir: Path,
        seed: int = 0,
        api_port: int = 0,
        auth_port: int = 0,
        auth_origin: str | None = None,
        control_port: int = 0,
        webhook_url: str | None = None,
        webhook_secret: str | None = None,
        interpretations: Interpretations | None = None,
        compress: float = 1,
        is_tls: bool = False,
        version: str = DEFAULT_VERSION,
        faults: Sequence[Rule] = (),
        embed_from: Sequence[str] = (),
        state_file: StateFile | None = None,
        clock: Clock | None = None,
        on_state_error: Callable[[str], None] = lambda _message: None,
        on_delivery: Callable[[Record], None] | None = None,
        on_bite: Callable[[Bite], None] | None = None,
        on_frame_refused: Callable[[str], None] = lambda _origin: None,
    ) -> None:
        """Start to listen.

        Args:
            workdir: Existing folder for the certificates.
            seed: Determines generated rows, and all ids except those of messages and errors.
            api_port, auth_port, control_port: Ports of API, consent page and control API; 0 chooses a free one.
            auth_origin: The origin of the consent page in responses of the API and in ``environment`` (default: its URL).
            webhook_url: URL of the webhook receiver, on loopback; None disables deliveries.
            webhook_secret: Signing secret of webhooks (default: one made from *seed*).
            compress: Divisor of the delays between attempts, 1 to ``MOST_COMPRESSED``.
            is_tls: True serves the API and the consent page over https; ``environment`` then names the CA file.
            version: The API version for requests without an ``X-Fiskil-Version`` header.
            faults: Faults that are set from the start until they are lifted or everything is reset.
            embed_from: Origins whose pages may embed the consent page, besides those of the session's URIs.
            state_file: The file from which to continue, and in which the state is kept; the caller closes it.
            clock: Sandbox time (default: real time that can be moved forward).
            on_state_error: Called with the message when the state file could not be written; serving goes on.
            on_delivery: Called with each record of the delivery log.
            on_bite: Called with each bite of a fault, on the server's thread; its ``fault`` is the fault as text.
            on_frame_refused: Called with the origin of each page that a browser did not let embed the consent page; "" if
                the browser does not send the origin, as for a file.

        Raises:
            UsageError: A port is in use, the webhook URL or an origin cannot be used, *compress* is out of range, or the
                state does not fit this version.
            UnsafeTarget: The webhook URL is not on loopback.
            ConfigError: A fault needs TLS and the API has none, or a fault needs Linux.
        """
        if not 1 <= compress <= MOST_COMPRESSED:
            raise UsageError(f"Delays can be divided by 1 to {MOST_COMPRESSED}, got {compress:g}.")
        target = Target.of(webhook_url) if webhook_url else None
        sources = tuple(source_of(origin) for origin in embed_from)
        content = state_file.content if state_file else None
        try:
            self.fiskil = LocalFiskil(
                workdir=workdir,
                seed=seed,
                api_port=api_port,
                auth_port=auth_port,
                auth_origin=auth_origin,
                webhook_secret=webhook_secret,
                interpretations=interpretations,
                console=Console(permissions=tuple(PERMISSIONS), version=version),
                is_tls=is_tls,
                clock=clock,
                has_stable_ids=True,
                saved=content.sandbox if content else None,
                not_before=state_file.now if state_file else None,
            )
        except LookupError:
            if state_file is None:
                raise
            raise state_file.refuse("refers to something that this version of serve does not have") from None
        store = self.fiskil.sandbox.store
        self._state_file, self._on_state_error = state_file, on_state_error
        self._delivered = content.deliveries if content else {}
        self._is_closing = threading.Event()
        store.embed_from, store.on_frame_refused = sources, on_frame_refused
        redactor = Redactor(self.fiskil.secrets)
        self.log = ExchangeLog(self.fiskil.proxy, redactor, title="serve", origin=self.fiskil.api_url, on_bite=on_bite)
        self._pump: Pump | None = None
        self._is_tls = is_tls
        try:
            if state_file is not None:
                store.confirm = self._save
            self.log.begin()
            for rule in faults:
                self.fiskil.proxy.rules.set(rule)
            application = control_application(
                self.fiskil,
                deliveries=self._deliveries,
                exchanges=self.log.exchanges,
                har=self.log.har,
                forget=self._forget,
                redeliver=self._redeliver,
            )
            self._control = Server(self.fiskil.loop, application, port=control_port)
        except BaseException:
            self.fiskil.close()
            raise
        self.control_url = self._control.url
        if target is not None:
            self._pump = Pump(
                self.fiskil,
                target,
                compress=compress,
                on_delivery=on_delivery,
                saved=self._delivered,
                confirm=store.confirm,
            )
        if state_file is not None:
            threading.Thread(target=self._keep_saving, name="fiskil-harness-state", daemon=True).start()

    def environment(self) -> str:
        """Return the settings for the app as the text of an env file, including the secrets."""
        credentials = self.fiskil.credentials
        pairs = {
            "FISKIL_BASE_URL": self.fiskil.api_url,
            "FISKIL_AUTH_URL": self.fiskil.auth_origin,
            "FISKIL_CLIENT_ID": credentials.client_id,
            "FISKIL_CLIENT_SECRET": credentials.client_secret,
            "FISKIL_WEBHOOK_SECRET": credentials.webhook_secret,
            "FISKIL_WEBHOOK_ALLOWED_IPS": ",".join(self.fiskil.webhook_sources),
        }
        if self._is_tls:
            pairs["SSL_CERT_FILE"] = str(self.fiskil.certificates.ca_file)
        return ENV_HEADER + "".join(f"{name}={value}\n" for name, value in pairs.items())

    def close(self) -> None:
        """Stop delivering and listening, and save the state."""
        self._is_closing.set()
        if self._pump is not None:
            self._pump.close()
        self._control.close()
        self.fiskil.close()
        self.fiskil.sandbox.store.confirm()

    def _keep_saving(self) -> None:
        """Save what changes without a request, such as a sync that completes."""
        while not self._is_closing.wait(SAVE_EVERY_S):
            self._save()

    def _save(self) -> None:
        if self._state_file is None:
            return
        try:
            self._state_file.save(self.fiskil.sandbox.clock.now(), self._content)
        except HarnessError as error:
            self._on_state_error(str(error))

    def _content(self) -> Content:
        with self.fiskil.sandbox.store.changing():
            deliveries = self._pump.states() if self._pump is not None else self._delivered
            return Content(sandbox=self.fiskil.sandbox.save(), deliveries=deliveries)

    def _deliveries(self) -> list[dict[str, object]]:
        return [msgspec.to_builtins(delivery) for delivery in tuple(self._pump.deliveries)] if self._pump is not None else []

    def _redeliver(self, message_id: str) -> dict[str, object]:
        if self._pump is None:
            raise UsageError("serve has no webhook receiver. Start it with --webhook-url.")
        record: dict[str, object] = msgspec.to_builtins(self._pump.redeliver(message_id))
        return record

    def _forget(self) -> None:
        self.log.begin()
        self._delivered = {}
        if self._pump is not None:
            self._pump.forget()
