"""Mail domains as people and files write them, and those that are no company's."""

from __future__ import annotations

import re

from portal.tabular.cells import shorten

LONGEST_DOMAIN = 253
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
# Domains at which anybody may have an address; none of them belongs to an account.
FREE = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com",
        "ymail.com", "aol.com", "icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com",
        "pm.me", "gmx.com", "gmx.net", "gmx.de", "gmx.at", "gmx.ch", "web.de", "t-online.de",
        "freenet.de", "mail.com", "zoho.com", "yandex.com", "yandex.ru", "mail.ru", "qq.com", "163.com",
        "126.com", "orange.fr", "free.fr", "laposte.net", "wanadoo.fr", "libero.it", "virgilio.it",
        "comcast.net", "verizon.net", "att.net", "sbcglobal.net", "hotmail.co.uk", "hotmail.fr",
        "yahoo.co.uk", "yahoo.fr", "yahoo.de", "btinternet.com", "bluewin.ch", "fastmail.com",
        "hey.com", "tutanota.com", "posteo.de", "mailbox.org"
    }
)  # fmt: skip
# A company's page at one of these is no domain of its own, and nobody there writes from it.
HOSTS = frozenset(
    {
        "linkedin.com", "facebook.com", "instagram.com", "twitter.com", "x.com", "youtube.com", "xing.com",
        "wordpress.com", "blogspot.com", "wixsite.com", "sites.google.com", "github.io", "myshopify.com",
        "weebly.com", "squarespace.com", "business.site",
    }
)  # fmt: skip
# Before the two letters of a country these make an ending that many companies share, as in co.uk.
_SHARED = frozenset({"co", "com", "org", "net", "gov", "ac", "edu", "or", "ne", "go", "gob", "gouv"})


def domain_of(text: str) -> str:
    """Return the mail domain that a website, an address or a domain names, in small ASCII letters, or ""."""
    host = re.split(r"[/?#\s]", text.strip().lower().rpartition("://")[2], maxsplit=1)[0]
    host = host.rpartition("@")[2].partition(":")[0].strip(".").removeprefix("www.")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return host if len(host) <= LONGEST_DOMAIN and _DOMAIN.fullmatch(host) else ""


def written(domain: str) -> str:
    """Return a stored domain as people write it: with its own letters."""
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain


def why_not(text: str) -> str:
    """Return why what somebody wrote can't be an account's mail domain, in one sentence, or "" when it can."""
    domain = domain_of(text)
    if not domain:
        return f"“{shorten(text.strip(), 60)}” is no mail domain; it looks like acme.com."
    if domain in FREE:
        return f"Anybody may have an address at {domain}, so it tells nothing of an account."
    if domain.partition(".")[0] in _SHARED and re.fullmatch(r"[a-z]+\.[a-z]{2}", domain):
        return f"Many companies have domains that end in {domain}; please write the whole one."
    return ""


def company_domains(text: str) -> tuple[str, ...]:
    """Return the domains of its own that a cell of a file names, each once; several may stand in one cell."""
    found = (domain_of(part) for part in re.split(r"[;,|\s]+", text) if part and not why_not(part))
    return tuple(dict.fromkeys(domain for domain in found if not _is_hosted(domain)))


def _is_hosted(domain: str) -> bool:
    return any(domain == host or domain.endswith(f".{host}") for host in HOSTS)
