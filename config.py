"""Every setting of the portal; the environment is read here and nowhere else."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent
MEGABYTE = 1024 * 1024


def _secret_key(data_dir: Path) -> str:
    """Return the key kept in the data folder, made on first use so that nobody has to invent one."""
    path = data_dir / "secret_key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


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
        self.PORT = int(read("PORT") or 8000)
        self.BASE_URL = (read("BASE_URL") or f"http://127.0.0.1:{self.PORT}").rstrip("/")
        self.ORGANISATION_NAME = read("ORGANISATION_NAME") or "Tandem"
        self.ORGANISATION_TIME_ZONE = read("ORGANISATION_TIME_ZONE") or "UTC"
        self.BASE_CURRENCY = (read("BASE_CURRENCY") or "USD").upper()
        self.REVENUE_TARGET = int(read("REVENUE_TARGET") or 0)
        self.MAX_UPLOAD_MB = int(read("MAX_UPLOAD_MB") or 100)
        # One byte more than the files themselves, so that the form around them fits too.
        self.MAX_CONTENT_LENGTH = (self.MAX_UPLOAD_MB * 10 + 5) * MEGABYTE
        self.SHARE_LINK_DAYS = int(read("SHARE_LINK_DAYS") or 30)
        self.WORKING_DEAL_HOURS = int(read("WORKING_DEAL_HOURS") or 2)
        self.SESSION_DAYS = int(read("SESSION_DAYS") or 14)
        self.PERMANENT_SESSION_LIFETIME = timedelta(days=self.SESSION_DAYS)
        self.SESSION_COOKIE_SECURE = (read("COOKIE_SECURE") or "no") == "yes"
        self.PROXY_COUNT = int(read("PROXY_COUNT") or 0)
        self.SOFFICE = read("SOFFICE") or "auto"


class DevelopmentConfig(Config):
    """Settings for working on the portal itself."""

    DEBUG = True
    TEMPLATES_AUTO_RELOAD = True


class TestConfig(Config):
    """Settings for tests: a folder of their own and cheap password hashes."""

    __test__ = False
    TESTING = True
    ARGON2_MEMORY_KIB = 8
    ARGON2_ROUNDS = 1

    def __init__(self, data_dir: Path, **changes: object) -> None:
        super().__init__({"PORTAL_DATA_DIR": str(data_dir), "SECRET_KEY": "only-for-tests"})
        for name, value in changes.items():
            setattr(self, name, value)
