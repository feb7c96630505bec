"""Names that a plugin registers are known everywhere: in plans, expressions, configs, journals and tables."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fiskil_harness import JournalBuilder, LocalFiskil, Scenario
from fiskil_harness.core import catalog, plugins
from fiskil_harness.core.config import parse
from fiskil_harness.core.redaction.placeholders import Placeholders
from fiskil_harness.errors import ConfigError, UnknownName
from fiskil_harness.faults import FAULTS
from fiskil_harness.faults.expression import rules_of, text_of
from fiskil_harness.journal import Journal
from fiskil_harness.probes import PROBES, Verdict, evaluation
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.probes.practices import practice
from fiskil_harness.runner.recording import recording_of, scenario_of, stored_scenario
from fiskil_harness.scenario.scenario import dump_plan, load, load_all, read_plan
from fiskil_harness.scenario.selection import select
from fiskil_harness.scenario.steps import STEPS
from tests.core.plugins.conftest import PROBE


def module() -> Any:
    return importlib.import_module("acme_plugin")


@pytest.mark.usefixtures("acme")
def test_the_tables_have_each_name() -> None:
    """Each of the six kinds is found where those that ship are found."""
    assert (PROBES["sees_deliveries"], STEPS["deliver_all"], FAULTS["server_header"]) == (
        module().SeesDeliveries,
        module().DeliverAll,
        module().ServerHeader,
    )
    assert catalog.person("acme_anna").email == "anna@acme.example"
    assert "acme_calm" in catalog.scenario_names()
    assert "acme_calm" in {scenario.name for scenario in load_all()}
    assert [plugins.registered(kind) for kind in ("probe", "step", "fault", "scheme", "person", "scenario")] == [
        ["sees_deliveries"],
        ["deliver_all"],
        ["server_header"],
        ["acme"],
        ["acme_anna"],
        ["acme_calm"],
    ]


@pytest.mark.usefixtures("acme")
def test_a_scheme_is_chosen_by_its_name() -> None:
    """The config gets the scheme and the payload of the plugin."""
    settings = parse({"app": {"webhook": {"scheme": "acme"}}}, folder=Path())

    assert settings.app.webhook.scheme == module().ACME.scheme


@pytest.mark.usefixtures("acme")
def test_a_fault_is_part_of_expressions() -> None:
    """An expression with the fault is read, and written back."""
    text = "banking.accounts: server_header server cache, first 2"

    (rule,) = rules_of(text)

    assert rule.fault == module().ServerHeader(server="cache")
    assert rules_of(text_of(rule)) == (rule,)


def test_a_plan_survives_its_file(acme: Path) -> None:
    """A plan with a probe, a step and a fault of the plugin is saved and read again."""
    scenario = load("acme_calm")
    (acme / "plan.json").write_text(dump_plan(scenario, seed=3))

    assert read_plan(acme / "plan.json").scenario == scenario
    assert select([str(acme / "scenarios" / "acme_calm.py")])[0].steps == scenario.steps


@pytest.mark.usefixtures("acme")
def test_a_recorded_scenario_is_read_again() -> None:
    """A journal file holds the scenario, so that `judge` can use the probe again."""
    scenario = load("acme_calm")
    outcome = Outcome(scenario="acme_calm", title="", practices=scenario.practices, seed=0, findings=())
    recording = recording_of(
        scenario,
        Journal(),
        outcome,
        crashed="",
        hooks=(),
        is_judged=True,
        took_s=0,
        placeholders=Placeholders(),
    )

    assert scenario_of(stored_scenario(importlib.import_module("gzip").decompress(recording.line))) == scenario


@pytest.mark.usefixtures("acme")
def test_a_finding_counts_for_the_practices_of_its_probe() -> None:
    """The probe is listed among those of the practice, although practices.toml does not name it."""
    probe = module().SeesDeliveries()

    (finding, *_) = evaluation.findings(
        [probe], Journal(), practices=("webhooks.prompt-2xx", "webhooks.signature"), crashed="", missing=""
    )

    assert (finding.verdict, finding.practices) == (Verdict.INCONCLUSIVE, ("webhooks.prompt-2xx",))
    assert "sees_deliveries" in practice("webhooks.prompt-2xx").probes


def test_a_general_probe_examines_every_journal(load: Callable[..., None]) -> None:
    """A FAIL counts in every scenario for the practices of the probe, as for those that ship."""
    text = PROBE.replace("practices = (", "is_general = True\n    practices = (").replace(
        "return self.passes(", "return self.fails('seen') if journal.all(Delivery) else self.passes("
    )
    load(general=f"{text}\ndef register(registry):\n    registry.probe(SeesDeliveries)\n")
    builder = JournalBuilder()
    builder.deliver("e0")

    findings = evaluation.general_failures([], builder.build())

    assert [(finding.probe, finding.practices) for finding in findings] == [("sees_deliveries", ("webhooks.prompt-2xx",))]


def test_a_scenario_imports_modules_beside_the_config(load: Callable[..., None], tmp_path: Path) -> None:
    """Its file is imported later than the plugin; after unloading, the folder is searched no more."""
    (tmp_path / "acme_people.py").write_text("PRACTICES = ('webhooks.idempotent',)\n")
    (tmp_path / "acme_idle.py").write_text(
        '"""Idle."""\nfrom acme_people import PRACTICES\nfrom fiskil_harness import Scenario\n'
        "SCENARIO = Scenario(practices=PRACTICES, steps=(), probes=())\n"
    )
    load(acme_late=f"def register(registry):\n    registry.scenarios({str(tmp_path / 'acme_idle.py')!r})\n")

    scenario = catalog.load_scenario_file(catalog.scenario_path("acme_idle"))
    plugins.unload()

    assert scenario.practices == ("webhooks.idempotent",)
    assert str(tmp_path) not in sys.path


def test_a_plugin_may_change_the_path(load: Callable[..., None]) -> None:
    """The folder is gone after its import, which is no error of the harness."""
    load(acme_path="import sys\nsys.path.remove(sys.path[0])\ndef register(registry):\n    pass\n")

    assert [plugin.module for plugin in plugins.loaded()] == ["acme_path"]


def test_a_plugin_that_prints_leaves_the_output_alone(load: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    """A command with ``--json -`` prints nothing but JSON."""
    load(acme_chatty="print('imported')\ndef register(registry):\n    print('registered')\n")

    assert capsys.readouterr() == ("", "imported\nregistered\n")


@pytest.mark.usefixtures("acme")
def test_nothing_is_left_after_unloading() -> None:
    """Every table is as before, and the names can be registered again."""
    plugins.unload()

    assert not {"sees_deliveries", "deliver_all", "server_header"} & {*PROBES, *STEPS, *FAULTS}
    assert "sees_deliveries" not in practice("webhooks.prompt-2xx").probes
    with pytest.raises(UnknownName):
        catalog.person("acme_anna")
    with pytest.raises(UnknownName):
        load("acme_calm")


@pytest.mark.usefixtures("acme")
def test_another_process_registers_the_same() -> None:
    """A worker process gets the list of plugins, not of modules to search for."""
    loaded = plugins.loaded()
    plugins.unload()

    plugins.register(loaded)

    assert "sees_deliveries" in PROBES


def test_a_plugin_is_loaded_once(load: Callable[..., None]) -> None:
    """Every command reads the config more than once."""
    text = "COUNT = []\ndef register(registry):\n    COUNT.append(1)\n"

    load(counted=text)
    load(counted=text)

    assert importlib.import_module("counted").COUNT == [1]


def test_a_registered_scenario_names_practices(load: Callable[..., None], tmp_path: Path) -> None:
    """Without practices a failure would not shut the gate."""
    (tmp_path / "idle.py").write_text(
        '"""Idle."""\nfrom fiskil_harness import Scenario\nSCENARIO = Scenario(practices=(), steps=(), probes=())\n'
    )
    load(lazy=f"def register(registry):\n    registry.scenarios({str(tmp_path / 'idle.py')!r})\n")

    with pytest.raises(
        ConfigError, match="Plugin 'lazy': the scenario 'idle' names no practices, so a gate would ignore it"
    ):
        load_all()


@pytest.mark.usefixtures("acme")
def test_a_fault_acts_on_a_client(fiskil: LocalFiskil) -> None:
    """The control API reads the fault by its name, and the response is changed."""
    import httpx

    with (
        httpx.Client(base_url=fiskil.api_url, timeout=30) as client,
        fiskil.broken("institutions.list", module().ServerHeader()),
    ):
        assert client.get("/v1/institutions").headers["server"] == "gateway"


def test_an_unknown_class_is_named() -> None:
    """A scenario with a class that no plugin registered says which name is unknown."""
    plan = {"practices": [], "probes": [], "steps": [{"type": "authorise"}, {"type": "deliver_all"}]}

    with pytest.raises(ValueError, match=r"Invalid value 'deliver_all' - at `\$.steps\[1\].type`"):
        plugins.convert(plan, Scenario)
