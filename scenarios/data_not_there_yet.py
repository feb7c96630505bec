"""Between the consent and the first data the page has nothing to show; a good one says that data is on its way."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("loading.syncing-shown",),
    steps=(
        steps.OpenPage(page="connections"),
        steps.WalkInBrowser(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.OpenPage(page="connections", moment="unsynced"),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.WatchUntilSynced(),
    ),
    probes=(probes.ShowsSyncing(),),
)
