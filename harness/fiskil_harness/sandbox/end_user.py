"""The end user that tests and scenarios pass around: a person enrolled in one sandbox or at the hosted API."""

from typing import TYPE_CHECKING, Any

from fiskil_harness.core.config.template_values import of_end_user
from fiskil_harness.core.model import Consent, Person

if TYPE_CHECKING:
    from fiskil_harness.sandbox.sandbox import Sandbox


class EndUser:
    """A person enrolled in one sandbox, with what the app did for them. Twins have the same person, but other ids.

    The sandbox is None for the end user of a hosted account, whose consents the harness does not know.

    Attributes:
        person: The person with their data at the institutions.
        end_user_id: The id that the app sends with each request for data; "" until the app or a test registers them.
        participant: The end user's name in a scenario; "" for a scenario's main end user, and in tests.
        ref: The app's own id for the end user, chosen by the harness.
        event_symbols: The symbols of their events in a scenario, oldest first.
        extra_symbols: The symbols of their events about public data and early stages of a dataset, oldest first.
        session_ids: The ids of the auth sessions that the app opened for them, oldest first.
        return_url: The URL of the last redirect back to the app, with its parameters.
        is_embedded: True if the app embeds the consent page, and so receives a message from that page instead of a redirect.
        last_sdk_message: The session id and the content of the consent page's last message; None before the first message.
    """

    def __init__(
        self, sandbox: "Sandbox | None", person: Person, *, end_user_id: str = "", participant: str = "", ref: str = ""
    ) -> None:
        self._sandbox = sandbox
        self.person = person
        self.end_user_id = end_user_id
        self.participant = participant
        self.ref = ref
        self.event_symbols: list[str] = []
        self.extra_symbols: list[str] = []
        self.session_ids: list[str] = []
        self.return_url = ""
        self.is_embedded = False
        self.last_sdk_message: tuple[str, dict[str, Any]] | None = None

    @property
    def consents(self) -> list[Consent]:
        """Every known consent in its present state, ended ones included, oldest first."""
        return self._sandbox.consents_of(self.end_user_id) if self._sandbox else []

    @property
    def consent(self) -> Consent | None:
        """The latest consent in its present state; None before the first."""
        return next(reversed(self.consents), None)

    @property
    def transaction_ids(self) -> set[str]:
        """The ``fiskil_id`` of each transaction that the API serves now under the latest consent; empty without one."""
        sandbox, consent = self._sandbox, self.consent
        return {row.fiskil_id for row in sandbox.rows(consent, "transactions")} if sandbox and consent else set()

    @property
    def email(self) -> str:
        """The address under which the app knows them.

        It contains ``ref``: an app that stores one end user per address must not confuse twins, or scenarios. At the
        institution they type the person's own address.
        """
        local, _, domain = self.person.email.partition("@")
        return f"{local}+{self.ref}@{domain}" if self.ref else self.person.email

    @property
    def values(self) -> dict[str, str]:
        """The values about this end user that templates may use."""
        return of_end_user(ref=self.ref, end_user_id=self.end_user_id, email=self.email, name=self.person.full_name)
