"""The demo: a made-up company whose portal a visitor can walk through before putting in anything real.

The pure part stands in files that know neither Flask nor the database: `company` (who and which words),
`pieces` with `content/` (what marketing wrote), `blocks` and `writers/` (the same text as Word, PowerPoint,
PDF or Markdown files) and `simulation` (deals, uses, ratings, requests and searches with known effects).
Everything here is invented, and every page that shows a figure made from it says so.
"""
