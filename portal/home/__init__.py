"""The first page of each role, the To do list, the wins that both sides share, and the frame around every page."""
