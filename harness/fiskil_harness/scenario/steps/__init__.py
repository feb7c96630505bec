"""Steps: frozen values, each of which describes one thing that happens. A scenario is a sequence of steps.

Many steps share two arguments. ``twin`` is the name of a participant; "" means the scenario's end user. ``event`` is the
symbol of an event: ``e0`` is the first event of the end user, ``b.e0`` the first event of participant ``b``.
"""

from typing import TYPE_CHECKING, Any

from fiskil_harness.core import plugins
from fiskil_harness.core.tags import by_tag, name_of
from fiskil_harness.scenario.steps.admission import problem_of
from fiskil_harness.scenario.steps.app import (
    KillApp,
    KillWorker,
    Restart,
    StartAfresh,
    StartApp,
    StayIdle,
    WaitUntilIdle,
    WatchForPolling,
)
from fiskil_harness.scenario.steps.app_files import CollectOutputs
from fiskil_harness.scenario.steps.canaries import DeliverAccountNumbers, DeliverUrls
from fiskil_harness.scenario.steps.composite import Connect, SyncThrough, written_out
from fiskil_harness.scenario.steps.connect_pages import ReadConnectPages
from fiskil_harness.scenario.steps.connection_reuse import RefuseThenReuse
from fiskil_harness.scenario.steps.consent_changes import Amend, AuthoriseElsewhere
from fiskil_harness.scenario.steps.consents_and_syncs import (
    Advance,
    DeleteEndUser,
    Disconnect,
    Refresh,
    Revoke,
    Sync,
    TouchConsent,
)
from fiskil_harness.scenario.steps.crash_recovery import KillDuringDelivery, Redeliver, RepeatTogether
from fiskil_harness.scenario.steps.crowd import (
    AuthoriseEach,
    AuthoriseTogether,
    RequestPagesOfOthers,
    SyncEach,
    UseAppTogether,
)
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
from fiskil_harness.scenario.steps.embedded_page import (
    EmbedConsentPage,
    ForeignSdkMessage,
    RepeatSdkMessage,
    UnknownSdkMessage,
)
from fiskil_harness.scenario.steps.endless_bodies import FloodBodies
from fiskil_harness.scenario.steps.fail_next import FailNext
from fiskil_harness.scenario.steps.failed_journeys import FailInBrowser
from fiskil_harness.scenario.steps.faults_and_tokens import (
    AcceptKey,
    ExpireTokens,
    InjectFault,
    LiftFaults,
    LimitPages,
    RestartWithWrongSecret,
    RevokeKey,
    WaitForCall,
)
from fiskil_harness.scenario.steps.field_changes import ChangeEveryField, RemoveFields
from fiskil_harness.scenario.steps.foreign_messages import (
    DeliverForeign,
    DeliverFromUnknownAddress,
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
    IdleAfterForgeries,
    Reencode,
    ReencodeEvery,
    SpellEverySignature,
)
from fiskil_harness.scenario.steps.fuzz import Fuzz
from fiskil_harness.scenario.steps.held_responses import (
    AmendAndRefreshDuringCall,
    AmendDuringCall,
    DeliverDuringConnect,
    DeliverDuringRefresh,
    RestartDuringCall,
    RevokeDuringCall,
    RevokeDuringRefresh,
)
from fiskil_harness.scenario.steps.idempotency import RepeatIds, RepeatInEverySpelling
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
from fiskil_harness.scenario.steps.isolation import DeliverBesideFailingReads
from fiskil_harness.scenario.steps.journeys import (
    AttemptJourney,
    Authorise,
    Cancel,
    CloseTab,
    Conclude,
    Deny,
    MistypeCode,
    StartSession,
)
from fiskil_harness.scenario.steps.keys import RevokeFirstKey, RotateKey
from fiskil_harness.scenario.steps.malformed_requests import (
    DeliverAsBrowser,
    DeliverEveryForm,
    LoseConnection,
    SendEveryVariant,
    SendVariant,
    TruncateRequest,
)
from fiskil_harness.scenario.steps.many_messages import DeliverManyMessages
from fiskil_harness.scenario.steps.monitoring import ReadMonitoring
from fiskil_harness.scenario.steps.ordering import (
    ChangeConsentsUndelivered,
    DeliverEach,
    SetSameTimestamp,
    SetTimestampsWithinSecond,
)
from fiskil_harness.scenario.steps.pages import OpenPage, WalkInBrowser
from fiskil_harness.scenario.steps.press_controls import PressEveryControl
from fiskil_harness.scenario.steps.privacy_notice import ReadPrivacyNotice
from fiskil_harness.scenario.steps.redirects import (
    AuthoriseWithoutCallback,
    ReturnAgain,
    ReturnAsOtherEndUser,
    ReturnLate,
    ReturnWithoutConsent,
)
from fiskil_harness.scenario.steps.repetition_rounds import RepeatAfterRestarts, RepeatWhileIdle
from fiskil_harness.scenario.steps.revoke_in_browser import (
    FailToRevokeInBrowser,
    OpenConnections,
    RevokeInBrowser,
    WaitForRevocation,
)
from fiskil_harness.scenario.steps.route_faults import DisturbRoutes
from fiskil_harness.scenario.steps.row_changes import Change
from fiskil_harness.scenario.steps.row_removals import RemoveRows
from fiskil_harness.scenario.steps.sharing import RenewConsent, StopSharing
from fiskil_harness.scenario.steps.slow_clients import DeliverBesideEverySlowClient
from fiskil_harness.scenario.steps.step import Step, step_text
from fiskil_harness.scenario.steps.tabs import AuthoriseInTwoTabs, ReturnToTab
from fiskil_harness.scenario.steps.tls_client import ServeApiOverTls, ShowCertificate
from fiskil_harness.scenario.steps.tls_server import DeliverWithoutTls, RestartAppOverTls, TryHandshakes
from fiskil_harness.scenario.steps.waiting_pages import PressConnect, ReopenPages, WatchUntilSynced

