"""Journeys end in every way that comes back to the app: the log says afterwards whose they were and what went wrong."""

from harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("errors.logged",),
    steps=(
        steps.Cancel(at="login"),
        steps.Deny(at="accounts"),
        steps.MistypeCode(),
        steps.Conclude(outcome="upstream_failure"),
        steps.Authorise(),
        steps.Deliver(),
    ),
    probes=(probes.LogsFailures(),),
)
