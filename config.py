"""Every setting of the portal; the environment is read here and nowhere else."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent
MEGABYTE = 1024 * 1024
# How a connection to the mail server is kept secret, and the port that goes with it.
SMTP_SECURITIES = {"none": 25, "starttls": 587, "tls": 465}
# What an open deal counts for the worth of requests, in percent of its amount, where its stage has one of these names.
STAGE_WEIGHTS = "Prospecting=10 Qualification=20 Discovery=20 Evaluation=40 Proposal=60 Negotiation=80"
_STAGE_WEIGHT = re.compile(r"""[\s,]*(?:"([^"]+)"|([^=,"]+?))\s*=\s*([0-9]{1,3})\s*%?(?=[\s,]|$)""")
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
BOOSTS = ("rating", "wins", "freshness", "deal", "approved", "new")


def _secret_key(data_dir: Path) -> str:
    """Return the key kept in the data folder, made on first use so that nobody has to invent one."""
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _whole_number(name: str, text: str | None, default: int) -> int:
    """Return a setting that is a whole number, or end with a message that names it."""
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise SystemExit(f"The setting {name} has to be a whole number, not {text!r}.")
    return int(text)


def _percent(name: str, text: str | None, default: int) -> int:
    """Return a setting that is a share in percent, or end with a message that names it."""
    percent = _whole_number(name, text, default)
    if percent > 100:
        raise SystemExit(f"The setting {name} has to be a percentage from 0 to 100, not {percent}.")
    return percent


def _stage_weights(name: str, text: str | None) -> dict[str, int]:
    """Return a setting that is a list of stages with a percentage each, or end with a message that shows how."""
    if (text or "").strip() == "none":
        return {}
    rest, weights = (text or STAGE_WEIGHTS).strip(), dict[str, int]()
    while rest:
        found = _STAGE_WEIGHT.match(rest)
        if found is None or int(found[3]) > 100:
            raise SystemExit(
                f"The setting {name} has to be a list of stages with a percentage from 0 to 100 each, such as"
                f" Prospecting=10, Value Proposition=40; {rest[:60]!r} is not."
            )
        stage = " ".join((found[1] or found[2]).split())
        if stage.casefold() in map(str.casefold, weights):
            raise SystemExit(f"The setting {name} names the stage {stage!r} twice.")
        weights[stage] = int(found[3])
        rest = rest[found.end() :].strip(" \t\r\n,")
    return weights


def _time_zone(name: str, text: str | None) -> str:
    """Return a setting that is a time zone, or end with a message that names it."""
    zone = text or "UTC"
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SystemExit(
            f"The setting {name} has to be a time zone such as Europe/Berlin, not {zone!r}."
        ) from None
    return zone


def _ports(name: str, text: str | None) -> frozenset[int]:
    """Return a setting that is a list of ports, or end with a message that names it."""
    words = (text or "80 443").replace(",", " ").split()
    if not all(
        word.isascii() and word.isdigit() and len(word) < 6 and 0 < int(word) < 65536 for word in words
    ):
        raise SystemExit(f"The setting {name} has to be a list of ports such as 80 443, not {text!r}.")
    return frozenset(map(int, words))


def _boosts(name: str, text: str | None) -> tuple[str, ...]:
    """Return a setting that is a list of boosts, or end with a message that names those there are."""
    words = (text or " ".join(BOOSTS)).replace(",", " ").split()
    if words == ["none"]:
        return ()
    unknown = [word for word in words if word not in BOOSTS]
    if unknown:
        known = " ".join(BOOSTS)
        raise SystemExit(
            f"The setting {name} has to be none, or some of {known}; {unknown[0]!r} is none of them."
        )
    return tuple(word for word in BOOSTS if word in words)


def _folder(name: str, text: str | None) -> Path | None:
    """Return a setting that is a folder, given from the root of the file system, or end with a message."""
    if not (text or "").strip():
        return None
    folder = Path(str(text)).expanduser()
    if not folder.is_absolute():
        raise SystemExit(f"The setting {name} has to be a whole path such as /srv/crm, not {text!r}.")
    return folder


def _file(name: str, text: str | None) -> Path | None:
    """Return a setting that is a file, given from the root of the file system, or end with a message."""
    path = _folder(name, text)
    if path is not None and path.is_dir():
        raise SystemExit(f"The setting {name} has to be a file, and {str(path)!r} is a folder.")
    return path


def _search_engine(name: str, text: str | None) -> str:
    """Return a setting that is a search engine which is installed, or end with a message that names it."""
    engine = text or "whoosh"
    if engine not in ("whoosh", "tantivy"):
        raise SystemExit(f"The setting {name} has to be whoosh or tantivy, not {engine!r}.")
    if engine == "tantivy" and find_spec("tantivy") is None:
        raise SystemExit(
            f"The setting {name}=tantivy needs a package: tools/install.sh python3 requirements-tantivy.txt"
        )
    return engine


def _port(name: str, text: str | None, default: int) -> int:
    """Return a setting that is a port, or end with a message that names it."""
    number = _whole_number(name, text, default)
    if not 0 < number < 65536:
        raise SystemExit(f"The setting {name} has to be a port from 1 to 65535, not {number}.")
    return number


def _positive(name: str, text: str | None, default: int) -> int:
    """Return a setting that is a whole number from 1, or end with a message that names it."""
    number = _whole_number(name, text, default)
    if number == 0:
        raise SystemExit(f"The setting {name} has to be 1 or more.")
    return number


def _domain(name: str, text: str | None) -> str:
    """Return a setting that is a mail domain in small letters, or end with a message that names it."""
    domain = (text or "").strip().lower()
    if domain and (len(domain) > 200 or _DOMAIN.fullmatch(domain) is None):
        raise SystemExit(f"The setting {name} has to be a domain such as log.example.com, not {text!r}.")
    return domain


def _host(name: str, text: str | None) -> str:
    """Return a setting that is the name or address of a machine, or end with a message that names it."""
    host = (text or "").strip()
    if not all(sign.isascii() and (sign.isalnum() or sign in "-_.:") for sign in host):
        raise SystemExit(f"The setting {name} has to be a host such as mail.example.com, not {text!r}.")
    return host


def _security(name: str, text: str | None) -> str:
    """Return how the connection to the mail server is kept secret, or end with a message that names the ways."""
    security = text or "starttls"
    if security not in SMTP_SECURITIES:
        known = ", ".join(SMTP_SECURITIES)
        raise SystemExit(f"The setting {name} has to be one of {known}, not {security!r}.")
    return security


def _sender(name: str, text: str | None, *, is_needed: bool) -> str:
    """Return the address that mail comes from, or end with a message that says what it should look like."""
    if not text:
        if is_needed:
            raise SystemExit(
                f"The setting {name} is needed with SMTP_HOST: the address that mail comes from."
            )
        return ""
    shown, address = parseaddr(text)
    try:
        sender = Address(shown, addr_spec=address)
    except (ValueError, IndexError, MessageError):
        sender = Address()
    if not (sender.username and sender.domain and text.isprintable() and address.isascii()):
        raise SystemExit(
            f"The setting {name} has to be an address such as Tandem <tandem@example.com>, not {text!r}."
        )
    return str(sender)


def _login(user: str | None, password: str | None) -> tuple[str, str]:
    """Return name and password for the mail server, or end with a message where one comes without the other."""
    if bool(user) != bool(password):
        raise SystemExit("The settings SMTP_USER and SMTP_PASSWORD go together: set both or none.")
    if not f"{user or ''}{password or ''}".isascii():
        raise SystemExit("The settings SMTP_USER and SMTP_PASSWORD can only have letters of ASCII.")
    return user or "", password or ""


class Config:
    """Settings for a real portal; each attribute that the environment may change is listed in docs/settings.md."""

    TESTING = False
    DEBUG = False
    ARGON2_MEMORY_KIB = 19 * 1024
    ARGON2_ROUNDS = 2
    MAX_FORM_MEMORY_SIZE = 4 * MEGABYTE
    SQLALCHEMY_TRACK_MODIFICATIONS = False
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_COOKIE_NAME = "tandem"
    WTF_CSRF_TIME_LIMIT = None

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        read = (os.environ if environ is None else environ).get
        self.DATA_DIR = Path(read("PORTAL_DATA_DIR") or ROOT / "instance").resolve()
        self.SECRET_KEY = read("SECRET_KEY") or _secret_key(self.DATA_DIR)
        self.SQLALCHEMY_DATABASE_URI = read("DATABASE_URL") or f"sqlite:///{self.DATA_DIR / 'tandem.db'}"
        self.PORT = _whole_number("PORT", read("PORT"), 8000)
        self.BASE_URL = (read("BASE_URL") or f"http://127.0.0.1:{self.PORT}").rstrip("/")
        self.ORGANISATION_NAME = read("ORGANISATION_NAME") or "Tandem"
        self.ORGANISATION_TIME_ZONE = _time_zone("ORGANISATION_TIME_ZONE", read("ORGANISATION_TIME_ZONE"))
        self.BASE_CURRENCY = (read("BASE_CURRENCY") or "USD").upper()
        self.REVENUE_TARGET = _whole_number("REVENUE_TARGET", read("REVENUE_TARGET"), 0)
        self.MAX_UPLOAD_MB = _whole_number("MAX_UPLOAD_MB", read("MAX_UPLOAD_MB"), 100)
        # Ten of the largest files at once, and the form around them.
        self.MAX_CONTENT_LENGTH = (self.MAX_UPLOAD_MB * 10 + 5) * MEGABYTE
        self.IMPORT_FOLDER = _folder("IMPORT_FOLDER", read("IMPORT_FOLDER"))
        self.SHARE_LINK_DAYS = _whole_number("SHARE_LINK_DAYS", read("SHARE_LINK_DAYS"), 30)
        self.VISIT_DAYS = _positive("VISIT_DAYS", read("VISIT_DAYS"), 400)
        self.WORKING_DEAL_HOURS = _whole_number("WORKING_DEAL_HOURS", read("WORKING_DEAL_HOURS"), 2)
        self.SESSION_DAYS = _whole_number("SESSION_DAYS", read("SESSION_DAYS"), 14)
        self.PERMANENT_SESSION_LIFETIME = timedelta(days=self.SESSION_DAYS)
        self.SESSION_COOKIE_SECURE = (read("COOKIE_SECURE") or "no") == "yes"
        self.PROXY_COUNT = _whole_number("PROXY_COUNT", read("PROXY_COUNT"), 0)
        self.SOFFICE = read("SOFFICE") or "auto"
        self.SEARCH_BOOSTS = _boosts("SEARCH_BOOSTS", read("SEARCH_BOOSTS"))
        self.LINK_PORTS = _ports("LINK_PORTS", read("LINK_PORTS"))
        self.SEARCH_ENGINE = _search_engine("SEARCH_ENGINE", read("SEARCH_ENGINE"))
        self.STAGE_WEIGHTS = _stage_weights("STAGE_WEIGHTS", read("STAGE_WEIGHTS"))
        self.STAGE_WEIGHT_DEFAULT = _percent("STAGE_WEIGHT_DEFAULT", read("STAGE_WEIGHT_DEFAULT"), 50)
        self.REQUEST_FADE_DAYS = _whole_number("REQUEST_FADE_DAYS", read("REQUEST_FADE_DAYS"), 30)
        self.NOTIFICATION_DAYS = _whole_number("NOTIFICATION_DAYS", read("NOTIFICATION_DAYS"), 180)
        self.SMTP_HOST = _host("SMTP_HOST", read("SMTP_HOST"))
        self.SMTP_SECURITY = _security("SMTP_SECURITY", read("SMTP_SECURITY"))
        self.SMTP_PORT = _port("SMTP_PORT", read("SMTP_PORT"), SMTP_SECURITIES[self.SMTP_SECURITY])
        self.SMTP_USER, self.SMTP_PASSWORD = _login(read("SMTP_USER"), read("SMTP_PASSWORD"))
        self.MAIL_FROM = _sender("MAIL_FROM", read("MAIL_FROM"), is_needed=bool(self.SMTP_HOST))
        self.CAPTURE_DOMAIN = _domain("CAPTURE_DOMAIN", read("CAPTURE_DOMAIN"))
        self.CAPTURE_HOST = _host("CAPTURE_HOST", read("CAPTURE_HOST")) or "127.0.0.1"
        self.CAPTURE_PORT = _port("CAPTURE_PORT", read("CAPTURE_PORT"), 2525)
        self.CAPTURE_MAX_MB = _positive("CAPTURE_MAX_MB", read("CAPTURE_MAX_MB"), 30)
        self.CAPTURE_PER_MINUTE = _positive("CAPTURE_PER_MINUTE", read("CAPTURE_PER_MINUTE"), 30)
        self.CAPTURE_TLS_CERT = _file("CAPTURE_TLS_CERT", read("CAPTURE_TLS_CERT"))
        self.CAPTURE_TLS_KEY = _file("CAPTURE_TLS_KEY", read("CAPTURE_TLS_KEY"))
        if (self.CAPTURE_TLS_CERT is None) != (self.CAPTURE_TLS_KEY is None):
            raise SystemExit(
                "The settings CAPTURE_TLS_CERT and CAPTURE_TLS_KEY go together: set both or none."
            )
        self.CAPTURE_DAYS = _whole_number("CAPTURE_DAYS", read("CAPTURE_DAYS"), 180)


class DevelopmentConfig(Config):
    """Settings for working on the portal itself."""

    DEBUG = True
    TEMPLATES_AUTO_RELOAD = True


class TestConfig(Config):
    """Settings for tests: a folder of their own, cheap password hashes, and deals that count whole in every stage."""

    __test__ = False
    TESTING = True
    ARGON2_MEMORY_KIB = 8
    ARGON2_ROUNDS = 1

    def __init__(self, data_dir: Path, **changes: object) -> None:
        super().__init__({"PORTAL_DATA_DIR": str(data_dir), "SECRET_KEY": "only-for-tests"})
        self.STAGE_WEIGHTS, self.STAGE_WEIGHT_DEFAULT = {}, 100
        for name, value in changes.items():
            setattr(self, name, value)
