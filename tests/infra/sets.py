"""The sizes and options whose deployments are kept as snapshots."""

import json
from collections.abc import Mapping
from typing import Any, Final

from tests.infra.deployment import ROOT

SIZES: Final[tuple[str, ...]] = tuple(json.loads((ROOT / "infra" / "sizes.json").read_text()))
BASE: Final = "1k"
"""The default size, whose snapshot is kept whole; of the others, what differs from it."""
SETS: Final[Mapping[str, Mapping[str, Any]]] = {
    **{size: {"size": size} for size in SIZES},
    "monitor": {"monitorClientId": "11111111-2222-3333-4444-555555555555", "monitorUsers": "a@example.com"},
    "desk-login": {"deskClientId": "11111111-2222-3333-4444-555555555555"},
    "owner-roles": {"streamJobRoles": "owner", "appRoles": "owner"},
    "no-people": {"peopleAccess": False},
    "group": {"principalType": "Group"},
    "workflow": {"principalType": "ServicePrincipal"},
    "scheduler": {"durableBackend": "scheduler"},
    "network": {"vnetEnabled": True},
    "network-and-scheduler": {"vnetEnabled": True, "durableBackend": "scheduler"},
    "premium": {"size": "10k", "eventHubsTier": "premium"},
    "careful": {
        "archiveZoneRedundant": True,
        "archiveBackupDays": 30,
        "immutableDays": 30,
        "eventDays": 7,
        "historyDays": 7,
    },
    "no-budget": {"monthlyBudget": -1},
    "settings": {
        "partitionCount": 8,
        "archiveRequestUnits": 20_000,
        "dailyQuotaGigabytes": 7,
        "monthlyBudget": 99,
        "budgetStartDate": "2025-12-01",
        "reconciliationSchedule": "0 0 3 * * *",
        "keyRole": "reader",
        "ruleSet": "seed",
        "sweepCases": 0,
        "failedHistoryDays": 0,
        "alertFormat": "teams",
        "deskUrl": "https://fraud.example/desk",
        "alertDigestMinutes": 0,
        "alertMailFrom": "fraud@example.com",
        "alertMailTo": "team@example.com",
        "appSettings": "WATCH_CAPTURE_SECONDS=900 REVIEW_HOURS=24,48,168",
    },
    "no-app-diagnostics": {"appDiagnostics": False},
}
"""Parameters of main.bicep by the name of the snapshot, beside those that every deployment needs."""
