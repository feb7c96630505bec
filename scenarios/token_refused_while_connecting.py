"""The token endpoint refuses the key while an end user connects; a good integration stops, and connects after a restart."""

from fiskil_harness import Scenario, faults, probes, steps

SCENARIO = Scenario(
    practices=("edge.network-errors",),
    only_with=("app.command", "app.drive.start_session"),
    steps=(
        steps.LimitPages(rows=25),
        steps.ExpireTokens(),
        steps.DisturbRoutes("connect", faults.Status(status=403), "token"),
        steps.Restart(),
        steps.Connect(),
    ),
    probes=(probes.RetriesInBounds(), probes.HoldsEveryRow("transactions")),
)
