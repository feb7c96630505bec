"""Between two syncs the bank corrects every field of accounts, balances and transactions; a good integration updates all."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.changes-tolerated", "cache.invalidated"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.ChangeEveryField(),  # fills empty fields
        steps.Sync(),
        steps.Deliver(),
        steps.ChangeEveryField(),
        steps.Sync(),
        steps.Deliver(),
    ),
    probes=(probes.HoldsNewestValues(""),),
)
