"""What is done to content: made, given versions, changed, published, archived and brought back."""

from portal.library.services.checking import (
    MAX_LINK,
    MAX_NOTE,
    MAX_SUMMARY,
    MAX_TITLE,
    checked_link,
    checked_text,
    checked_title,
    clean_filename,
)
from portal.library.services.content import (
    change_asset,
    create_asset,
    name_draft,
    said_of,
    said_stamp,
    touch,
)
from portal.library.services.redrawing import draw_again
from portal.library.services.restoring import restore_version
from portal.library.services.states import archive, archive_all, publish, restore
from portal.library.services.versions import (
    add_file_version,
    add_link_version,
    add_markdown_version,
    publish_version,
    put_in_place,
    read_again,
)
from portal.library.summaries import refresh_use

__all__ = [
    "MAX_LINK",
    "MAX_NOTE",
    "MAX_SUMMARY",
    "MAX_TITLE",
    "add_file_version",
    "add_link_version",
    "add_markdown_version",
    "archive",
    "archive_all",
    "change_asset",
    "checked_link",
    "checked_text",
    "checked_title",
    "clean_filename",
    "create_asset",
    "draw_again",
    "name_draft",
    "publish",
    "publish_version",
    "put_in_place",
    "read_again",
    "refresh_use",
    "restore",
    "restore_version",
    "said_of",
    "said_stamp",
    "touch",
]
