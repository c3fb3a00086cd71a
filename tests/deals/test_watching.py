"""The watched folder: nightly files import themselves, and wait for somebody where something looks wrong."""

from __future__ import annotations

import os
import time

import pytest
from sqlalchemy import select

from portal.deals import watching
from portal.deals.models import Deal, DealImport, StageEntry
from portal.deals.watching import part_of
from portal.deals.watching_tasks import look_into_the_folder
from portal.notifications.models import Notification
from portal.worker import every_minute
from tests.deals.conftest import HEADER, LOST, OPEN, WON

HOUR = 3600
HISTORY = "deal id,stage,entered at\nD3,Qualified,2026-02-01\nD3,Proposal,2026-02-10\n"


@pytest.fixture
def folder(app, tmp_path):
    """The folder that the portal watches, with a place for the CRM "salesforce"."""
    folder = tmp_path / "crm"
    (folder / "salesforce").mkdir(parents=True)
    app.config["IMPORT_FOLDER"] = folder
    return folder


@pytest.fixture
def put(folder):
    """Leave a file in the folder, an hour ago: put("deals.csv", WON)."""

    def leave(name, *lines, header=HEADER, crm="salesforce", age=HOUR):
        path = folder / crm / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join((header, *lines)) + "\n")
        os.utime(path, (time.time() - age, time.time() - age))
        return path

    return leave


@pytest.fixture
def minute(app, run_jobs):
    """Let minutes pass: the worker looks into the folder and does its jobs."""

    def passes(times=2):
        for _ in range(times):
            with app.app_context():
                look_into_the_folder()
            run_jobs()

    return passes


def test_the_worker_looks_every_minute(app):
    assert look_into_the_folder in every_minute


def test_a_file_of_deals_imports_itself_and_is_put_aside(put, minute, rows, folder):
    path = put("deals.csv", WON, LOST, OPEN)
    minute()
    assert rows(select(Deal.source).distinct()) == ["salesforce"]
    assert sorted(rows(select(Deal.external_id))) == ["D1", "D2", "D3"]
    assert rows(select(DealImport.state)) == ["applied"]
    assert rows(select(DealImport.origin)) == ["folder"]
    assert not path.exists()
    assert [one.name.split(" ", 2)[2] for one in (folder / "salesforce" / "taken").iterdir()] == ["deals.csv"]


def test_nothing_more_happens_once_a_file_was_taken(put, minute, rows):
    put("deals.csv", WON)
    minute(5)
    assert len(rows(select(DealImport.id))) == 1


def test_accounts_people_and_history_come_along_in_their_order(put, minute, rows):
    put("stage_history.csv", *HISTORY.splitlines()[1:], header=HISTORY.splitlines()[0])
    put("accounts.csv", "Acme,Mining", header="account name,industry")
    put("opportunities.csv", OPEN)
    minute(4)
    assert rows(select(DealImport.kind).order_by(DealImport.id)) == ["deals", "history"]
    assert rows(select(Deal.industry)) == ["Mining"]
    assert "Qualified" in rows(select(StageEntry.stage))


def test_a_file_that_is_still_being_written_waits(put, minute, rows):
    put("deals.csv", WON, age=3)
    minute()
    assert rows(select(DealImport.id)) == []


def test_accounts_without_deals_wait_for_them(put, minute, rows):
    path = put("accounts.csv", "Acme,Mining", header="account name,industry")
    minute()
    assert rows(select(DealImport.id)) == []
    assert path.exists()


def test_a_file_with_many_wrong_rows_waits_for_somebody_who_is_told(make, sign_in, put, minute, rows):
    manager = make.user("manager")
    make.user("rep")
    put("deals.csv", WON, "D9,No stage,Acme,Jo Day,,,100,USD,,")
    minute(3)
    assert rows(select(Deal.id)) == []
    assert rows(select(DealImport.state)) == ["planned"]
    told = rows(select(Notification))
    assert [one.user_id for one in told] == [manager.id]
    assert "1 of 2 rows would be refused" in told[0].title
    assert sign_in(manager).get(told[0].address).status_code == 200


