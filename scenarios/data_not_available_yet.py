"""The consent is granted but no data is available yet; each page of a good app shows that data is syncing."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("loading.syncing-shown", "credentials.not-in-frontend", "server.only", "tokens.not-in-browser"),
    steps=(
        steps.OpenPage(except_page="connect"),
        steps.WalkInBrowser(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.OpenPage(except_page="connect", moment="unsynced"),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.WatchUntilSynced(),
        steps.ReopenPages(),
    ),
    probes=(
        probes.ShowsSyncing(),
        probes.KeepsSecretsOffPages(),
        probes.CallsFromTheServer(),
        probes.KeepsTokensOffBrowsers(),
    ),
)
