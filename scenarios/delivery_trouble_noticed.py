"""Webhooks are absent, succeed, fail and recover; a good integration's monitoring shows each change."""

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
        steps.ReadMonitors("asked"),  # metrics that a read changes do not count deliveries
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
