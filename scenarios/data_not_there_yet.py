"""The consent is granted but no data is available yet; a good page shows that data is syncing."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("loading.syncing-shown",),
    steps=(
        steps.LookAt(page="connections"),
        steps.WalkInBrowser(),
        steps.Deliver(),
        steps.Settle(),
        steps.LookAt(page="connections", moment="unsynced"),
        steps.Sync(),
        steps.Deliver(),
        steps.Settle(),
        steps.LookUntilSynced(),
    ),
    probes=(probes.TellsOfSyncing(),),
)
