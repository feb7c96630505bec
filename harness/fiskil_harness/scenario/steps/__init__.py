"""What can happen next, as frozen values; a scenario is a sequence of these."""

from harness.steps.again import RepeatIds, RespellEach
from harness.steps.app import FailNext, KillApp, KillWorker, Restart, Settle, StartApp, StayIdle
from harness.steps.base import PlainStep, Step, in_words, name_of
from harness.steps.callbacks import AuthoriseUnseen, ClaimSuccess, ComeBackAgain, ComeBackAs, ComeBackLate
from harness.steps.certificates import ShowCertificate, SpeakTls
from harness.steps.changes import Change
from harness.steps.data import Advance, ConfirmAgain, DeleteEndUser, Disconnect, Refresh, Revoke, Sync
from harness.steps.deliveries import (
    Burst,
    Deliver,
    DeliverBesideSlowClient,
    DeliverOne,
    DeliverTogether,
    Drop,
    DropAll,
    LateRetry,
    LoseAcknowledgement,
    Replay,
    Retry,
)
from harness.steps.embedding import Embed, TellAgain, TellFromElsewhere, TellUnknown
from harness.steps.explore import Explore
from harness.steps.failing import FailInBrowser
from harness.steps.floods import FloodBodies
from harness.steps.forging import (
    Distort,
    DistortEvery,
    Forge,
    ForgeEvery,
    ForgeWithoutSecret,
    Reencode,
    ReencodeEvery,
    RespellEvery,
)
from harness.steps.fuzz import Fuzz
from harness.steps.institution import (
    ApproveSharing,
    BeginOutage,
    CloseAccount,
    EndOutage,
    FailSync,
    LimitConsents,
    OpenAccount,
    WithdrawSharing,
)
from harness.steps.journeys import Attempt, Authorise, Cancel, Conclude, Deny, Leave, MistypeCode, StartSession
from harness.steps.keys import RevokeFirstKey, RotateKey
from harness.steps.leaving import LookForEnd, RevokeInBrowser
from harness.steps.link import AcceptKey, AwaitCall, Break, ExpireTokens, LimitPages, Mend, RestartWithWrongSecret, RevokeKey
from harness.steps.monitors import ReadMonitors
from harness.steps.notices import ReadNotice
from harness.steps.order import DeliverEach, LiveThrough, SameMoment
from harness.steps.pages import LookAt, WalkInBrowser
from harness.steps.planting import DeliverAccountNumbers, DeliverUrls
from harness.steps.recovery import KillAmidst, Redeliver, RepeatTogether
from harness.steps.reuse import RefuseThenReuse
from harness.steps.secure import DeliverInPlain, ServeTls, TryHandshakes
from harness.steps.strangers import (
    DeliverForeign,
    DeliverFromStranger,
    DeliverLookalikes,
    DeliverMixed,
    DeliverUnknownEvent,
)
from harness.steps.tabs import ReturnToTab
from harness.steps.terms import Amend, AuthoriseElsewhere
from harness.steps.traces import ReadTraces
from harness.steps.watching import LookUntilSynced, PressToLink
from harness.steps.wire import DeliverAsBrowser, DeliverEveryForm, LoseConnection, LoseHalf, SendEveryUgly, SendUgly

