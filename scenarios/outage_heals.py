"""Every call for data fails for a while; a good integration limits its retries and recovers afterwards."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Settle(),
        steps.Sync(),
        steps.Break("banking.*", faults.Status(status=503), times=0),
        steps.Refresh(),
        steps.Mend(),
        steps.Refresh(),
    ),
    probes=(probes.RetriesInBounds(), probes.HoldsEveryRow("transactions")),
)
