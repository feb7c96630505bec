"""Templates that would only fail, or use all memory, when they are filled: the config is refused."""

import pytest

from fiskil_harness.core.config.placeholders import refuse_bad_templates
from fiskil_harness.core.config.schema import AppSettings, Settings
from fiskil_harness.errors import ConfigError


@pytest.mark.parametrize("template", ["{port:>99999999999}", "{port!r}", "{port:{port}}", "{port:d}", "{workdir!z}"])
def test_a_template_with_a_format_is_refused(template: str) -> None:
    """Values are inserted as they are, so a width or a conversion has no use."""
    with pytest.raises(ConfigError, match=r"app\.command"):
        refuse_bad_templates(Settings(app=AppSettings(command=f"run {template}")))
