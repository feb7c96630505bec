"""The API client of this process, with the details of consents and the accounts of rows that this app shows."""

import os
from datetime import datetime

from correct.flask_client import fiskil
from correct.flask_client.fiskil import Fiskil

fiskil.DATASETS.update({name: ("account_id", *columns) for name, columns in fiskil.DATASETS.items()})


class Api(Fiskil):
    """The endpoints that this app uses."""

    def consents(self, end_user_id, until):
        """Return the consents of an end user: id to readable datasets; ``details`` has what people want to know."""
        records = self._every("/v1/consent", "consents", {"end_user_id": end_user_id}, until)
        listed = Listing({fiskil.text(record, "arrangement_id"): fiskil.readable(record) for record in records})
        listed.details = {record["arrangement_id"]: details(record) for record in records}
        return listed


class Listing(dict):
    """A list of consents."""

    details = {}


def details(record):
    """Return bank, datasets and end of a consent, as far as they are usable."""
    permissions = record.get("permissions")
    try:
        expires_at = datetime.fromisoformat(record.get("expires_at") or "")
    except (ValueError, TypeError):
        expires_at = None
    named = ", ".join(name for name in permissions if isinstance(name, str)) if isinstance(permissions, list) else ""
    bank = record.get("institution_name") or ""
    return {"bank": bank if isinstance(bank, str) else "", "datasets": named, "expires_at": expires_at}


api = Api(
    origin=os.environ["FISKIL_BASE_URL"],
    client_id=os.environ["FISKIL_CLIENT_ID"],
    client_secret=os.environ["FISKIL_CLIENT_SECRET"],
    ca_file=os.environ.get("SSL_CERT_FILE", ""),
)
