"""A bad plugin is refused with its name and the reason, and nothing of it, or of the others, is registered."""

import importlib.metadata
from collections.abc import Callable
from pathlib import Path

import pytest

from fiskil_harness.core import catalog, plugins
from fiskil_harness.core.config import load_plugins, parse
from fiskil_harness.errors import ConfigError
from fiskil_harness.probes import PROBES
from fiskil_harness.scenario.steps import STEPS
from tests.core.plugins.conftest import FAULT, PROBE, STEP

Load = Callable[..., None]
GOOD = PROBE + "def register(registry):\n    registry.probe(SeesDeliveries)\n"


def refusal(load: Load, text: str) -> str:
    """Return the message about the plugin ``bad``, which is loaded together with a good one."""
    with pytest.raises(ConfigError) as error:
        load(good=GOOD, bad=text)
    assert plugins.loaded() == ()
    assert "sees_deliveries" not in PROBES
    assert "deliver_all" not in STEPS
    return str(error.value)


def registering(definition: str, *calls: str) -> str:
    return "\n".join([definition, "def register(registry):", *(f"    registry.{call}" for call in calls), ""])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("raise RuntimeError('no database')", "cannot be imported: RuntimeError: no database."),
        ("raise SystemExit(3)", "cannot be imported: SystemExit: 3."),
        ("def register(registry:", "cannot be imported: SyntaxError: "),
        ("import no_such_module", "cannot be imported: ModuleNotFoundError: No module named 'no_such_module'."),
        ("NAME = 1", "has no function register(registry). `fiskil-harness new probe NAME` writes an example."),
    ],
)
def test_a_module_that_is_no_plugin_is_named(load: Load, text: str, message: str) -> None:
    """The message begins with the config and the module."""
    shown = refusal(load, text)

    assert shown.startswith("fiskil-harness.toml: the plugin 'bad' ")
    assert message in shown


def test_an_error_in_register_is_named(load: Load) -> None:
    """An error of the plugin's own code is the user's mistake, not an internal error."""
    message = refusal(load, registering(STEP, "step(DeliverAll)", "step(Nothing)"))

    assert message == (
        "fiskil-harness.toml: register() of the plugin 'bad' failed: NameError: name 'Nothing' is not defined."
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (registering(STEP, "step(DeliverAll)", "step(DeliverAll)"), "the step 'deliver_all' is defined twice. Remove one"),
        (
            registering(STEP.replace('"deliver_all"', '"deliver"'), "step(DeliverAll)"),
            "the step 'deliver' is taken: it ships with fiskil-harness. Choose another name.",
        ),
        (
            registering(PROBE, "probe(SeesDeliveries)"),
            "the probe 'sees_deliveries' is taken by the plugin 'good'. Choose another name.",
        ),
        (
            registering(STEP.replace("frozen=True", "frozen=False"), "step(DeliverAll)"),
            "the step DeliverAll is not frozen, so a run could change it. "
            'Write class DeliverAll(Step, frozen=True, kw_only=True, tag="deliver_all").',
        ),
        (
            registering(STEP.replace(', tag="deliver_all"', ""), "step(DeliverAll)"),
            "the step DeliverAll has no tag, which is its name in plans. "
            'Write class DeliverAll(Step, frozen=True, kw_only=True, tag="deliver_all").',
        ),
        (
            registering(STEP.replace('"deliver_all"', '"Deliver All"'), "step(DeliverAll)"),
            "the step 'Deliver All' has no valid name. A name has small letters, digits and underscores.",
        ),
        (registering(STEP, "probe(DeliverAll)"), "DeliverAll is no subclass of fiskil_harness.Probe, so it is no probe."),
        (registering(STEP, "fault('x')"), "'x' is no subclass of fiskil_harness.Fault, so it is no fault."),
        (
            registering(STEP.replace("times: int = 1", "app: object = None"), "step(DeliverAll)"),
            "the step 'deliver_all' has the field 'app', which JSON cannot hold. Use numbers, texts, and tuples of these.",
        ),
        (
            registering(STEP.replace("times: int = 1", "app: 'Nothing' = None"), "step(DeliverAll)"),
            "the step 'deliver_all' has a field that JSON cannot hold: name 'Nothing' is not defined.",
        ),
        (
            registering(STEP.replace("def perform", "def act"), "step(DeliverAll)"),
            "the step 'deliver_all' has no method perform(self, stage).",
        ),
        (
            registering(FAULT.replace("def change_response", "def change"), "fault(ServerHeader)"),
            "the fault 'server_header' changes nothing. Override one of disturb_sandbox, ",
        ),
        (
            registering(FAULT.replace("server: str", "server: dict[str, str] | str"), "fault(ServerHeader)"),
            "the fault 'server_header' has the field 'server', which a fault expression cannot contain.",
        ),
        (
            registering(FAULT.replace('"server_header"', '"once"'), "fault(ServerHeader)"),
            "the fault 'once' has the name of a word of fault expressions. Choose another name.",
        ),
        (
            registering("from fiskil_harness import signature", "scheme('svix', signature.Dialect())"),
            "the scheme 'svix' is taken: it ships with fiskil-harness.",
        ),
        (registering("", "scheme('acme', 'hmac')"), "the scheme 'acme' is a str. Give a signature.Dialect."),
        (registering("", "people('people')"), "there is no .toml file at 'people'. Give a path that begins at Path"),
        (registering("", "scenarios('a.py')"), "there is no .py file at 'a.py'. Give a path that begins at Path"),
    ],
)
def test_what_cannot_be_registered_is_named(load: Load, text: str, message: str) -> None:
    """The message names the plugin, the kind and the name, and says what to write instead."""
    assert refusal(load, text).startswith(f"Plugin 'bad': {message}")


