"""A consent is given, changed and revoked: the log says each time whose consent it is and what became of it."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("logs.consent-lifecycle",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.ConfirmAgain(),
        steps.Deliver(),
        steps.Revoke(),
        steps.Deliver(),
    ),
    probes=(probes.LogsConsents(),),
)
