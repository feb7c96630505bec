"""No webhook comes for a while, then some do, some fail, and all is well again: the app's monitoring shows each of it."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("alerts.webhook-failures", "webhooks.health-monitored"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Settle(),
        steps.ReadMonitors("calm"),
        steps.StayIdle(seconds=0.5),
        steps.ReadMonitors("idle"),
        steps.Refresh(),
        steps.ReadMonitors("asked"),  # what reading moves says nothing of deliveries
        steps.Sync("accounts"),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.Settle(),
        steps.ReadMonitors("good"),
        steps.FailNext(at="database"),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.FailNext(at="midway"),
        steps.Sync("accounts"),
        steps.Deliver(),
        steps.Settle(),
        steps.ReadMonitors("bad"),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.Settle(),
        steps.ReadMonitors("mended"),
        steps.Sync("accounts"),
        steps.Deliver(),
        steps.Settle(),
        steps.ReadMonitors("over"),
    ),
    probes=(probes.NoticesFailedDeliveries(), probes.CountsDeliveries()),
)
