"""Each end user's first journey fails in another way and the second succeeds; a good integration then shows a connection."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("edge.user-cancellation",),
    steps=(
        steps.Cancel(at="login", twin="a"),
        steps.Deny(at="login", twin="b"),
        steps.MistypeCode(twin="c"),
        steps.AttemptJourney(end_user="ines", twin="d"),
        steps.AttemptJourney(end_user="uma", twin="e"),
        steps.AttemptJourney(end_user="tuan", twin="f"),
        steps.Conclude(outcome="upstream_failure", error_type="CONSENT_SOMETHING_NEW", twin="g"),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="a"),
        steps.Authorise(twin="b"),
        steps.Authorise(twin="c"),
        steps.Authorise(twin="d"),
        steps.Authorise(twin="e"),
        steps.Authorise(twin="f"),
        steps.Authorise(twin="g"),
        steps.Sync(twin="a"),
        steps.Sync(twin="b"),
        steps.Sync(twin="c"),
        steps.Sync(twin="d"),
        steps.Sync(twin="e"),
        steps.Sync(twin="f"),
        steps.Sync(twin="g"),
        steps.Deliver(),
    ),
    probes=(
        probes.StaysUnconnected(),
        probes.ConnectsOnConsent(),
        probes.StartsNewSession(),
        probes.ShowsNoServerError(),
    ),
)
