"""The one door through which the portal reaches other machines: does this address still answer, and take this message.

Nobody inside may be reached through it. A host is looked up once, each of its addresses has to be a public one, the
connection goes to just these addresses, and every redirect passes the same guard. Of an answer only the head is read.
"""

from portal.outgoing.checking import MOST_REDIRECTS, Answer, check_address
from portal.outgoing.guard import Guard, is_public
from portal.outgoing.posting import Posted, post, why_not_posted_to

__all__ = [
    "MOST_REDIRECTS",
    "Answer",
    "Guard",
    "Posted",
    "check_address",
    "is_public",
    "post",
    "why_not_posted_to",
]
