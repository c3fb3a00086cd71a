"""The tables of deals: what the CRM tells (deals), how its words are understood (crm), and every import (imports)."""

from portal.deals.models.crm import NANO, CrmOwner, CrmStage, CurrencyRate, DealHook, HookCall
from portal.deals.models.deals import (
    DEAL_STATUSES,
    Account,
    AccountDomain,
    AccountMerge,
    AlikeAccounts,
    Deal,
    DistinctAccounts,
    StageEntry,
)
from portal.deals.models.imports import IMPORT_ORIGINS, DealChange, DealImport, ImportedRow, ImportLayout

__all__ = [
    "DEAL_STATUSES",
    "IMPORT_ORIGINS",
    "NANO",
    "Account",
    "AccountDomain",
    "AccountMerge",
    "AlikeAccounts",
    "CrmOwner",
    "CrmStage",
    "CurrencyRate",
    "Deal",
    "DealChange",
    "DealHook",
    "DealImport",
    "DistinctAccounts",
    "HookCall",
    "ImportLayout",
    "ImportedRow",
    "StageEntry",
]
