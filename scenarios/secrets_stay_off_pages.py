"""An end user connects in a browser and presses every control; a good integration keeps secrets and calls on its server."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("credentials.not-in-frontend", "server.only", "tokens.not-in-browser"),
    steps=(
        steps.OpenPage(except_page="connect"),
        steps.WalkInBrowser(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.PressEveryControl(),
    ),
    probes=(probes.KeepsSecretsOffPages(), probes.CallsFromTheServer(), probes.KeepsTokensOffBrowsers()),
)
