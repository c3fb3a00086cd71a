"""Collections: content in an order of somebody's own, with a purpose, for one person or, published, for everyone.

A private one exists for its owner alone, until sales propose it: then marketing reads it too, and publishes it or
not. A published one is read by everyone signed in and changed by marketing. What a reader may not see of it (expired,
archived, not published) is left out for them; who may change it sees it marked.
"""