AnyStep = (
    AcceptKey
    | Advance
    | Amend
    | ApproveSharing
    | Attempt
    | Authorise
    | AuthoriseElsewhere
    | AuthoriseUnseen
    | AwaitCall
    | BeginOutage
    | Break
    | Burst
    | Cancel
    | Change
    | ClaimSuccess
    | CloseAccount
    | ComeBackAgain
    | ComeBackAs
    | ComeBackLate
    | Conclude
    | ConfirmAgain
    | DeleteEndUser
    | Deliver
    | DeliverAccountNumbers
    | DeliverAsBrowser
    | DeliverBesideSlowClient
    | DeliverEach
    | DeliverEveryForm
    | DeliverForeign
    | DeliverFromStranger
    | DeliverInPlain
    | DeliverLookalikes
    | DeliverMixed
    | DeliverOne
    | DeliverTogether
    | DeliverUnknownEvent
    | DeliverUrls
    | Deny
    | Disconnect
    | Distort
    | DistortEvery
    | Drop
    | DropAll
    | Embed
    | EndOutage
    | ExpireTokens
    | Explore
    | FailInBrowser
    | FailNext
    | FailSync
    | FloodBodies
    | Forge
    | ForgeEvery
    | ForgeWithoutSecret
    | Fuzz
    | KillAmidst
    | KillApp
    | KillWorker
    | LateRetry
    | Leave
    | LimitConsents
    | LimitPages
    | LiveThrough
    | LookAt
    | LookForEnd
    | LookUntilSynced
    | LoseAcknowledgement
    | LoseConnection
    | LoseHalf
    | Mend
    | MistypeCode
    | OpenAccount
    | PressToLink
    | ReadMonitors
    | ReadNotice
    | ReadTraces
    | Redeliver
    | Reencode
    | ReencodeEvery
    | Refresh
    | RefuseThenReuse
    | RepeatIds
    | RepeatTogether
    | Replay
    | RespellEach
    | RespellEvery
    | Restart
    | RestartWithWrongSecret
    | Retry
    | ReturnToTab
    | Revoke
    | RevokeFirstKey
    | RevokeInBrowser
    | RevokeKey
    | RotateKey
    | SameMoment
    | SendEveryUgly
    | SendUgly
    | ServeTls
    | Settle
    | ShowCertificate
    | SpeakTls
    | StartApp
    | StartSession
    | StayIdle
    | Sync
    | TellAgain
    | TellFromElsewhere
    | TellUnknown
    | WalkInBrowser
    | TryHandshakes
    | WithdrawSharing
)
"""Every step that a plan file can hold."""

__all__ = [
    "AcceptKey",
    "Advance",
    "Amend",
    "AnyStep",
    "ApproveSharing",
    "Attempt",
    "Authorise",
    "AuthoriseElsewhere",
    "AuthoriseUnseen",
    "AwaitCall",
    "BeginOutage",
    "Break",
    "Burst",
    "Cancel",
    "Change",
    "ClaimSuccess",
    "CloseAccount",
    "ComeBackAgain",
    "ComeBackAs",
    "ComeBackLate",
    "Conclude",
    "ConfirmAgain",
    "DeleteEndUser",
    "Deliver",
    "DeliverAccountNumbers",
    "DeliverAsBrowser",
    "DeliverBesideSlowClient",
    "DeliverEach",
    "DeliverEveryForm",
    "DeliverForeign",
    "DeliverFromStranger",
    "DeliverInPlain",
    "DeliverLookalikes",
    "DeliverMixed",
    "DeliverOne",
    "DeliverTogether",
    "DeliverUnknownEvent",
    "DeliverUrls",
    "Deny",
    "Disconnect",
    "Distort",
    "DistortEvery",
    "Drop",
    "DropAll",
    "Embed",
    "EndOutage",
    "ExpireTokens",
    "Explore",
    "FailInBrowser",
    "FailNext",
    "FailSync",
    "FloodBodies",
    "Forge",
    "ForgeEvery",
    "ForgeWithoutSecret",
    "Fuzz",
    "KillAmidst",
    "KillApp",
    "KillWorker",
    "LateRetry",
    "Leave",
    "LimitConsents",
    "LimitPages",
    "LiveThrough",
    "LookAt",
    "LookForEnd",
    "LookUntilSynced",
    "LoseAcknowledgement",
    "LoseConnection",
    "LoseHalf",
    "Mend",
    "MistypeCode",
    "OpenAccount",
    "PlainStep",
    "PressToLink",
    "ReadMonitors",
    "ReadNotice",
    "ReadTraces",
    "Redeliver",
    "Reencode",
    "ReencodeEvery",
    "Refresh",
    "RefuseThenReuse",
    "RepeatIds",
    "RepeatTogether",
    "Replay",
    "RespellEach",
    "RespellEvery",
    "Restart",
    "RestartWithWrongSecret",
    "Retry",
    "ReturnToTab",
    "Revoke",
    "RevokeFirstKey",
    "RevokeInBrowser",
    "RevokeKey",
    "RotateKey",
    "SameMoment",
    "SendEveryUgly",
    "SendUgly",
    "ServeTls",
    "Settle",
    "ShowCertificate",
    "SpeakTls",
    "StartApp",
    "StartSession",
    "StayIdle",
    "Step",
    "Sync",
    "TellAgain",
    "TellFromElsewhere",
    "TellUnknown",
    "TryHandshakes",
    "WalkInBrowser",
    "WithdrawSharing",
    "in_words",
    "name_of",
]
