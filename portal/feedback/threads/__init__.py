"""Threads: what people say to each other about content, one page of it, a request or a deal, until it is resolved.

Whoever sees what it is about (`subjects`) reads and writes along. A thread about content belongs to the version that
was shown when it began; what was said about a version that a person may not see, such as one under review, is not
shown to that person either; and what was said before publication stays among those who saw the content then. One with
a team is private: it exists for those who are in that team now and see what it is about, and for nobody else,
whatever their role.

Names with an @ are found in the text of a comment's HTML (`naming`), among people and teams (`people`), and kept as
mentions; who is told of what is decided in `telling`, which also says to the writer who is not. What a comment said
before it was changed is kept with it, and taken away with it.
"""
