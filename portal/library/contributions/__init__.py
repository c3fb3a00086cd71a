"""What sales builds for itself: brought by a rep, compared page by page with what is known, and decided by marketing.

prints.py turns a page's words into a MinHash signature, comparing.py keeps the signatures and finds alike pages of
other content, origins.py says whose pages a version is made of, and proposals.py puts like contributions together, so
that marketing decides once on what several reps made. services.py holds what people do: bring, mend, withdraw, adopt,
merge, decline.
"""
