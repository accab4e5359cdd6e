"""The checks of the bank: what an author should mend, with file and line.

An error keeps the bank from being shipped; a warning is for somebody to look at. Every check takes
the files as read and yields findings; none needs a database.
"""

from items.checks.report import Report, check_folder

__all__ = ["Report", "check_folder"]
