"""What every page needs and no package owns: rendering, paging, the edge around a request, formats."""

from portal.web.numbers import number_of
from portal.web.paging import Page, page_of, paginate
from portal.web.rendering import render, safe_redirect, see_other

__all__ = ["Page", "number_of", "page_of", "paginate", "render", "safe_redirect", "see_other"]
