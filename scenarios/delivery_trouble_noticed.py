"""No webhook comes for a while, then some do, some fail, and all is well again: the app's monitoring shows each of it."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("alerts.webhook-failures", "webhooks.health-monitored"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("calm"),
        steps.StayIdle(seconds=0.5),
        steps.ReadMonitoring("idle"),
        steps.Refresh(),
        steps.ReadMonitoring("asked"),  # what reading moves says nothing of deliveries
        steps.Sync("accounts"),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("good"),
        steps.FailNext(at="database"),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.FailNext(at="midway"),
        steps.Sync("accounts"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("bad"),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("mended"),
        steps.Sync("accounts"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("over"),
    ),
    probes=(probes.NoticesFailedDeliveries(), probes.CountsDeliveries()),
)
