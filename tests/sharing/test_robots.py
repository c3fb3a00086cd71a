"""Programs that open a buyer's link never count as somebody who looked; browsers of people do."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.datastructures import Headers

from portal.sharing.models import Visit
from portal.sharing.robots import is_program

MOZILLA = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
PEOPLE = (
    f"{MOZILLA} Chrome/143.0.0.0 Safari/537.36",
    f"{MOZILLA} Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/143.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; CUBOT X70) AppleWebKit/537.36 Chrome/143.0.0.0 Mobile Safari/537.36",
)
PROGRAMS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Slack-ImgProxy (+https://api.slack.com/robots)",
    f"{MOZILLA} SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "WhatsApp/2.23.20.0 A",
    "TelegramBot (like TwitterBot)",
    "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
    "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
    "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
    "Microsoft Office Word 2014 (16.0.5266) Windows NT 10.0",
    "Microsoft Office Existence Discovery",
    "Microsoft Outlook 16.0.17928",
    f"{MOZILLA} Thunderbird/128.5.0",
    f"{MOZILLA}; compatible; ChatGPT-User/1.0; +https://openai.com/bot",
    "Dalvik/2.1.0 (Linux; U; Android 14; SM-S911B)",
    "BarracudaCentral/1.0",
    "Proofpoint URL Defense",
    f"{MOZILLA} HeadlessChrome/143.0.0.0 Safari/537.36",
    "curl/8.9.1",
    "python-requests/2.32.3",
    "Go-http-client/2.0",
    "okhttp/4.12.0",
    "",
)


@pytest.mark.parametrize("agent", PEOPLE)
def test_a_persons_browser_is_no_program(agent):
    assert not is_program(Headers({"User-Agent": agent}))


@pytest.mark.parametrize("agent", PROGRAMS)
def test_robots_scanners_and_previewers_are_programs(agent):
    assert is_program(Headers({"User-Agent": agent}))


@pytest.mark.parametrize(
    "header",
    [
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
        {"Purpose": "preview"},
    ],
)
def test_a_browser_that_fetches_ahead_is_nobody_yet(header):
    assert is_program(Headers({"User-Agent": PEOPLE[0], **header}))


@pytest.mark.parametrize("agent", PROGRAMS[:3])
def test_a_program_that_opens_a_link_leaves_no_visit(app, make, rows, agent):
    make.link(make.asset("Deck"), make.user())
    assert app.test_client().get(f"/s/{'t' * 43}", headers={"User-Agent": agent}).status_code == 200
    assert rows(select(Visit.id)) == []
