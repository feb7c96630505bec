"""Before linking starts, the page states what the data is used for and links to the privacy notice."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("ux.transparent-use", "ux.explains-access"),
    steps=(steps.ReadPrivacyNotice(),),
    probes=(probes.StatesItsUse(), probes.ExplainsAccess()),
)
