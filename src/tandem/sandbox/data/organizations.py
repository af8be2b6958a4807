"""Companies and accounts, deals and opportunities, and how the two sides find each other."""

from datetime import timedelta

from tandem.sandbox.data.companies import Company, market
from tandem.sandbox.data.draft import Draft, Firm
from tandem.sandbox.data.identity import without_check_characters

_BY_ID_18 = range(7)
_BY_ID_15 = range(7, 10)
_BY_DOMAIN = range(10, 13)
_COMPANY_CASES = {
    0: "company_by_id18",
    7: "company_by_id15",
    10: "company_by_domain",
    13: "company_domain_of_two_accounts",
    14: "company_without_domain",
    15: "company_stored_id_gone",
    16: "company_without_counterpart",
}
_STAGES = (
    ("appointmentscheduled", "Prospecting", 10),
    ("qualifiedtobuy", "Qualification", 25),
    ("contractsent", "Negotiation/Review", 80),
    ("closedwon", "Closed Won", 100),
    ("closedlost", "Closed Lost", 0),
)
_DEALS = 15


def add_organizations(draft: Draft) -> None:
    """Twenty companies and the accounts that match them by stored id, by web site, twice, or not."""
    for place, company in enumerate(market(draft.language)):
        account = _account_of(draft, place, company)
        stored = _stored_account(draft, place, account)
        company_id = str(7_400_120_001 + 4_177 * place)
        owner = draft.owners[place % len(draft.owners)]
        draft.add(
            "companies",
            company_id,
            {
                "name": company.name,
                "domain": company.host or None,
                "city": company.city,
                "industry": company.industry,
                "hubspot_owner_id": owner.id if place % 3 else None,
                "salesforceaccountid": stored,
            },
            created=draft.now - timedelta(days=1150 - 20 * place),
        )
        if place in _COMPANY_CASES:
            draft.cases[_COMPANY_CASES[place]] = company_id
        draft.firms.append(
            Firm(id=company_id, name=company.name, mail_host=company.mail_host, account=account)
        )
    _add_account(draft, "Unrelated Holdings", "https://unrelated.example.com", "Boise")


def _account_of(draft: Draft, place: int, company: Company) -> str | None:
    name = _COMPANY_CASES.get(place)
    if name in ("company_stored_id_gone", "company_without_counterpart"):
        return None
    if name == "company_domain_of_two_accounts":
        for label in (company.name, f"{company.name} (2)"):
            _add_account(draft, label, f"http://{company.host}", company.city)
        return None
    if place in _BY_DOMAIN:
        site = (f"https://www.{company.host}/", company.host.upper(), f"http://{company.host}/a")
        return _add_account(draft, company.name, site[place - 10], company.city)
    website = f"www.{company.host}" if company.host else None
    return _add_account(draft, company.name, website, company.city)


def _stored_account(draft: Draft, place: int, account: str | None) -> str | None:
    if _COMPANY_CASES.get(place) == "company_stored_id_gone":
        return draft.salesforce_id("001")
    if account is None or place in _BY_DOMAIN:
        return None
    return without_check_characters(account) if place in _BY_ID_15 else account


def _add_account(draft: Draft, name: str, website: str | None, city: str) -> str:
    record_id = draft.salesforce_id("001")
    owner = _user_of(draft, len(draft.salesforce["Account"]))
    created = draft.now - timedelta(days=1140 - 15 * len(draft.salesforce["Account"]))
    draft.salesforce["Account"].append(
        {
            "Id": record_id,
            "Name": name,
            "Website": website,
            "BillingCity": city,
            "BillingCountry": draft.home.country,
            "Phone": None,
            "Type": "Customer - Direct",
            "OwnerId": owner,
            "MasterRecordId": None,
            **draft.audit(created, owner),
        }
    )
    return record_id


def _user_of(draft: Draft, place: int) -> str:
    active = [user["Id"] for user in draft.users if user["IsActive"]]
    return str(active[place % len(active)])


def add_deals(draft: Draft) -> None:
    """Fifteen deals: ten with the stored id of an opportunity, one whose opportunity is gone, four without."""
    for place in range(_DEALS):
        firm = draft.firms[place]
        stage, label, probability = _STAGES[place % len(_STAGES)]
        created = draft.now - timedelta(days=700 - 40 * place)
        name = f"{firm.name}: {draft.words.deals[place % len(draft.words.deals)]}"
        amount = str(1_200 + 3_750 * place)
        opportunity = _opportunity(draft, place, name, label, probability, amount)
        stored = draft.salesforce_id("006") if place == 10 else opportunity
        if stored and place in (8, 9):
            stored = without_check_characters(stored)
        deal_id = str(5_900_310_007 + 3_331 * place)
        draft.add(
            "deals",
            deal_id,
            {
                "dealname": name,
                "dealstage": stage,
                "pipeline": "default",
                "amount": amount,
                "hubspot_owner_id": draft.owners[place % 5].id,
                "hs_salesforceopportunityid": stored,
            },
            created=created,
        )
        draft.associate("deals", deal_id, "companies", [firm.id])
        staff = [person.id for person in draft.persons if person.firm is firm][: 1 + place % 3]
        draft.associate("deals", deal_id, "contacts", staff)
        if place in _DEAL_CASES:
            draft.cases[_DEAL_CASES[place]] = deal_id
    _opportunity(draft, 0, "Unrelated", "Prospecting", 10, "1")


_DEAL_CASES = {
    0: "deal_by_id18",
    8: "deal_by_id15",
    10: "deal_stored_id_gone",
    11: "deal_without_id",
}


def _opportunity(
    draft: Draft, place: int, name: str, stage: str, probability: int, amount: str
) -> str | None:
    account = draft.firms[place].account
    if place >= 10 or account is None:
        return None
    record_id = draft.salesforce_id("006")
    owner = _user_of(draft, place)
    created = draft.now - timedelta(days=690 - 40 * place)
    close = draft.now - timedelta(days=300 - 40 * place)
    draft.salesforce["Opportunity"].append(
        {
            "Id": record_id,
            "Name": name[:120],
            "AccountId": account,
            "StageName": stage,
            "Probability": float(probability),
            "Amount": float(amount),
            "CloseDate": f"{close.astimezone(draft.zone):%Y-%m-%d}",
            "IsClosed": stage.startswith("Closed"),
            "IsWon": stage == "Closed Won",
            "OwnerId": owner,
            **draft.audit(created, owner),
        }
    )
    return record_id
