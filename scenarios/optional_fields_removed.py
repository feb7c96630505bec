"""Between two syncs, accounts and transactions lose optional fields; a good integration no longer shows the old values."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated",),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.ChangeEveryField(),  # fills empty fields
        steps.Sync(),
        steps.Deliver(),
        steps.ChangeEveryField(),
        steps.RemoveFields(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.HoldsNewestValues(""),),
)
