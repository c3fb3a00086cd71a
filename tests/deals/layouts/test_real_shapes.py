"""A CRM's real files, in the shapes in which they come, through the pages."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import func, select

from portal.deals.models import Deal, DealImport
from tests.deals.layouts.conftest import controls, text
from tests.deals.layouts.shapes import SHAPES

# Their names tell everything; of the German one, two columns have names of its own.
CERTAIN = {"as it is", "hubspot", "salesforce", "workbook"}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_crm_of_8800_deals_comes_in_whole_in_every_shape(
    shared_data, client, hand_in, choose, run_jobs, rows, shape
):
    crm = shared_data / "crm"
    name, data = SHAPES[shape](crm)
    beside = {
        "accounts": (io.BytesIO((crm / "accounts.csv").read_bytes()), "accounts.csv"),
        "users": (io.BytesIO((crm / "sales_teams.csv").read_bytes()), "sales_teams.csv"),
    }
    address = hand_in(data, name, **beside)
    assert rows(select(DealImport.state)) == ["planned" if shape in CERTAIN else "mapping"]
    page = text(client.get(f"{address}/columns"))
    if shape == "german":
        assert (controls(page)["deals-id"], controls(page)["deals-created"]) == ("Nr", "Beginn")
        assert "A guess: “Nr”" in page
        assert "day.month.year, 6,711 of 6,711 rows" in page
        assert "decimal comma in 6,711 rows" in page
        assert choose(address).status_code == 303
    preview = text(client.get(address))
    assert "Import 8,800 deals" in preview
    assert "2,089 open, 4,238 won, 2,473 lost" in preview
    assert "10,005,534 USD" in preview
    client.post(f"{address}/apply")
    run_jobs()
    won = select(func.count(), func.sum(Deal.base_amount_minor)).where(Deal.status == "won")
    assert rows(won) == [4238]
    assert rows(select(func.sum(Deal.base_amount_minor)).where(Deal.status == "won")) == [1_000_553_400]
    assert rows(select(func.count()).where(Deal.status == "lost")) == [2473]
    assert rows(select(func.count()).select_from(Deal)) == [8800]
    [done] = rows(select(DealImport))
    assert (done.state, done.report["refused"], done.report["rows_refused"]) == ("applied", 0, [])
