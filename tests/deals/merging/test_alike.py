"""Which accounts may be one: by their names and mail domains, with the reason, and nothing silly."""

from __future__ import annotations

import csv

import pytest

from portal.deals.merging.alike import MOST_PAIRS, Known, find_alike
from portal.deals.merging.sites import company_domains, domain_of, why_not
from portal.deals.reading import account_key


def known(*names, **facts):
    return [Known(at, name, account_key(name), **facts) for at, name in enumerate(names)]


def why(one, other):
    return [pair.reason for pair in find_alike(known(one, other), [])]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("GTXPro", "GTX Pro", "The names differ by spaces only."),
        ("Müller-Werke", "Mullerwerke", "The names differ by spaces only."),
        ("Smith & Sons", "Smith and Sons", "The names differ by spaces and by “&” and “and” only."),
        ("Acme Corp.", "ACME Corporation", "“Corp.” and “Corporation” are the same ending."),
        ("Beta Ltd", "Beta Limited", "“Ltd” and “Limited” are the same ending."),
        ("Acme", "Acme, Inc.", "Only one name has the ending “Inc.”."),
        ("The Home Depot", "Home Depot", "The names differ by “The” only."),
        ("Northern Technolgy", "Northern Technology", "One letter differs: technolgy / technology."),
        ("Alphabetical Co", "Alphabeitcal", "One letter differs: alphabetical / alphabeitcal."),
        ("Northwind Traders Inc", "Northwind Trader", "One letter differs: traders / trader."),
    ],
)
def test_two_spellings_of_one_company_are_suggested_with_the_reason(one, other, reason):
    assert why(one, other) == [reason]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme Inc", "Acme GmbH"),
        ("Müller GmbH", "Müller GmbH & Co. KG"),
        ("Acme Group", "Acme"),
        ("Clinic North 12", "Clinic North 13"),
        ("Bank of Iran", "Bank of Iraq"),
        ("Golden Fields", "Holden Fields"),
        ("Acme", "Acne"),
        ("Eastern Energy", "Western Energy"),
        ("中文公司", "日文公司"),
        ("Company", "Co"),
    ],
)
def test_two_companies_are_not_suggested(one, other):
    assert why(one, other) == []


def test_one_mail_domain_is_a_reason_and_is_named_beside_others():
    names = known("GTXPro", "GTX Pro", "Quite another name")
    found = find_alike(names, [("gtx.example", at) for at in range(3)])
    assert [(pair.one_id, pair.other_id, pair.reason) for pair in found] == [
        (0, 1, "The names differ by spaces only; both have the mail domain gtx.example."),
        (0, 2, "Both have the mail domain gtx.example."),
        (1, 2, "Both have the mail domain gtx.example."),
    ]


def test_a_domain_that_many_accounts_share_is_no_reason():
    names = known(*(f"Shop {letter}" for letter in "abcdefg"))
    assert find_alike(names, [("host.example", at) for at in range(7)]) == []


def test_a_letter_is_no_typing_error_where_industry_and_region_contradict():
    one = Known(1, "Northern Technolgy", "northern technolgy", "Medical", "Kenya")
    other = Known(2, "Northern Technology", "northern technology", "Retail", "Japan")
    assert find_alike([one, other], []) == []


def test_pairs_whose_facts_contradict_stand_behind_the_others():
    gtx = [Known(1, "GTXPro", "gtxpro", "Medical"), Known(2, "GTX Pro", "gtx pro", "Retail")]
    acme = [Known(3, "Acme Corp", "acme corp"), Known(4, "Acme Corporation", "acme corporation")]
    assert [pair.one_id for pair in find_alike([*gtx, *acme], [])] == [3, 1]


def test_each_pair_is_found_once_and_a_large_group_stays_small():
    spaced = ["".join(" x" if at == gap else "x" for at in range(12)) for gap in range(1, 12)]
    found = find_alike(known(*spaced), [])
    assert len(found) == len({(pair.one_id, pair.other_id) for pair in found}) == len(spaced) - 1
    assert {pair.one_id for pair in found} == {0}


def test_no_more_pairs_are_kept_than_anybody_goes_through():
    names = [name for at in range(MOST_PAIRS + 10) for name in (f"Company{at}a", f"Company {at} a")]
    assert len(find_alike(known(*names), [])) == MOST_PAIRS


def test_a_name_of_any_length_can_be_compared():
    long = "A" * 499
    assert why(f"{long}b", f"{long}c")[0].startswith("One letter differs: aaaa")
    assert all(len(reason) < 500 for reason in why(f"{long}b Co", f"{long} b Co"))


def test_nothing_silly_is_suggested_of_a_real_list(shared_data):
    with (shared_data / "crm" / "accounts.csv").open(newline="", encoding="utf-8") as file:
        listed = [
            Known(at, row["account"], account_key(row["account"]), row["sector"], row["office_location"])
            for at, row in enumerate(csv.DictReader(file))
        ]
    assert len(listed) == 85
    assert find_alike(listed, []) == []


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://www.Acme.example/about?x=1", "acme.example"),
        ("acme.example", "acme.example"),
        ("WWW.ACME.EXAMPLE:8080", "acme.example"),
        ("jo@mail.acme.example", "mail.acme.example"),
        ("@acme.example", "acme.example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("http://", ""),
        ("acme", ""),
        ("acme..example", ""),
        ("-acme.example", ""),
        ("10.0.0.1", ""),
        ("a" * 300 + ".example", ""),
        ("ü" * 200 + ".example", ""),
        ("", ""),
    ],
)
def test_a_mail_domain_is_read_out_of_what_people_write(text, domain):
    assert domain_of(text) == domain


def test_domains_that_tell_nothing_are_refused_with_the_reason():
    assert "Anybody may have an address at gmail.com" in why_not("GMail.com")
    assert "end in co.uk" in why_not("co.uk")
    assert "is no mail domain" in why_not("acme corp")
    assert why_not("acme.co.uk") == why_not("co.acme.example") == ""


def test_a_cell_may_hold_several_domains_and_hosts_are_none_of_the_company():
    assert company_domains("https://acme.example; acme.test, gmail.com") == ("acme.example", "acme.test")
    assert company_domains("https://www.linkedin.com/company/acme") == ()
    assert company_domains("acme.wordpress.com") == ()
