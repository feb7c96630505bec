"""The consent is granted but no data is available yet; a good page shows that data is syncing."""

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
