"""What CRM exports say, before anything is written: pure functions from a table to rows, refusals and warnings.

`columns` knows the spellings of CRM columns, `currencies` and `values` understand amounts, stages and names, and one
file per kind of row puts them together. Refusals name line, field, value and reason; a row is taken whole or not at
all. Nothing here touches the database, so a preview and an import read exactly the same.
"""

from portal.deals.reading.account_rows import AccountRow, read_accounts
from portal.deals.reading.deal_rows import DealRow, read_deals
from portal.deals.reading.history_rows import HistoryRow, read_history
from portal.deals.reading.user_rows import UserRow, read_users
from portal.deals.reading.values import account_key

__all__ = [
    "AccountRow",
    "DealRow",
    "HistoryRow",
    "UserRow",
    "account_key",
    "read_accounts",
    "read_deals",
    "read_history",
    "read_users",
]
