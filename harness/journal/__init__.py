"""The append-only record of one scenario, which probes read when everything has stopped.

One frozen entry class per kind of observation. ``at_s`` is real seconds since the scenario began; it never enters a
verdict's words, so two runs with one seed read the same. Bytes stay raw in memory; what leaves the process passes the
redactor.
"""

from harness.journal.app import CutShort, Effects, Heard, HookCall, Idle, Journey, Leak, Output, Started, Trouble, Visit
from harness.journal.deliveries import (
    AMIDST,
    EARLY,
    HALVED,
    HOMES,
    BaitLaid,
    BaitTaken,
    Delivery,
    EventSeen,
    Flood,
    Headers,
    PlanKind,
    PlanRun,
)
from harness.journal.entry import Entry
from harness.journal.given import API_TOLD, ApiUntold, Canaries, Declared, History, KeyGiven, Limits, Reduction, UsedEvents
from harness.journal.monitors import Monitors, moved
from harness.journal.record import BODY_KEPT, Journal, Keeping, kept
from harness.journal.traffic import Bite, Exchange, FaultSet, Key, ReadingsAsked, Rows, Strayed, TokensExpired, Unreached

__all__ = [
    "AMIDST",
    "API_TOLD",
    "BODY_KEPT",
    "EARLY",
    "HALVED",
    "HOMES",
    "ApiUntold",
    "BaitLaid",
    "BaitTaken",
    "Bite",
    "Canaries",
    "CutShort",
    "Declared",
    "Delivery",
    "Effects",
    "Entry",
    "EventSeen",
    "Exchange",
    "FaultSet",
    "Flood",
    "Headers",
    "Heard",
    "History",
    "HookCall",
    "Idle",
    "Journal",
    "Journey",
    "Keeping",
    "Key",
    "KeyGiven",
    "Leak",
    "Limits",
    "Monitors",
    "Output",
    "PlanKind",
    "PlanRun",
    "ReadingsAsked",
    "Reduction",
    "Rows",
    "Started",
    "Strayed",
    "TokensExpired",
    "Trouble",
    "Unreached",
    "UsedEvents",
    "Visit",
    "kept",
    "moved",
]
