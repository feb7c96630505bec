"""Names of packages from the modules of classes."""

import pytest

from fiskil_harness import probes
from fiskil_harness.core.tags import package_of


@pytest.mark.parametrize(
    ("module", "package"),
    [("my_probes", ""), ("team.stored_rows.probe", ""), ("fiskil_harness", ""), ("fiskil_harness.probes.pages.x", "pages")],
)
def test_a_class_of_a_plugin_has_no_package(module: str, package: str) -> None:
    """A plugin may be one module at the top, or have a package that is called like ours."""
    assert package_of(type("AnyName", (), {"__module__": module})) == package


def test_a_probe_of_the_harness_has_the_package_of_its_family() -> None:
    """The folder of its file."""
    assert package_of(probes.HoldsEveryRow) == "stored_rows"
