"""Telling programs that fetch a link from people who open it."""

from __future__ import annotations

import re

from werkzeug.datastructures import Headers

# Robots, previewers of chat and mail programs, link scanners of mail gateways, and what programs fetch pages with.
_PROGRAMS = re.compile(
    # A Cubot is a telephone.
    r"(?<!\bcu)bot\b|(?<!\bcu)bot/|crawl|spider|slurp|preview|scanner|facebookexternalhit|whatsapp|telegram|skypeuripreview|facebot|"
    r"slack-imgproxy|embedly|iframely|pinterest|vkshare|snapchat|viber|google-read-aloud|googleimageproxy|ggpht|"
    r"yahoomailproxy|feedfetcher|mediapartners|"
    r"safelinks|barracuda|proofpoint|mimecast|symantec|trendmicro|fortinet|forcepoint|sophos|zscaler|cloudmark|"
    r"paloalto|checkpoint|virustotal|urlscan|office existence|ms-office|microsoft office|"
    r"microsoft outlook|thunderbird/|chatgpt-user|perplexity-user|dalvik/|"
    r"headless|phantomjs|puppeteer|playwright|selenium|lighthouse|pingdom|uptime|monitor|"
    r"curl|wget|python|libwww|go-http|java/|ruby|perl|php/|guzzle|okhttp|axios|node-fetch|undici|httpclient|httpie|"
    r"aiohttp|scrapy|postman|insomnia|winhttp|cfnetwork",
    re.IGNORECASE,
)


def is_program(headers: Headers) -> bool:
    """Say whether a request comes from a robot, a link scanner or a previewer rather than a person's browser."""
    agent = headers.get("User-Agent", "")
    purpose = f"{headers.get('Sec-Purpose', '')} {headers.get('Purpose', '')} {headers.get('X-Moz', '')}"
    return not agent or _PROGRAMS.search(agent) is not None or "prefetch" in purpose or "preview" in purpose
