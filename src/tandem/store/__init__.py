"""What Tandem remembers: accounts, connections, settings, links, people, runs."""

from tandem.store import tables_alerts as tables_alerts
from tandem.store import tables_api as tables_api
from tandem.store import tables_feeds as tables_feeds  # what a backup copies must be known
from tandem.store import tables_web as tables_web  # the web app's tables belong to the database
from tandem.store import tables_work as tables_work  # so do those of long work
from tandem.store import tables_workers as tables_workers
from tandem.store.connection_store import ConnectionStore
from tandem.store.connections import DEFAULT_CONNECTION
from tandem.store.credentials import Credential
from tandem.store.hints import (
    EVERYTHING,
    Change,
    FeedHealth,
    FeedName,
    FeedPosition,
    FeedState,
    HeldHint,
    Hint,
)
from tandem.store.keyring import Keyring, Marker
from tandem.store.rows import (
    Account,
    AuditEntry,
    CachedPerson,
    Checkpoint,
    Connection,
    Erased,
    History,
    KeptConflict,
    Lease,
    RecordKind,
    Run,
    SettingsVersion,
)
from tandem.store.schedule import Turn
from tandem.store.store import Store
from tandem.store.unit import Unit

__all__ = [
    "DEFAULT_CONNECTION",
    "EVERYTHING",
    "Account",
    "AuditEntry",
    "CachedPerson",
    "Change",
    "Checkpoint",
    "Connection",
    "ConnectionStore",
    "Credential",
    "Erased",
    "FeedHealth",
    "FeedName",
    "FeedPosition",
    "FeedState",
    "HeldHint",
    "Hint",
    "History",
    "KeptConflict",
    "Keyring",
    "Lease",
    "Marker",
    "RecordKind",
    "Run",
    "SettingsVersion",
    "Store",
    "Turn",
    "Unit",
]
