"""What many tests of the bank look at and none changes."""

import pytest

from items.bank_files import BankFiles, read_folder


@pytest.fixture(scope="session")
def shipped() -> BankFiles:
    """The bank's own content, read once."""
    return read_folder()
