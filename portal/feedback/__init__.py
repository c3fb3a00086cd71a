"""What people say of content: ratings, what they are asked at the right moment, answers to them, and conversations.

A rating is about one version: lists and search show those of the version in use (services.refresh_ratings). asking/
chooses what a person is asked, one thing a day at most, and notes it; answering.py is what marketing says back, which
stands with the rating on the content's page. closing/ is what the owner of a closed deal is asked, before all else.
"""
