"""Between the consent and the first data the page has nothing to show; a good one says that data is on its way."""

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