def test_a_newer_file_replaces_one_that_nobody_looked_at(make, sign_in, put, minute, rows):
    put("deals.csv", "D9,No stage,Acme,Jo Day,,,100,USD,,", WON)
    minute()
    put("deals.csv", OPEN)
    minute()
    assert rows(select(DealImport.state).order_by(DealImport.id)) == ["replaced", "applied"]
    first = rows(select(DealImport.id).order_by(DealImport.id))[0]
    client = sign_in(make.user("manager"))
    assert "Replaced" in client.get(f"/deals/import/{first}").get_data(as_text=True)
    assert client.post(f"/deals/import/{first}/apply").status_code == 409


def test_a_file_that_is_no_table_is_told_and_put_aside(make, put, minute, rows, folder):
    make.user("admin")
    (folder / "salesforce" / "deals.csv").write_bytes(b"\x00\x01\x02" * 100)
    os.utime(folder / "salesforce" / "deals.csv", (time.time() - HOUR, time.time() - HOUR))
    minute(3)
    assert rows(select(DealImport.state)) == ["unreadable"]
    assert "could not be read" in rows(select(Notification.title))[0]
    assert not (folder / "salesforce" / "deals.csv").exists()


def test_an_empty_or_too_large_file_is_told_once(app, make, put, minute, rows, folder):
    make.user("admin")
    empty = folder / "salesforce" / "deals.csv"
    empty.touch()
    os.utime(empty, (time.time() - HOUR, time.time() - HOUR))
    minute(3)
    app.config["MAX_UPLOAD_MB"] = 0
    put("deals.csv", WON)
    minute(3)
    titles = rows(select(Notification.title).order_by(Notification.id))
    assert len(titles) == 2
    assert "is empty" in titles[0]
    assert "larger" in titles[1]
    assert rows(select(DealImport.id)) == []


def test_one_crm_that_goes_wrong_keeps_no_other_waiting(put, minute, rows):
    put("deals.csv", "garbage", header="nothing of use")
    put("deals.csv", WON, crm="hubspot")
    minute(3)
    assert rows(select(Deal.source)) == ["hubspot"]


@pytest.mark.parametrize("crm", ["no spaces allowed", "-" * 60, "über alles!"])
def test_folders_that_name_no_crm_are_left_alone(put, minute, rows, crm):
    path = put("deals.csv", WON, crm=crm)
    minute()
    assert rows(select(DealImport.id)) == []
    assert path.exists()


def test_links_out_of_the_folder_and_other_files_are_not_followed(put, minute, rows, folder, tmp_path):
    (tmp_path / "secret.csv").write_text(f"{HEADER}\n{WON}\n")
    (folder / "salesforce" / "deals.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "elsewhere").symlink_to(tmp_path)
    put("deals.csv.part", WON)
    put(".deals.csv", WON)
    minute()
    assert rows(select(DealImport.id)) == []


def test_a_folder_that_cannot_be_moved_into_takes_a_file_once(put, minute, rows, folder, monkeypatch):
    def refused(self, target):
        raise PermissionError

    monkeypatch.setattr("pathlib.Path.rename", refused)
    put("deals.csv", WON)
    minute(4)
    assert len(rows(select(DealImport.id))) == 1


def test_a_folder_that_is_gone_stops_nothing(app, minute, tmp_path):
    app.config["IMPORT_FOLDER"] = tmp_path / "unmounted"
    minute()


def test_a_second_import_of_a_crm_waits_for_the_first(app, put, rows):
    put("deals.csv", WON)
    with app.app_context():
        look_into_the_folder()
    put("deals.csv", OPEN)
    with app.app_context():
        look_into_the_folder()
    assert len(rows(select(DealImport.id))) == 1


def test_complete_in_the_name_says_that_the_file_is_the_whole_crm(put, minute, rows):
    put("deals_complete.csv", WON)
    minute()
    assert rows(select(DealImport.is_complete)) == [True]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("deals.csv", "deals"),
        ("Opportunities 2026.xlsx", "deals"),
        ("Accounts.csv", "accounts"),
        ("companies.csv", "accounts"),
        ("sales_team.csv", "users"),
        ("OpportunityHistory.csv", "history"),
        ("content-usage.csv", "usage"),
    ],
)
def test_a_files_name_says_what_is_in_it(name, part):
    assert part_of(name) == part


