"""The local sandbox with somebody in it: an end user with data at a bank and at an energy retailer, ready to be read."""

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


class Household:
    """Keeps the same end user id through every ``begin``, so that what was drawn for one walk fits the next."""

    def __init__(self, fiskil: LocalFiskil) -> None:
        """Begin at once."""
        self._fiskil = fiskil
        self.begin()
        with HttpClient() as browser:
            api = Api(browser, fiskil.api_url)
            api.log_in(fiskil.credentials.client_id, fiskil.credentials.client_secret)
            self._token = api.token
            self._known = example_ids(api, END_USER_ID)

    def begin(self) -> None:
        """Forget everything and let the person consent again, at both."""
        self._fiskil.reset()
        move_in(self._fiskil.sandbox)

    def target(self) -> Target:
        """Where to send requests, and what is known there."""
        given = self._fiskil.credentials
        return Target(
            base_url=self._fiskil.api_url,
            token=self._token,
            ids={**self._known, "client_id": given.client_id, "client_secret": given.client_secret},
            interpretations=self._fiskil.sandbox.store.interpretations.chosen,
        )


def move_in(sandbox: Sandbox) -> None:
    """Let the person consent at both, and every dataset become ready."""
    sandbox.configure(permissions=tuple(PERMISSIONS))
    person = sandbox.admit(catalog.person(PERSON))
    end_user = sandbox.create_end_user(person, end_user_id=END_USER_ID)
    for institution_id in (RETAILER, BANK):
        consent = sandbox.authorise(end_user, person, institution_id=institution_id)
        for dataset in consent.permissions:
            sandbox.sync(consent, dataset)
