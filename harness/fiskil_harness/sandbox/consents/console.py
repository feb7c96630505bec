"""What a team sets in Fiskil's console, where the API has no call for it."""

from msgspec import Struct

from fiskil_harness.core.model import PERMISSIONS, USUAL_PERMISSIONS
from fiskil_harness.core.model.permission import all_of, permitted_at
from fiskil_harness.errors import UnknownName, UsageError

CORE_SCOPES = ("api:user.read", "api:user.write")
SCOPES = ("api:banking", "api:energy", *CORE_SCOPES)
VERSIONS = ("v1", "v2", "v3")
DEFAULT_VERSION = "v3"
LONGEST_CONSENT_DAYS = 365


def requested_permissions(datasets: tuple[str, ...]) -> tuple[str, ...]:
    """What end users of an app that reads *datasets* are asked for: the usual, and whatever else it reads."""
    return tuple(name for name in PERMISSIONS if name in {*USUAL_PERMISSIONS, *datasets})


class Console(Struct, frozen=True, kw_only=True):
    """A team's settings.

    ``permissions`` is what end users are asked for, ``scopes`` what the API key may do, ``version`` the version of the API
    that rules calls which name none. ``consent_days`` is how long consents last from then on, 0 for one-off ones; without a
    number the clause ``consents.duration`` says. ``is_chosen`` says that a team has set the permissions: then no
    institution is asked for more than these, while at first a retailer is asked for all that it has.

    Source: permissions.usual, token.scopes, token.energy-scope, versions.pin, consents.period
    """

    permissions: tuple[str, ...] = USUAL_PERMISSIONS
    scopes: tuple[str, ...] = SCOPES
    version: str = DEFAULT_VERSION
    consent_days: int | None = None
    is_chosen: bool = False

    def __post_init__(self) -> None:
        """Refuse what the console does not offer."""
        for kind, chosen, known in (
            ("permission", self.permissions, PERMISSIONS),
            ("scope", self.scopes, SCOPES),
            ("version", (self.version,), VERSIONS),
        ):
            for text in chosen:
                if text not in known:
                    raise UnknownName(kind, text, known)
        if self.consent_days is not None and not 0 <= self.consent_days <= LONGEST_CONSENT_DAYS:
            asked = f"{self.consent_days} day{'' if self.consent_days == 1 else 's'}"
            raise UsageError(f"A consent lasts from 1 to {LONGEST_CONSENT_DAYS} days, or 0 for a one-off one; got {asked}.")

    def requested_from(self, industry: str, permissions: tuple[str, ...] = ()) -> tuple[str, ...]:
        """What an institution of *industry* is asked for: *permissions*, or what the console says, as far as it has it.

        Source: permissions.usual
        """
        asked = permitted_at(industry, permissions or self.permissions)
        if permissions or self.is_chosen or not set(USUAL_PERMISSIONS) <= set(self.permissions):
            return asked
        return asked if set(asked) & set(all_of(industry)) else (*all_of(industry), *asked)
