"""What the owner of a closed deal is asked once: which content mattered, and what the buyer asked in vain.

used.py says which content was used on a deal by the day it closed; queries.py whom to ask and what was said. Answers
are counted beside the estimates of impact and never mixed into them; what nothing answered waits for marketing, which
makes a request of it or leaves it. The words are read by those who see the deal, and by nobody else.
"""
