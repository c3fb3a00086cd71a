"""Reports: one Table each, which the page and every export share; no numbers of their own.

table.py is the Table; cells.py says how a value of each type is written, once for all formats; usage.py, adoption.py,
from_sales.py and search.py build the reports from sums that the database made; export_csv.py, export_xlsx.py and
export_docx.py write a Table down, in Word with bars.py or, where estimates have ranges, docx_ranges.py over forest.py's
pictures; filters.py turns days of the organisation's calendar into moments; asking.py reads
what an address asks for.
"""
