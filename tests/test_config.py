"""Settings: read from the environment, checked at the start, and kept in one folder."""

from __future__ import annotations

import pytest

from config import Config


def _config(tmp_path, **environ):
    return Config({"PORTAL_DATA_DIR": str(tmp_path), **environ})


def test_without_any_setting_everything_lies_in_one_folder(tmp_path):
    config = _config(tmp_path)
    assert f"sqlite:///{tmp_path / 'tandem.db'}" == config.SQLALCHEMY_DATABASE_URI
    assert (config.PORT, config.BASE_URL, config.BASE_CURRENCY) == (8000, "http://127.0.0.1:8000", "USD")


def test_the_secret_key_is_drawn_once_and_readable_by_its_owner_only(tmp_path):
    assert _config(tmp_path).SECRET_KEY == _config(tmp_path).SECRET_KEY
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("REVENUE_TARGET", "1.5m"),
        ("MAX_UPLOAD_MB", "-1"),
        ("ORGANISATION_TIME_ZONE", "Mars/Base"),
        ("LINK_PORTS", "80 http"),
        ("LINK_PORTS", "443, 70000"),
        ("SEARCH_ENGINE", "lucene"),
        ("SMTP_HOST", "mail.example.com/in"),
        ("SMTP_HOST", "mail example"),
        ("SMTP_PORT", "0"),
        ("SMTP_PORT", "smtp"),
        ("SMTP_PORT", "65536"),
        ("SMTP_SECURITY", "ssl"),
        ("SMTP_USER", "ann"),
        ("SMTP_PASSWORD", "secret"),
        ("MAIL_FROM", "tandem"),
        ("MAIL_FROM", "tandem@"),
        ("MAIL_FROM", "<<tandem>@example.com>"),
        ("MAIL_FROM", "Tandem <tandem@example.com>\nBcc: <eve@example.com>"),
        ("STAGE_WEIGHTS", "Negotiation"),
        ("STAGE_WEIGHTS", "Negotiation=101"),
        ("STAGE_WEIGHTS", "Negotiation=-1"),
        ("STAGE_WEIGHTS", "Negotiation=many"),
        ("STAGE_WEIGHTS", "=10"),
        ("STAGE_WEIGHTS", "Negotiation=80 negotiation=70"),
        ("STAGE_WEIGHT_DEFAULT", "101"),
        ("REQUEST_FADE_DAYS", "a month"),
        ("CAPTURE_DOMAIN", "log"),
        ("CAPTURE_DOMAIN", "@log.example.com"),
        ("CAPTURE_DOMAIN", "log.example.com/in"),
        ("CAPTURE_HOST", "all of them"),
        ("CAPTURE_PORT", "smtp"),
        ("CAPTURE_MAX_MB", "0"),
        ("CAPTURE_PER_MINUTE", "0"),
        ("CAPTURE_DAYS", "half a year"),
        ("CAPTURE_TLS_CERT", "cert.pem"),
        ("CAPTURE_TLS_CERT", "/tmp"),
        ("CAPTURE_TLS_KEY", "/etc/tandem/key.pem"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_at_the_start(tmp_path, name, value):
    with pytest.raises(SystemExit, match=name):
        _config(tmp_path, **{name: value})


def test_a_search_engine_that_is_not_installed_is_named_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("config.find_spec", lambda _: None)
    assert _config(tmp_path).SEARCH_ENGINE == "whoosh"
    with pytest.raises(SystemExit, match=r"^The setting SEARCH_ENGINE=tantivy .*requirements-tantivy\.txt$"):
        _config(tmp_path, SEARCH_ENGINE="tantivy")


def test_a_mail_server_needs_an_address_that_mail_comes_from(tmp_path):
    with pytest.raises(SystemExit, match="MAIL_FROM is needed with SMTP_HOST"):
        _config(tmp_path, SMTP_HOST="mail.example.com")
    config = _config(tmp_path, SMTP_HOST="mail.example.com", MAIL_FROM="Tandem News <news@example.com>")
    assert (config.SMTP_SECURITY, config.SMTP_PORT) == ("starttls", 587)
    assert config.MAIL_FROM == "Tandem News <news@example.com>"


def test_a_password_that_no_mail_server_could_read_is_named_at_the_start(tmp_path):
    with pytest.raises(SystemExit, match="SMTP_PASSWORD can only have letters of ASCII"):
        _config(tmp_path, SMTP_USER="portal", SMTP_PASSWORD="gehéim")


@pytest.mark.parametrize(("security", "port"), [("none", 25), ("starttls", 587), ("tls", 465)])
def test_the_port_of_the_mail_server_goes_with_how_it_is_secured(tmp_path, security, port):
    assert port == _config(tmp_path, SMTP_SECURITY=security).SMTP_PORT
    assert _config(tmp_path, SMTP_SECURITY=security, SMTP_PORT="2525").SMTP_PORT == 2525


@pytest.mark.parametrize(
    ("text", "weights"),
    [
        ("Prospecting=10 Negotiation=80", {"Prospecting": 10, "Negotiation": 80}),
        ("Value  Proposition = 40%, Negotiation=80,", {"Value Proposition": 40, "Negotiation": 80}),
        ('"Pilot, paid"=70 "Stage 2 = proof"=0', {"Pilot, paid": 70, "Stage 2 = proof": 0}),
        ("none", {}),
    ],
)
def test_stages_are_weighed_by_name(tmp_path, text, weights):
    read = _config(tmp_path, STAGE_WEIGHTS=text).STAGE_WEIGHTS
    assert read == weights


def test_stages_have_weights_before_anybody_sets_them(tmp_path):
    config = _config(tmp_path)
    assert (config.STAGE_WEIGHTS["Negotiation"], config.STAGE_WEIGHT_DEFAULT, config.REQUEST_FADE_DAYS) == (
        80,
        50,
        30,
    )
