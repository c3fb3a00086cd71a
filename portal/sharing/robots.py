"""Telling programs that fetch a link from people who open it."""

from __future__ import annotations

import re

from werkzeug.datastructures import Headers

_PROGRAMS = re.compile(
    r"bot\b|bot/|crawl|spider|slurp|preview|scanner|facebookexternalhit|whatsapp|telegram|skypeuripreview|"
    r"slack-imgproxy|embedly|safelinks|barracuda|proofpoint|mimecast|curl|wget|python|libwww|go-http|java/|"
    r"okhttp|axios|node-fetch|httpclient|office existence|ms-office",
    re.IGNORECASE,
)


def is_program(headers: Headers) -> bool:
    """Say whether a request comes from a robot, a link scanner or a previewer rather than a person's browser."""
    agent = headers.get("User-Agent", "")
    purpose = f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')} {headers.get('X-Moz', '')}"
    return not agent or _PROGRAMS.search(agent) is not None or "prefetch" in purpose or "preview" in purpose
