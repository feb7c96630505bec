"""No webhook comes for a while, then some do, then some fail: the app's own monitoring shows each of it."""

from harness import Scenario, probes, steps

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
    ),
    probes=(probes.NoticesFailedDeliveries(), probes.CountsDeliveries()),
)
