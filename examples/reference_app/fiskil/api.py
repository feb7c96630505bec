"""The endpoints that the app uses, one method each."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from reference_app.datasets import TRANSACTIONS, Dataset
from reference_app.fiskil import paging, responses
from reference_app.fiskil.client import Client
from reference_app.fiskil.errors import FiskilError, Rejected
from reference_app.fiskil.limits import Deadline
from reference_app.fiskil.transport import Request


class Api:
    """Fiskil's endpoints, as far as this app needs them."""

    def __init__(self, client: Client, *, history_days: int) -> None:
        self._client = client
        self._history_days = history_days

    async def create_end_user(self, email: str, deadline: Deadline) -> str:
        """Create an end user and return its id. A repeated creation makes a second end user."""
        body = {"email": email}
        return await self._client.call(
            self._creation("/v1/end-users", body), responses.created_end_user_id, deadline=deadline
        )

    async def end_user_ids(self, email: str, deadline: Deadline) -> list[str]:
        """Return the ids of end users with this e-mail address. Compare here, because addresses must not be in URLs."""
        records = await paging.every_record(self._client, "/v1/end-users", "end_users", {}, deadline)
        return [str(record["id"]) for record in records if record.get("email") == email and record.get("id")]

    async def create_session(
        self, end_user_id: str, *, redirect_uri: str, cancel_uri: str, deadline: Deadline
    ) -> responses.Session:
        """Create a new auth session. Each session serves one attempt only."""
        body = {"end_user_id": end_user_id, "redirect_uri": redirect_uri, "cancel_uri": cancel_uri}
        return await self._client.call(self._creation("/v1/auth/session", body), responses.session, deadline=deadline)

    async def consents(self, end_user_id: str, deadline: Deadline) -> tuple[responses.Consent, ...]:
        """Return every consent of an end user, including ended ones."""
        params = {"end_user_id": end_user_id}
        records = await paging.every_record(self._client, "/v1/consent", "consents", params, deadline)
        return tuple(responses.consent(record) for record in records)

    async def revoke(self, consent_id: str, deadline: Deadline) -> None:
        """End a consent. A consent that Fiskil no longer knows has already ended."""
        url = f"{self._client.base_url}/v1/consent/{quote(consent_id, safe='')}"
        request = Request(endpoint="DELETE /v1/consent/{arrangement_id}", url=url)
        try:
            await self._client.call(request, lambda _: None, deadline=deadline)
        except Rejected as error:
            if not is_gone(error):
                raise

    async def rows(self, dataset: Dataset, end_user_id: str, deadline: Deadline) -> tuple[responses.Row, ...]:
        """Return every row of a dataset that the app may store. If a row is read twice, the later version counts."""
        rows: dict[str, responses.Row] = {}
        for selection in selections(dataset, self._history_days):
            params = {"end_user_id": end_user_id, **selection}
            for record in await paging.every_record(self._client, dataset.path, dataset.name, params, deadline):
                row = responses.row(record, dataset)
                rows[row.fiskil_id] = row
        return tuple(rows.values())

    def _creation(self, path: str, body: dict[str, str]) -> Request:
        return Request(
            endpoint=f"POST {path}",
            url=f"{self._client.base_url}{path}",
            body=body,
            is_repeatable=is_creation_repeatable(),
        )


def is_creation_repeatable() -> bool:
    """Return whether a creation with an unknown outcome is sent again; that could create two end users."""
    return False


def is_gone(error: FiskilError) -> bool:
    """Return whether a refusal to end a consent means that it no longer exists."""
    return error.status == 404


def selections(dataset: Dataset, history_days: int) -> tuple[dict[str, str], ...]:
    """Return the query parameters of the requests that together read a dataset.

    Transactions are read for the agreed history only. Pending ones often have no date, and a date filter would hide them.
    They are therefore read by status, and first: one that is posted in between is read twice, not missed.
    """
    if dataset is not TRANSACTIONS:
        return ({},)
    oldest = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=history_days)
    return ({"status": "PENDING"}, {"from": oldest.strftime("%Y-%m-%dT%H:%M:%SZ")})
