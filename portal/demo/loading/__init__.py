"""From the made-up story to rows and files: one file a noun, in the order in which the demo is loaded.

Each step is given the story and the numbers under which earlier steps stored things (`Numbers`), writes through
the services of the package that owns the rows, in bulk where there are thousands, and sets the dates of the past.
"""
