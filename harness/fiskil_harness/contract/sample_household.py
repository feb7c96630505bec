"""A local sandbox with one end user who has data at a bank and at an energy retailer."""

from fiskil_harness.contract.client import Api
from fiskil_harness.contract.example_ids import example_ids
from fiskil_harness.contract.schemathesis_run import Target
from fiskil_harness.core import catalog
from fiskil_harness.core.model import PERMISSIONS
from fiskil_harness.core.net.http_client import HttpClient
from fiskil_harness.sandbox import Sandbox
from fiskil_harness.server.local_fiskil import LocalFiskil

BANK, RETAILER = "88888", "99999"
PERSON = "rosa"
END_USER_ID = "eu_contract0000000000000000000"


class SampleEndUser:
    """One end user in a local Fiskil; ``begin`` creates them again with the same id, so that earlier requests stay valid."""

    def __init__(self, fiskil: LocalFiskil) -> None:
        """Create the end user and read the ids of their data."""
        self._fiskil = fiskil
        self.begin()
        with HttpClient() as client:
            api = Api(client, fiskil.api_url)
            api.log_in(fiskil.credentials.client_id, fiskil.credentials.client_secret)
            self._token = api.token
            self._ids = example_ids(api, END_USER_ID)

    def begin(self) -> None:
        """Reset the sandbox and give the person's consents at both institutions again."""
        self._fiskil.reset()
        add_sample_end_user(self._fiskil.sandbox)

    def target(self) -> Target:
        """Return the local API as a target for Schemathesis, with the ids of the end user's data."""
        credentials = self._fiskil.credentials
        return Target(
            base_url=self._fiskil.api_url,
            token=self._token,
            ids={**self._ids, "client_id": credentials.client_id, "client_secret": credentials.client_secret},
            interpretations=self._fiskil.sandbox.store.interpretations.chosen,
        )


def add_sample_end_user(sandbox: Sandbox) -> None:
    """Create the end user, give consents at both institutions, and complete the sync of every dataset."""
    sandbox.configure(permissions=tuple(PERMISSIONS))
    end_user = sandbox.create_end_user(catalog.person(PERSON), end_user_id=END_USER_ID)
    for institution_id in (RETAILER, BANK):
        consent = sandbox.authorise(end_user, institution_id=institution_id)
        for dataset in consent.permissions:
            sandbox.sync(consent, dataset)
