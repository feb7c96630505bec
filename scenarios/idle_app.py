"""Nothing happens for eleven seconds, then messages are repeated; a good integration neither polls nor repeats its work."""

from fiskil_harness import Scenario, probes, steps

SCENARIO = Scenario(
    practices=("cache.no-excess-polling", "webhooks.idempotent"),
    steps=(
        steps.Authorise(),
        steps.Sync(),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        # An app may not watch a consent that has ended.
        steps.Connect(twin="revoked"),
        steps.Revoke(twin="revoked"),
        steps.Connect(twin="stopped"),
        steps.StopSharing(twin="stopped"),
        steps.Deliver(),
        steps.WaitUntilIdle(),
        steps.Authorise(twin="unsynced"),
        steps.Deliver(),
        # An app may begin to poll when an end user uses it.
        steps.UseAppTogether(1),
        steps.WatchForPolling(),
        # An app may tidy up its memory of messages while nothing arrives.
        steps.Replay("e0"),
        steps.Retry("e3"),
        steps.Replay("e2"),
        # It must not delete its memory of messages together with the data of a consent.
        steps.Retry("revoked.e0"),
        steps.Replay("revoked.e2"),
    ),
    probes=(probes.PollsSparingly(), probes.AppliesOnce()),
)
