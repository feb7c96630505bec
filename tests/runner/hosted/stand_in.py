"""A second local Fiskil that stands in for the hosted one, and how outcomes are read."""

import msgspec

from fiskil_harness.core.config import Settings
from fiskil_harness.gate.selftest import gallery
from fiskil_harness.probes import Verdict
from fiskil_harness.probes.outcome import Outcome
from fiskil_harness.server.local_fiskil import Enrolled, LocalFiskil


class StandIn:
    """The hosted API of a test: somebody with data on several pages, and how a config tells of it."""

    def __init__(self, fiskil: LocalFiskil, rosa: Enrolled) -> None:
        self.fiskil, self.rosa = fiskil, rosa

    def settings(self, name: str = "reference_app", **more: object) -> Settings:
        """The config of an app of the gallery, with this API as the hosted one."""
        settings = gallery.settings(gallery.app(name))
        ca_file = str(self.fiskil.certificates.ca_file)
        told = {"url": self.fiskil.api_url, "ca_file": ca_file, "end_user_id": self.rosa.end_user_id, **more}
        return msgspec.structs.replace(settings, hosted=msgspec.structs.replace(settings.hosted, **told))


def verdicts(outcome: Outcome) -> dict[str, Verdict]:
    """The verdict of each probe."""
    return {finding.probe: finding.verdict for finding in outcome.findings}
