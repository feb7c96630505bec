"""Every exception of the house, each with a message that says what is wrong, what is allowed and what to do.

::

    HarnessError
    ├── UsageError              what was asked for cannot be done (exit 2)
    │   ├── ConfigError         a key or value of the config
    │   ├── UnknownName         a name that nothing carries; knows the nearest match
    │   ├── UnsafeTarget        an address that is not loopback
    │   └── PlanError           a plan file that is no plan
    ├── AppError                the app under test does not start, or stopped
    │   ├── AppRefusal          it ended by itself before it was ready
    │   └── PortTaken           somebody else listens where it is to listen
    ├── HookError               a hook answered with something that is no answer
    ├── StepError               a step could not be performed; the scenario is INCONCLUSIVE
    │   ├── HookMissing         a step needs a hook that the config does not give
    │   └── ToolMissing         a step needs a program that this machine lacks
    └── FaultUnbitten           a fault waited and nothing came by
"""

import difflib
from collections.abc import Iterable


class HarnessError(Exception):
    """Something the reader can act on; its text is at most four sentences."""


class UsageError(HarnessError):
    """What was asked for cannot be done."""


class ConfigError(UsageError):
    """A key or a value of the config is wrong."""


class UnsafeTarget(UsageError):
    """An address outside this machine."""


class PlanError(UsageError):
    """A plan file that cannot be read as a plan."""


class UnknownName(UsageError):
    """A name that nothing carries."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, place: str = "", now: str = "") -> None:
        """Compose the message: the name, the nearest match and the first dozen known names.

        Args:
            now: The name that took the place of *name*; then nothing else is suggested.
        """
        self.name = name
        self.known = names = sorted(known)
        near = nearest(name, names)
        where = f" in {place}" if place else ""
        hint = f" Did you mean {near!r}?" if near else ""
        if now:
            super().__init__(f"No {kind} {name!r}{where}. It is now called {now!r}.")
            return
        shown, end = ", ".join(names[:12]), ", ..." if len(names) > 12 else "."
        known_text = f" Known: {shown}{end}" if names else ""
        super().__init__(f"No {kind} {name!r}{where}.{hint}{known_text}")


class AppError(HarnessError):
    """The app under test does not start, or stopped when it should not."""


class AppRefusal(AppError):
    """The app under test ended by itself before it was ready, and not for want of its port."""


class PortTaken(AppError):
    """Somebody else listens where the app under test is to listen."""


class HookError(HarnessError):
    """A hook of the app answered with something that is no answer."""


class StepError(HarnessError):
    """A step could not be performed."""


class HookMissing(StepError):
    """A step needs a hook that the config does not give."""

    def __init__(self, hook: str) -> None:
        """Name the *hook* as it stands in the config, for instance ``app.observe.effects``."""
        self.hook = hook
        super().__init__(f"The config gives no {hook}.")


class ToolMissing(StepError):
    """A step needs a program that this machine lacks; the text names what to install."""

    def __init__(self, tool: str, text: str) -> None:
        """Name the *tool*, and say in *text* what is wrong with it and how to get it."""
        self.tool = tool
        super().__init__(text)


class FaultUnbitten(HarnessError):
    """A fault waited for an exchange that never came."""


WORD = 3
"""So many letters are a word that a name may be looked for by."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that looks most like *name*, if one is near.

    One that contains it comes first, then a likely slip of the keys, then one that begins the same.
    """
    names, wanted = list(known), name.casefold()
    containing = [name for name in names if len(wanted) >= WORD and wanted in name.casefold()]
    if containing:
        return max(containing, key=lambda text: difflib.SequenceMatcher(None, wanted, text.casefold()).ratio())
    slip = difflib.get_close_matches(name, names, n=1, cutoff=0.75)
    alike = [name for name in names if len(wanted) > WORD and name.casefold().startswith(wanted[: WORD + 1])]
    close = (
        slip
        or difflib.get_close_matches(name, alike, n=1, cutoff=0)
        or difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    )
    return close[0] if close else None