def test_a_file_whose_columns_are_not_certain_waits_for_somebody(make, put, minute, rows):
    make.user("manager")
    put("deals.csv", "A-1,Closed Won,2026-02-03", "A-2,Closed Lost,2026-02-04", header="Ref,Where,Due")
    minute()
    assert rows(select(DealImport.state)) == ["mapping"]
    assert rows(select(Deal.id)) == []
    [notice] = rows(select(Notification.title))
    assert notice == "deals.csv of salesforce waits for your look: Its columns are not certain."


def test_a_column_that_was_renamed_since_last_night_waits_for_somebody(make, put, minute, rows):
    put("deals.csv", WON, age=2 * HOUR)
    minute()
    put("deals.csv", WON, LOST, header=HEADER.replace("amount", "gross sum"))
    minute()
    assert rows(select(DealImport.state)) == ["applied", "mapping"]
    [waiting] = [one for one in rows(select(DealImport)) if one.state == "mapping"]
    assert waiting.report["surveys"][0]["asks"] == {"amount": "It was “amount”, now perhaps “gross sum”."}


def test_half_a_file_that_calls_itself_complete_waits_and_keeps_nothing_else_waiting(make, put, minute, rows):
    manager = make.user("manager")
    put("deals.csv", WON, LOST, OPEN)
    put("deals.csv", OPEN, crm="hubspot")
    minute()
    put("deals complete.csv", WON)
    minute()
    put("deals two.csv", OPEN.replace("D3", "D4"), crm="hubspot")
    minute(3)
    assert rows(select(Deal.id).where(Deal.removed_at.is_not(None))) == []
    assert rows(select(DealImport.state).where(DealImport.filename == "deals complete.csv")) == ["planned"]
    assert rows(select(DealImport.state).where(DealImport.filename == "deals two.csv")) == ["applied"]
    told = rows(select(Notification.title).where(Notification.user_id == manager.id))
    assert [title for title in told if "It lacks 2 of the 3 deals known." in title] == told


@pytest.mark.parametrize("step", ["store", "take"])
def test_a_newer_file_that_takes_a_names_place_meanwhile_is_not_put_aside_unread(
    put, minute, rows, monkeypatch, step
):
    put("deals.csv", WON)
    real = getattr(watching, step)

    def replaced_meanwhile(*arguments):
        found = real(*arguments)
        monkeypatch.setattr(watching, step, real)
        put("deals.csv", WON, OPEN)
        return found

    monkeypatch.setattr(watching, step, replaced_meanwhile)
    minute(4)
    assert sorted(rows(select(Deal.external_id))) == ["D1", "D3"]


def test_what_a_file_removed_by_itself_is_told_once_and_on_its_page(make, sign_in, put, minute, rows):
    admin = make.user("admin")
    put("deals.csv", *(OPEN.replace("D3", f"D{number}") for number in range(6)))
    minute(3)
    assert rows(select(Notification)) == []
    put("deals complete.csv", *(OPEN.replace("D3", f"D{number}") for number in range(5)))
    minute(5)
    (told,) = rows(select(Notification))
    assert told.user_id == admin.id
    assert told.title == "deals complete.csv of salesforce imported itself: 1 deal marked as removed"
    page = sign_in(admin).get(told.address).get_data(as_text=True)
    assert "1 deal that the file lacks is marked as removed" in page
    assert "came from the watched folder, and nobody was asked" in page
    assert "Watched folder" in page
    assert "Command line" not in page
    assert "1 removed" in sign_in(admin).get("/deals/import").get_data(as_text=True)
