"""What can happen next, as frozen values; a scenario is a sequence of these."""

from harness.steps.app import FailNext, Restart, StayIdle
from harness.steps.base import PlainStep, Step, in_words, name_of
from harness.steps.data import Advance, Change, ConfirmAgain, Disconnect, Refresh, Revoke, Sync
from harness.steps.deliveries import (
    Burst,
    Deliver,
    DeliverOne,
    DeliverTogether,
    Drop,
    LoseAcknowledgement,
    Replay,
    Retry,
)
from harness.steps.journeys import Attempt, Authorise, Cancel, Deny, Leave, MistypeCode
from harness.steps.link import AcceptKey, Break, ExpireTokens, RestartWithWrongSecret, RevokeKey

AnyStep = (
    AcceptKey
    | Advance
    | Attempt
    | Authorise
    | Break
    | Burst
    | Cancel
    | Change
    | ConfirmAgain
    | Deliver
    | DeliverOne
    | DeliverTogether
    | Deny
    | Disconnect
    | Drop
    | ExpireTokens
    | FailNext
    | Leave
    | LoseAcknowledgement
    | MistypeCode
    | Refresh
    | Replay
    | Restart
    | RestartWithWrongSecret
    | Retry
    | Revoke
    | RevokeKey
    | StayIdle
    | Sync
)
"""Every step that a plan file can hold."""

__all__ = [
    "AcceptKey",
    "Advance",
    "AnyStep",
    "Attempt",
    "Authorise",
    "Break",
    "Burst",
    "Cancel",
    "Change",
    "ConfirmAgain",
    "Deliver",
    "DeliverOne",
    "DeliverTogether",
    "Deny",
    "Disconnect",
    "Drop",
    "ExpireTokens",
    "FailNext",
    "Leave",
    "LoseAcknowledgement",
    "MistypeCode",
    "PlainStep",
    "Refresh",
    "Replay",
    "Restart",
    "RestartWithWrongSecret",
    "Retry",
    "Revoke",
    "RevokeKey",
    "StayIdle",
    "Step",
    "Sync",
    "in_words",
    "name_of",
]