def test_an_invalid_scheme_is_refused(load: Load) -> None:
    """The checks of the config apply to the schemes of plugins."""
    dialect = "signature.Dialect(scheme=signature.Scheme(header='X-A', signs='no body'))"

    message = refusal(load, registering("from fiskil_harness import signature", f"scheme('acme', {dialect})"))

    assert message.startswith("Plugin 'bad', scheme 'acme': app.webhook.scheme.signs must contain {body} once")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("rosa", "", "the person 'rosa' is taken: it ships with fiskil-harness."),
        ("anna", 'given_nam = "x"', "The file anna.toml of a person has an unknown field: 'given_nam'."),
    ],
)
def test_the_file_of_a_person_is_checked(load: Load, tmp_path: Path, name: str, text: str, message: str) -> None:
    """The file is checked when the plugin is loaded."""
    (tmp_path / f"{name}.toml").write_text(text)

    shown = refusal(load, registering("", f"people({str(tmp_path)!r})"))

    assert shown.startswith(f"Plugin 'bad': {message}")
    assert name == "rosa" or name not in catalog.people()


def test_a_scenario_with_a_taken_name_is_refused(load: Load, tmp_path: Path) -> None:
    """A name of the route grid, which has no file, is not free either."""
    (tmp_path / "happy_path.py").write_text("")

    shown = refusal(load, registering("", f"scenarios({str(tmp_path / 'happy_path.py')!r})"))

    assert shown == "Plugin 'bad': the scenario 'happy_path' is taken: it ships with fiskil-harness. Choose another name."


def test_a_refused_plugin_can_be_corrected(load: Load) -> None:
    """A long-lived process, such as that of a test runner, reads the file again."""
    refusal(load, registering(STEP.replace("def perform", "def act"), "step(DeliverAll)"))

    load(good=GOOD, bad=registering(STEP + "# corrected\n", "step(DeliverAll)"))

    assert "deliver_all" in STEPS


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["tests/probes.py"], "plugins names 'tests/probes.py', which is no module. Write it like 'tests.fiskil_probes'."),
        (["one", "one"], "plugins names 'one' twice. Remove one."),
        ("one", "Expected 'array', got 'str' at 'plugins'."),
    ],
)
def test_a_wrong_list_is_refused(names: object, message: str) -> None:
    """The key ``plugins`` is a list of different modules."""
    with pytest.raises(ConfigError) as error:
        parse({"plugins": names}, folder=Path())

    assert str(error.value) == f"fiskil-harness.toml: {message}"


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Install a package whose entry point is the module ``installed_acme``."""
    metadata = folder / "acme-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[{plugins.GROUP}]\nacme = installed_acme\n")
    (folder / "installed_acme.py").write_text(text)
    monkeypatch.syspath_prepend(folder)
    plugins.unload()
    assert [point.value for point in importlib.metadata.entry_points(group=plugins.GROUP)] == ["installed_acme"]


def test_an_installed_plugin_needs_no_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry point of an installed package is loaded for every command."""
    install(tmp_path, monkeypatch, GOOD)

    load_plugins(folder=tmp_path)

    assert plugins.origin_of("probe", "sees_deliveries") == "installed_acme"


def test_an_installed_plugin_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says that no config, but a package names the module."""
    install(tmp_path, monkeypatch, "raise ValueError('too old')")

    with pytest.raises(ConfigError) as error:
        load_plugins(folder=tmp_path)

    assert str(error.value) == (
        "the installed plugin 'acme': the plugin 'installed_acme' cannot be imported: ValueError: too old."
    )
