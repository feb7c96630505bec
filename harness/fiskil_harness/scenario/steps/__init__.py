"""What can happen next, as frozen values; a scenario is a sequence of these."""

from fiskil_harness.scenario.steps.app import FailNext, KillApp, KillWorker, Restart, Settle, StartApp, StayIdle
from fiskil_harness.scenario.steps.app_files import ReadTraces
from fiskil_harness.scenario.steps.canaries import DeliverAccountNumbers, DeliverUrls
from fiskil_harness.scenario.steps.connection_reuse import RefuseThenReuse
from fiskil_harness.scenario.steps.consent_changes import Amend, AuthoriseElsewhere
from fiskil_harness.scenario.steps.consents_and_syncs import (
    Advance,
    ConfirmAgain,
    DeleteEndUser,
    Disconnect,
    Refresh,
    Revoke,
    Sync,
)
from fiskil_harness.scenario.steps.crash_recovery import KillAmidst, Redeliver, RepeatTogether
from fiskil_harness.scenario.steps.deliveries import (
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
from fiskil_harness.scenario.steps.embedded_page import Embed, TellAgain, TellFromElsewhere, TellUnknown
from fiskil_harness.scenario.steps.endless_bodies import FloodBodies
from fiskil_harness.scenario.steps.failed_journeys import FailInBrowser
from fiskil_harness.scenario.steps.faults_and_tokens import (
    AcceptKey,
    AwaitCall,
    Break,
    ExpireTokens,
    LimitPages,
    Mend,
    RestartWithWrongSecret,
    RevokeKey,
)
from fiskil_harness.scenario.steps.foreign_messages import (
    DeliverForeign,
    DeliverFromStranger,
    DeliverLookalikes,
    DeliverMixed,
    DeliverUnknownEvent,
)
from fiskil_harness.scenario.steps.forging import (
    Distort,
    DistortEvery,
    Forge,
    ForgeEvery,
    ForgeWithoutSecret,
    Reencode,
    ReencodeEvery,
    RespellEvery,
)
from fiskil_harness.scenario.steps.fuzz import Fuzz
from fiskil_harness.scenario.steps.generated_plans import Explore
from fiskil_harness.scenario.steps.idempotency import RepeatIds, RespellEach
from fiskil_harness.scenario.steps.institution import (
    ApproveSharing,
    BeginOutage,
    CloseAccount,
    EndOutage,
    FailSync,
    LimitConsents,
    OpenAccount,
    WithdrawSharing,
)
from fiskil_harness.scenario.steps.journeys import (
    Attempt,
    Authorise,
    Cancel,
    Conclude,
    Deny,
    Leave,
    MistypeCode,
    StartSession,
)
from fiskil_harness.scenario.steps.keys import RevokeFirstKey, RotateKey
from fiskil_harness.scenario.steps.malformed_requests import (
    DeliverAsBrowser,
    DeliverEveryForm,
    LoseConnection,
    LoseHalf,
    SendEveryUgly,
    SendUgly,
)
from fiskil_harness.scenario.steps.monitoring import ReadMonitors
from fiskil_harness.scenario.steps.ordering import DeliverEach, LiveThrough, SameMoment
from fiskil_harness.scenario.steps.pages import LookAt, WalkInBrowser
from fiskil_harness.scenario.steps.privacy_notice import ReadNotice
from fiskil_harness.scenario.steps.redirects import AuthoriseUnseen, ClaimSuccess, ComeBackAgain, ComeBackAs, ComeBackLate
from fiskil_harness.scenario.steps.revoke_in_browser import LookForEnd, RevokeInBrowser
from fiskil_harness.scenario.steps.row_changes import Change
from fiskil_harness.scenario.steps.step import PlainStep, Step, in_words, name_of
from fiskil_harness.scenario.steps.tabs import ReturnToTab
from fiskil_harness.scenario.steps.tls_client import ShowCertificate, SpeakTls
from fiskil_harness.scenario.steps.tls_server import DeliverInPlain, ServeTls, TryHandshakes
from fiskil_harness.scenario.steps.waiting_pages import LookUntilSynced, PressToLink

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
