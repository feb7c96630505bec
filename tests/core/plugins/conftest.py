"""Fixtures that write plugins into a folder outside the repository, and load them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fiskil_harness.core import plugins

Load = Callable[..., None]

PROBE = '''
from fiskil_harness import Probe
from fiskil_harness.journal import Delivery

class SeesDeliveries(Probe, frozen=True, kw_only=True, tag="sees_deliveries"):
    """There are deliveries."""

    practices = ("webhooks.prompt-2xx",)

    def examine(self, journal):
        return self.passes("deliveries", examined=len(journal.all(Delivery)))
'''
STEP = '''
from fiskil_harness import Step, steps

class DeliverAll(Step, frozen=True, kw_only=True, tag="deliver_all"):
    """Everything is delivered."""

    times: int = 1

    def perform(self, stage):
        steps.Deliver().perform(stage)
'''
FAULT = '''
from fiskil_harness import Fault

class ServerHeader(Fault, frozen=True, kw_only=True, tag="server_header"):
    """The response names another server."""

    server: str = "gateway"

    def change_response(self, reply, exchange):
        return reply.with_header(b"server", self.server.encode())
'''
SCENARIO = '''"""Everything is delivered, although a header is unusual."""

import acme_plugin

from fiskil_harness import Scenario, steps

SCENARIO = Scenario(
    practices=("webhooks.prompt-2xx",),
    end_user="acme_anna",
    steps=(
        steps.Authorise(),
        steps.InjectFault("banking.accounts", acme_plugin.ServerHeader(server="cache")),
        acme_plugin.DeliverAll(times=2),
    ),
    probes=(acme_plugin.SeesDeliveries(),),
)
'''
PERSON = """like = "rosa"
why = "a customer of Acme"
given_name = "Anna"
family_name = "Acme"
email = "anna@acme.example"
phone = "+61491570156"
"""
REGISTER = """
from pathlib import Path
from fiskil_harness import signature

HERE = Path(__file__).parent
ACME = signature.Dialect(scheme=signature.Scheme(header="X-Acme", key="text", digest="hex", prefix="acme="))

def register(registry):
    registry.probe(SeesDeliveries)
    registry.step(DeliverAll)
    registry.fault(ServerHeader)
    registry.scheme("acme", ACME)
    registry.people(HERE / "people")
    registry.scenarios(HERE / "scenarios")
"""


@pytest.fixture(autouse=True)
def _no_plugins() -> Iterator[None]:
    yield
    plugins.unload()


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Return a function that writes modules, by name, and loads them as the plugins of a config."""

    def write_and_load(**modules: str) -> None:
        for name, text in modules.items():
            (tmp_path / f"{name}.py").write_text(text)
        plugins.load(list(modules), folder=tmp_path, source="fiskil-harness.toml")

    return write_and_load


@pytest.fixture
def acme(tmp_path: Path, load: Load) -> Path:
    """Load a plugin with one of each kind, and return its folder."""
    for name, text in {"people/acme_anna.toml": PERSON, "scenarios/acme_calm.py": SCENARIO}.items():
        path = tmp_path / name
        path.parent.mkdir()
        path.write_text(text)
    load(acme_plugin=PROBE + STEP + FAULT + REGISTER)
    return tmp_path
