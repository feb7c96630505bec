"""Forged messages announce new transactions; a good receiver calls the API for genuine messages only."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("server.webhooks-validated-first",),
    steps=(
        steps.Connect(twin="control"),
        steps.Authorise(),
        steps.Deliver(),
        steps.Sync(),
        steps.ForgeEvery(kind="banking.transactions.sync.completed"),
        steps.IdleAfterForgeries(),
        steps.Deliver(),
    ),
    probes=(probes.RefusesForgeries(), probes.CallsNothingForForgeries()),
)
