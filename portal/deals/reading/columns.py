"""The spellings under which CRMs export their columns; each as letters and digits, the surest first."""

from __future__ import annotations

from portal.deals.reading.translations import translated
from portal.tabular.fields import Fields, Spellings

# The order of fields matters where they share a spelling: the first field takes the column.
DEALS: Spellings = {
    "id": (
        "id", "dealid", "opportunityid", "recordid", "recordiddeals", "crmid", "externalid", "opportunityid18",
        "opportunityidcasesafe", "dealnumber", "opportunitynumber",
    ),
    "name": ("name", "dealname", "opportunityname", "dealtitle", "opportunity", "deal", "title"),
    "account": (
        "account", "accountname", "associatedcompany", "companyname", "company", "customer", "customername",
        "organization", "organisation", "dealorganization", "client", "associatedcompanydomain",
    ),
    "owner_email": (
        "owneremail", "dealowneremail", "opportunityowneremail", "salesagentemail", "repemail", "salesrepemail",
        "useremail",
    ),
    "owner": (
        "owner", "ownername", "dealowner", "opportunityowner", "salesagent", "salesrep", "salesrepresentative",
        "salesperson", "rep", "assignedto", "ownerfullname",
    ),
    "stage": ("stage", "dealstage", "opportunitystage", "stagename", "salesstage"),
    "status": ("status", "dealstatus", "opportunitystatus", "outcome"),
    "is_won": ("iswon", "won", "isdealwon"),
    "amount": (
        "amount", "dealamount", "opportunityamount", "value", "dealvalue", "closevalue", "totalamount", "totalvalue",
    ),
    "currency": (
        "currency", "amountcurrency", "currencycode", "dealcurrency", "dealcurrencycode", "currencyisocode",
        "opportunitycurrency",
    ),
    "created": (
        "created", "createddate", "createdate", "createdon", "createdat", "datecreated", "creationdate", "engagedate",
        "dealcreated", "dealcreatedon", "opened", "openedon", "opendate",
    ),
    "expected_close": (
        "expectedclose", "expectedclosedate", "expectedclosingdate", "expectedclosedon", "dealexpectedclosedate",
        "estimatedclosedate", "estclosedate", "targetclosedate", "forecastclosedate",
    ),
    "closed": (
        "actualclosedate", "closedate", "closeddate", "closedon", "closedat", "dateclosed", "closingdate", "closed",
    ),
    "is_closed": ("isclosed", "isdealclosed", "closed"),
    "modified": (
        "lastmodifieddate", "lastmodified", "hslastmodifieddate", "lastmodifiedon", "lastmodifiedat", "modifieddate",
        "modifiedon", "modifiedat", "updatedat", "updatedon", "lastupdated", "lastupdate", "systemmodstamp",
    ),
    "industry": ("industry", "accountindustry", "companyindustry", "sector", "vertical"),
    "segment": (
        "segment", "marketsegment", "customersegment", "accountsegment", "dealtype", "opportunitytype", "type",
    ),
    "region": (
        "region", "salesregion", "territory", "regionaloffice", "accountregion", "country", "billingcountry",
    ),
    "product": ("product", "productname", "products", "primaryproduct"),
    "lead_source": ("leadsource", "source", "originalsource", "originalsourcetype", "dealsource"),
    "loss_reason": (
        "lossreason", "lostreason", "closedlostreason", "closelostreason", "reasonlost", "dealslostreason",
        "deallostreason",
    ),
    "domain": (
        "companydomainname", "companydomain", "accountdomain", "associatedcompanydomain", "companywebsite",
        "accountwebsite", "website", "websiteurl", "domain",
    ),
}  # fmt: skip

ACCOUNTS: Spellings = {
    "id": ("accountid", "companyid", "recordid", "recordidcompanies", "externalid", "id"),
    "name": ("account", "accountname", "companyname", "company", "name", "customer", "organization", "organisation"),
    "industry": ("industry", "sector", "vertical"),
    "segment": ("segment", "marketsegment", "customersegment", "accounttype", "type"),
    "region": (
        "region", "territory", "officelocation", "country", "countryregion", "billingcountry", "stateregion",
        "billingstateprovince", "location",
    ),
    "domain": (
        "companydomainname", "companydomain", "accountdomain", "domainname", "domain", "maildomain", "emaildomain",
        "website", "companywebsite", "accountwebsite", "websiteurl", "url", "homepage",
    ),
}  # fmt: skip

USERS: Spellings = {
    "name": ("salesagent", "name", "fullname", "username", "user", "owner", "ownername", "salesrep", "rep"),
    "email": ("email", "emailaddress", "useremail", "owneremail", "workemail"),
    "team": ("team", "teamname", "salesteam", "regionaloffice", "office", "region", "department"),
    "manager": ("manager", "managername", "reportsto", "teamlead"),
    "role": ("role", "userrole", "portalrole"),
}

# Salesforce's own "Id" in a history is the history's, so it never stands for the deal.
HISTORY: Spellings = {
    "deal_id": ("dealid", "opportunityid", "deal", "opportunity", "recordid"),
    "stage": ("stage", "stagename", "newstage", "tostage", "dealstage", "newvalue", "stagevalue"),
    "entered_at": (
        "enteredat", "enteredon", "entered", "createddate", "createdate", "createdat", "changedat", "changedate",
        "stagedate", "editdate", "timestamp", "at", "date",
    ),
    "amount": ("amount", "dealamount", "opportunityamount"),
    "currency": ("currency", "currencyisocode", "amountcurrency"),
}  # fmt: skip


DEAL_FIELDS = Fields(
    translated(DEALS),
    wanted={"id": "the deal's id (such as “deal id”)", "stage": "its stage (such as “stage”)"},
    instead={"stage": "status", "owner_email": "owner"},
    dates=("created", "expected_close", "closed", "modified"),
    amounts=("amount",),
    contents={
        "id": "id", "stage": "stage", "owner_email": "email", "amount": "amount", "currency": "currency",
        "closed": "date", "created": "date",
    },
)  # fmt: skip

ACCOUNT_FIELDS = Fields(ACCOUNTS, wanted={"name": "the account's name (such as “account name”)"})

USER_FIELDS = Fields(
    USERS, wanted={"name": "the person's name (such as “name”)"}, contents={"email": "email"}
)

HISTORY_FIELDS = Fields(
    HISTORY,
    wanted={
        "deal_id": "the deal's id (such as “deal_id”)",
        "stage": "the stage (such as “stage”)",
        "entered_at": "when it was entered (such as “entered_at”)",
    },
    dates=("entered_at",),
    amounts=("amount",),
    contents={"stage": "stage", "entered_at": "date"},
)
