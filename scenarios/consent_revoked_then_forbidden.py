"""The revocation event is lost and reads return 403; a good integration checks the consent and removes the data."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.invalidated",),
    interpretations={"data.ended-consent": "403"},
    steps=(
        steps.Connect(),
        steps.WaitUntilIdle(),
        steps.Sync("transactions"),
        steps.Revoke(by="institution"),
        steps.DropAll(),
        steps.Refresh(),
    ),
    probes=(probes.ForgetsEndedConsents(),),
)
