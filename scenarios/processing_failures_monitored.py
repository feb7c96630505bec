"""Messages are acknowledged, and their processing fails; a good integration's monitoring shows it."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("alerts.webhook-failures", "webhooks.health-monitored"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("calm"),
        steps.StayIdle(seconds=0.2),
        steps.ReadMonitoring("idle"),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ReadMonitoring("good"),
        steps.FailNext(at="midway"),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.FailNext(at="midway"),
        steps.Sync("accounts"),
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
    probes=(probes.NoticesFailedDeliveries(),),
)
