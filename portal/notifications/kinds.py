"""The kinds of news there are: what people call them, and how everybody gets them who chose nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind: its name, what it tells of, its icon, and when it comes by mail unless a person chose otherwise."""

    name: str
    tells: str
    icon: str
    mail_time: str


KINDS: dict[str, Kind] = {
    "mention": Kind("Mentions", "Somebody names you or your team with an @.", "user", "now"),
    "request": Kind("Requests", "A request that you need or make moves.", "inbox", "now"),
    "review": Kind("Reviews", "You are asked about a version, or somebody answered.", "eye", "now"),
    "answer": Kind("Answers to ratings", "Marketing answered a rating of yours.", "undo-2", "now"),
    "comment": Kind("Comments", "Somebody writes in a conversation of yours.", "message-square", "daily"),
    "rating": Kind("Low ratings", "Somebody rates your content low.", "star", "daily"),
    "follow": Kind(
        "What you follow", "Content, a filter or a request that you follow changes.", "bell", "daily"
    ),
    "link_opened": Kind("Links opened", "A buyer opens a link that you asked to be told of.", "mail", "now"),
    "win": Kind("Wins", "A deal was won with content of yours.", "trophy", "daily"),
    "contribution": Kind("Content from sales", "What you brought was decided on.", "upload", "daily"),
    "import": Kind("Imports", "A file from the watched folder waits for your look.", "upload", "now"),
    "content": Kind("Your files", "A file of yours was refused.", "file-text", "now"),
    "life": Kind("Due and expiring", "Content of yours is to be looked at, or expires.", "clock", "daily"),
    "collection": Kind(
        "Collections", "A collection was proposed, published or sent back.", "layers", "daily"
    ),
    "saved_search": Kind("Saved searches", "Something new fits a search that you saved.", "search", "daily"),
}
