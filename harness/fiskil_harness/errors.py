"""Every exception of the package; each message states what is wrong, what is allowed and what to do.

::

    HarnessError
    ├── UsageError              the request cannot be carried out (exit 2)
    │   ├── ConfigError         a key or value of the config
    │   ├── UnknownName         a name that does not exist, with the nearest match
    │   ├── UnsafeTarget        a URL that the harness must not call
    │   └── PlanError           a file that is not a valid plan
    ├── AppError                the app under test does not start, or has stopped
    │   ├── AppRefusal          the app exited before it was ready
    │   └── PortTaken           another process listens on the app's port
    ├── HookError               a hook returned an invalid response
    ├── StepError               a step could not be performed; the scenario is INCONCLUSIVE
    │   ├── HookMissing         a step needs a hook that the config does not give
    │   └── ToolMissing         a step needs a program that this machine lacks
    └── FaultUnbitten           a fault never fired
"""

import difflib
from collections.abc import Iterable


class HarnessError(Exception):
    """An error that the reader can act on; its text has at most four sentences."""


class UsageError(HarnessError):
    """A request that cannot be carried out."""


class ConfigError(UsageError):
    """An invalid key or value of the config."""


class UnsafeTarget(UsageError):
    """A target that the harness must not call: a host that is not this machine, or a production account."""


class PlanError(UsageError):
    """A file that is not a valid plan."""


class UnknownName(UsageError):
    """A name that does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str], *, place: str = "", now: str = "") -> None:
        """Compose the message: the name, the nearest match and the first dozen known names.

        Args:
            now: The new name of *name*, if it was renamed; the message then suggests only this name.
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
    """The app under test does not start, or stopped unexpectedly."""


class AppRefusal(AppError):
    """The app under test exited before it was ready, and not because its port was in use."""


class PortTaken(AppError):
    """Another process listens on the port of the app under test."""


class HookError(HarnessError):
    """A hook of the app returned an invalid response."""


class StepError(HarnessError):
    """A step could not be performed."""


class HookMissing(StepError):
    """A step needs a hook that the config does not give."""

    def __init__(self, hook: str) -> None:
        """Compose the message. *hook* is the config key of the hook, for example ``app.observe.effects``."""
        self.hook = hook
        super().__init__(f"The config gives no {hook}.")


class ToolMissing(StepError):
    """A step needs a program that is missing on this machine; the message states what to install."""

    def __init__(self, tool: str, text: str) -> None:
        """Store the name of the missing program *tool*; *text* is the message, which states how to install it."""
        self.tool = tool
        super().__init__(text)


class FaultUnbitten(HarnessError):
    """A fault that never fired because no exchange matched it."""


WORD = 3
"""The minimum number of letters for a match inside a name."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the name in *known* that is most similar to *name*, or None if none is similar.

    Names that contain *name* are preferred, then names that differ by a typing error, then names with the same beginning.
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
