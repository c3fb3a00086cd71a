"""The first page of each role, the To do list, and the frame around every page."""
