"""The hooks, facts and limits that a config sets."""

import re
from collections.abc import Sequence

from fiskil_harness.core.config.schema import Settings

FACTS = "app.facts"
LIMITS = "app.limits."
_IN_ENV = re.compile(r"\{(\w+)\} in \[app\.env\]")


def is_in_config(settings: Settings, hook: str) -> bool:
    """Return whether the config sets *hook*, or gives the app as a Python object that may provide the hook."""
    if hook.startswith(LIMITS):
        return hook.removeprefix(LIMITS) in settings.stated_limits
    value = _IN_ENV.fullmatch(hook)
    if value:
        return settings.app.passes(value[1]) or bool(settings.app.object)
    return is_set(settings, hook.split(".")) or (bool(settings.app.object) and not hook.startswith(FACTS))


def is_set(settings: Settings, keys: Sequence[str]) -> bool:
    """Return whether the config has a value at the path *keys*; false and 0 are values, empty texts and tables are not."""
    node: object = settings
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else getattr(node, key, None)
    return node is not None and node not in ("", (), {})
