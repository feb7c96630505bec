"""An end user is deleted while messages about them wait: they are borne, their rows go, and others are served on."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("errors.graceful",),
    readings={"data.ended-consent": "403"},
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.Deliver(),
        steps.ConfirmAgain(),
        steps.Sync("transactions"),
        steps.DeleteEndUser(),
        steps.Deliver(),
        steps.Authorise(twin="other"),
        steps.Sync(twin="other"),
        steps.Deliver(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
