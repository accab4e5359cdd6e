"""How long a first import takes, and one that changes nothing.

    python -m benchmarks.bank_import

The shipped tasks are copied under new ids until there are at least 1,000 items.
"""

import re
import shutil
import tempfile
import time
from pathlib import Path

from items.bank import import_bank
from items.bank_files import CONTENT, load_folder
from testing import clock, schema
from testing.db import Database, make_engine

LEAST_ITEMS = 1_000


def copied(folder: Path) -> Path:
    """The shipped content and each measured task a second time, its id 500 higher."""
    target = folder / "content"
    shutil.copytree(CONTENT, target)
    for file in sorted(target.glob("*/*/*.yaml")):
        match = re.fullmatch(r"(..-[rl]-)(\d+)", file.stem)
        if match:
            higher = f"{match[1]}{int(match[2]) + 500}"
            text = file.read_text(encoding="utf-8").replace(file.stem, higher)
            text = re.sub(r"^enemies: .*$", "enemies: []", text, flags=re.MULTILINE)
            file.with_stem(higher).write_text(text, encoding="utf-8")
    return target


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bank = load_folder(copied(folder))
        items = sum(len(task.items) for task in bank.tasks)
        assert items >= LEAST_ITEMS, items
        engine = make_engine(f"sqlite:///{folder / 'bank.sqlite3'}")
        schema.migrate(engine)
        database = Database(engine, lambda db: None)
        for what in ("first import", "nothing changed"):
            begun = time.perf_counter()
            with database.writing() as db:
                import_bank(db, load_folder(folder / "content"), now=clock.now())
            took = time.perf_counter() - begun
            print(f"{what}: {items} items in {took:.1f} s, reading the files included")
        engine.dispose()


if __name__ == "__main__":
    main()
