"""What is in a file, and what it looks like, found out without trusting the file.

`kinds` says what a file is, `extract` reads its text by page, `preview` draws it. Whatever parses a file runs under
`guard`: a process of its own with limits on time, memory and output, so that a hostile or broken file costs that
process and nothing else. Nothing here knows of assets, the database or the web: paths go in, plain dataclasses
come out.
"""
