"""Threads: what people say to each other about content, or about one page of it, until somebody resolves it.

Whoever sees the content reads and writes along. A thread belongs to the version that was shown when it began; what
was said about a version that a person may not see, such as one under review, is not shown to that person either; and
what was said before publication stays among those who saw the content then.
"""