STEPS = by_tag(globals().values(), Step)
"""Every class of steps by its name in plan files; plugins add theirs."""

if TYPE_CHECKING:
    AnyStep = Step
else:
    AnyStep = plugins.declare("step", Step, STEPS, problem_of=problem_of)

__all__ = [
    "STEPS",
    "AcceptKey",
    "Advance",
    "Amend",
    "AmendAndRefreshDuringCall",
    "AmendDuringCall",
    "AnyStep",
    "ApproveSharing",
    "AttemptJourney",
    "Authorise",
    "AuthoriseEach",
    "AuthoriseElsewhere",
    "AuthoriseInTwoTabs",
    "AuthoriseTogether",
    "AuthoriseWithoutCallback",
    "BeginOutage",
    "Burst",
    "Cancel",
    "Change",
    "ChangeConsentsUndelivered",
    "ChangeEveryField",
    "CloseAccount",
    "CloseTab",
    "CollectOutputs",
    "Conclude",
    "Connect",
    "DeleteEndUser",
    "Deliver",
    "DeliverAccountNumbers",
    "DeliverAsBrowser",
    "DeliverBesideEverySlowClient",
    "DeliverBesideFailingReads",
    "DeliverBesideSlowClient",
    "DeliverDuringConnect",
    "DeliverDuringRefresh",
    "DeliverEach",
    "DeliverEveryForm",
    "DeliverForeign",
    "DeliverFromUnknownAddress",
    "DeliverLookalikes",
    "DeliverManyMessages",
    "DeliverMixed",
    "DeliverOne",
    "DeliverTogether",
    "DeliverUnknownEvent",
    "DeliverUrls",
    "DeliverWithoutTls",
    "Deny",
    "Disconnect",
    "Distort",
    "DistortEvery",
    "DisturbRoutes",
    "Drop",
    "DropAll",
    "EmbedConsentPage",
    "EndOutage",
    "ExpireTokens",
    "FailInBrowser",
    "FailNext",
    "FailSync",
    "FailToRevokeInBrowser",
    "FloodBodies",
    "ForeignSdkMessage",
    "Forge",
    "ForgeEvery",
    "ForgeWithoutSecret",
    "Fuzz",
    "IdleAfterForgeries",
    "InjectFault",
    "KillApp",
    "KillDuringDelivery",
    "KillWorker",
    "LateRetry",
    "LiftFaults",
    "LimitConsents",
    "LimitPages",
    "LoseAcknowledgement",
    "LoseConnection",
    "MistypeCode",
    "OpenAccount",
    "OpenConnections",
    "OpenPage",
    "PressConnect",
    "PressEveryControl",
    "ReadConnectPages",
    "ReadMonitoring",
    "ReadPrivacyNotice",
    "Redeliver",
    "Reencode",
    "ReencodeEvery",
    "Refresh",
    "RefuseThenReuse",
    "RemoveFields",
    "RemoveRows",
    "RenewConsent",
    "ReopenPages",
    "RepeatAfterRestarts",
    "RepeatIds",
    "RepeatInEverySpelling",
    "RepeatSdkMessage",
    "RepeatTogether",
    "RepeatWhileIdle",
    "Replay",
    "RequestPagesOfOthers",
    "Restart",
    "RestartAppOverTls",
    "RestartDuringCall",
    "RestartWithWrongSecret",
    "Retry",
    "ReturnAgain",
    "ReturnAsOtherEndUser",
    "ReturnLate",
    "ReturnToTab",
    "ReturnWithoutConsent",
    "Revoke",
    "RevokeDuringCall",
    "RevokeDuringRefresh",
    "RevokeFirstKey",
    "RevokeInBrowser",
    "RevokeKey",
    "RotateKey",
    "SendEveryVariant",
    "SendVariant",
    "ServeApiOverTls",
    "SetSameTimestamp",
    "SetTimestampsWithinSecond",
    "ShowCertificate",
    "SpellEverySignature",
    "StartAfresh",
    "StartApp",
    "StartSession",
    "StayIdle",
    "Step",
    "StopSharing",
    "Sync",
    "SyncEach",
    "SyncThrough",
    "TouchConsent",
    "TruncateRequest",
    "TryHandshakes",
    "UnknownSdkMessage",
    "UseAppTogether",
    "WaitForCall",
    "WaitForRevocation",
    "WaitUntilIdle",
    "WalkInBrowser",
    "WatchForPolling",
    "WatchUntilSynced",
    "WithdrawSharing",
    "name_of",
    "step_text",
    "written_out",
]


def __getattr__(name: str) -> Any:
    from fiskil_harness.core.renamed import missing_class

    raise missing_class("steps", name)
