"""Somebody else writes that transactions are ready: nothing is read because of it, as it is for a genuine message."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("server.webhooks-validated-first",),
    steps=(
        steps.Authorise(twin="control"),
        steps.Deliver(),
        steps.Sync(twin="control"),
        steps.Deliver(),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.ForgeEvery(kind="banking.transactions.sync.completed"),
        steps.Deliver(),
    ),
    probes=(probes.RefusesForgeries(), probes.CallsNothingForForgeries()),
)
