"""The settings of a team in Fiskil's console, which cannot be changed through the API."""

from msgspec import Struct

from fiskil_harness.core.model import PERMISSIONS, USUAL_ENERGY_PERMISSIONS, USUAL_PERMISSIONS
from fiskil_harness.core.model.permission import all_of, permitted_at
from fiskil_harness.errors import UnknownName, UsageError

CORE_SCOPES = ("api:user.read", "api:user.write")
SCOPES = ("api:banking", "api:energy", *CORE_SCOPES)
VERSIONS = ("v1", "v2", "v3")
DEFAULT_VERSION = "v3"
LONGEST_CONSENT_DAYS = 365


def requested_permissions(datasets: tuple[str, ...]) -> tuple[str, ...]:
    """Return the permissions that an app reading *datasets* requests: the usual ones, and those of the datasets.

    At an energy retailer there are usual ones only for an app that reads energy data alone.
    """
    is_energy = bool(datasets) and {PERMISSIONS[name].industry for name in datasets} <= {"energy"}
    usual = (*USUAL_PERMISSIONS, *(USUAL_ENERGY_PERMISSIONS if is_energy else ()))
    return tuple(name for name in PERMISSIONS if name in {*usual, *datasets})


class Console(Struct, frozen=True, kw_only=True):
    """A team's settings.

    Attributes:
        permissions: The permissions that new consents request.
        scopes: The scopes of the API key.
        version: The API version for requests without an ``X-Fiskil-Version`` header.
        consent_days: The duration of new consents in days; 0 makes one-off consents. None applies the interpretation of the
            clause ``consents.duration``.
        is_chosen: True if the team has set the permissions, so that consents request no others. Otherwise a consent at an
            energy retailer requests all energy permissions.

    Raises:
        UnknownName: The console does not offer a permission, scope or version.
        UsageError: *consent_days* is out of range.

    Source: permissions.usual, token.scopes, token.energy-scope, versions.pin, consents.period
    """

    permissions: tuple[str, ...] = USUAL_PERMISSIONS
    scopes: tuple[str, ...] = SCOPES
    version: str = DEFAULT_VERSION
    consent_days: int | None = None
    is_chosen: bool = False

    def __post_init__(self) -> None:
        """Raise unless the console offers these values."""
        for kind, chosen, offered in (
            ("permission", self.permissions, PERMISSIONS),
            ("scope", self.scopes, SCOPES),
            ("version", (self.version,), VERSIONS),
        ):
            for name in chosen:
                if name not in offered:
                    raise UnknownName(kind, name, offered)
        if self.consent_days is not None and not 0 <= self.consent_days <= LONGEST_CONSENT_DAYS:
            got = f"{self.consent_days} day{'' if self.consent_days == 1 else 's'}"
            raise UsageError(f"A consent lasts from 1 to {LONGEST_CONSENT_DAYS} days, or 0 for a one-off one; got {got}.")

    def requested_from(self, industry: str, permissions: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return the permissions to request at an institution of *industry*: those of *permissions* that the industry has.

        If *permissions* is empty, the console's permissions apply.

        Source: permissions.usual
        """
        requested = permitted_at(industry, permissions or self.permissions)
        if permissions or self.is_chosen or not set(USUAL_PERMISSIONS) <= set(self.permissions):
            return requested
        return requested if set(requested) & set(all_of(industry)) else (*all_of(industry), *requested)
