"""Webhooks are absent, succeed, are refused and recover; a good integration's monitoring shows each change."""

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
        steps.ReadMonitoring("refreshed"),  # what reading moves says nothing of deliveries
        steps.Sync("accounts"),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("good"),
        steps.FailNext(at="database"),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("failing"),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("recovered"),
        steps.Sync("accounts"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("over"),
    ),
    probes=(probes.NoticesFailedDeliveries(), probes.CountsDeliveries()),
)
