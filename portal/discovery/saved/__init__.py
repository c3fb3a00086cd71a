"""Saved searches: words and filters of which their owner is told when something new fits them.

All of them are asked, with the eyes of their owners, about content that was written to the index, and only about that:
in memory, so that neither their number nor a place in the ranking matters. News is what has gone live since they were
asked about it before; what fits for any other reason (edited or restored content, another team or role, words that
mean the same, another engine) is learned in silence, by a job that looks all of them over every night. With several
words, content counts that has all of them.
"""
