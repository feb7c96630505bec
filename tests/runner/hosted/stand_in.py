"""A second local Fiskil that replaces the hosted API in tests."""

import msgspec

from fiskil_harness.core.config import Settings
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.sandbox import EndUser
from fiskil_harness.server.local_fiskil import LocalFiskil


class StandIn:
    """The hosted API of a test, with an end user whose data has several pages, and the config for it."""

    def __init__(self, fiskil: LocalFiskil, rosa: EndUser) -> None:
        self.fiskil, self.rosa = fiskil, rosa

    def settings(self, name: str = "reference_app", **more: object) -> Settings:
        """Return the config of a gallery app with this API as the hosted one, and the keys *more* of ``[hosted]``."""
        settings = gallery.settings(gallery.app(name))
        ca_file = str(self.fiskil.certificates.ca_file)
        keys = {"url": self.fiskil.api_url, "ca_file": ca_file, "end_user_id": self.rosa.end_user_id, **more}
        return msgspec.structs.replace(settings, hosted=msgspec.structs.replace(settings.hosted, **keys))


def verdicts(outcome: Outcome) -> dict[str, Verdict]:
    """Return the verdict of each probe."""
    return {finding.probe: finding.verdict for finding in outcome.findings}
