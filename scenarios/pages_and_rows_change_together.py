"""Rows change in every way, every list has several pages, and the last sync fails; a good integration stores each change."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("data.upsert", "data.changes-tolerated", "data.soft-delete", "cache.invalidated", "cache.webhook-driven"),
    steps=(
        steps.Authorise(),
        steps.Deliver(),
        steps.ChangeEveryField(),  # fills empty fields
        steps.LimitPages(rows=25),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.ChangeEveryField(),
        steps.Change(kind="post"),
        steps.Change(kind="repeat", nth=3),
        steps.Change(kind="arrive_late", nth=4, days=45),
        steps.Change(kind="remove", nth=9),
        steps.Sync("transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.LimitPages(rows=1),
        steps.Sync("accounts"),
        steps.Sync("balances"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        # The last event is one of the other two about transactions, which an app may process in another way.
        steps.LimitPages(rows=25),
        steps.Change(kind="amend", nth=5),
        steps.Sync("recent_transactions"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.FailSync("transactions"),
        steps.Deliver(),
    ),
    probes=(
        probes.HoldsEveryRow("accounts"),
        probes.HoldsEveryRow("balances"),
        probes.HoldsEveryRow("transactions"),
        probes.HoldsNewestValues(""),
        probes.DropsRemovedRows(),
        probes.ReadsAfterEvent(),
    ),
)
