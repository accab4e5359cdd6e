"""Files go into the database and come back; what was used is never changed."""

import csv
import io
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from items.bank import export_bank, import_bank, newest_standard
from items.bank_files import CONTENT, BankFiles, load_folder
from items.bank_rows import records_in_use, records_of_files, write_bank_csv
from items.lifecycle import StepNotAllowed, freeze, set_status
from items.models import (
    BankItem,
    BankTask,
    Calibration,
    CalibrationUse,
    ItemParameters,
    StandardVersion,
    Status,
    TaskVersion,
)
from items.orm import Base
from items.scale_files import NoScale, scale_of_files, write_standard_csv
from scoring.bank import Bank
from scoring.cefr import Scale
from tests.items.sample_tasks import LISTENING, READING, SPEAKING, WRITING

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def db() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "content"
    for skill, name, source in (
        ("reading", "fi-r-900", READING),
        ("listening", "fi-l-900", LISTENING),
        ("writing", "fi-w-900", WRITING),
        ("speaking", "fi-s-900", SPEAKING),
    ):
        (folder / "fi" / skill).mkdir(parents=True)
        (folder / "fi" / skill / f"{name}.yaml").write_text(source, encoding="utf-8")
    for skill in ("reading", "listening"):
        shutil.copy(CONTENT / "fi" / skill / "_scale.toml", folder / "fi" / skill)
    return folder


def reading_file(content: Path) -> Path:
    return content / "fi" / "reading" / "fi-r-900.yaml"


def rewrite(content: Path, old: str, new: str) -> None:
    file = reading_file(content)
    source = file.read_text(encoding="utf-8")
    assert old in source
    file.write_text(source.replace(old, new), encoding="utf-8")


def version_of(db: Session, number: int, task: str = "fi-r-900") -> TaskVersion:
    return db.scalars(
        select(TaskVersion).where(TaskVersion.task_id == task, TaskVersion.number == number)
    ).one()


def test_the_first_import_makes_drafts_and_the_second_does_nothing(
    db: Session, content: Path
) -> None:
    seen: list[tuple[int, int]] = []
    report = import_bank(
        db, load_folder(content), now=NOW, progress=lambda done, total: seen.append((done, total))
    )
    assert set(report.new) == {"fi-r-900", "fi-l-900", "fi-w-900", "fi-s-900"}
    assert report.scales == ("fi/reading", "fi/listening")
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    version = version_of(db, 1)
    assert version.status is Status.DRAFT
    assert (version.level, version.area, version.words, version.plays) == ("A1.2", "shop", 8, 0)
    assert [item.item for item in version.items] == ["fi-r-900-1"]
    assert version.items[0].chance == pytest.approx(1 / 3)
    db.commit()

    again = import_bank(db, load_folder(content), now=LATER)
    assert not db.dirty
    assert not db.new
    assert len(again.unchanged) == 4
    assert (again.new, again.changed, again.retouched, again.scales) == ((), (), (), ())
    assert db.scalar(select(func.count()).select_from(TaskVersion)) == 4


def test_a_starter_bank_may_begin_in_pilot_use(db: Session, content: Path) -> None:
    import_bank(db, load_folder(content), now=NOW, first_status=Status.PILOT)
    assert {version.status for version in db.scalars(select(TaskVersion))} == {Status.PILOT}


def test_a_changed_text_makes_a_draft_beside_the_version_in_use(db: Session, content: Path) -> None:
    import_bank(db, load_folder(content), now=NOW, first_status=Status.PILOT)
    first = version_of(db, 1)
    freeze(first, now=NOW)
    rewrite(content, "Tervetuloa torille!", "Tervetuloa Helsingin torille!")
    report = import_bank(db, load_folder(content), now=LATER, first_status=Status.PILOT)
    assert report.changed == ("fi-r-900",)
    second = version_of(db, 2)
    assert (first.status, second.status) == (Status.PILOT, Status.DRAFT)
    assert "Helsingin" not in first.source
    assert first.items[0].id != second.items[0].id

    set_status(db, second, Status.PILOT, now=LATER)
    assert (first.status, first.retired_at) == (Status.RETIRED, LATER)


def test_a_mended_reason_keeps_the_version(db: Session, content: Path) -> None:
    import_bank(db, load_folder(content), now=NOW)
    digest = version_of(db, 1).digest
    rewrite(content, "why: Perunan hinta.", "why: Se on perunan hinta.")
    rewrite(content, "area: shop", "area: money")
    report = import_bank(db, load_folder(content), now=LATER)
    assert report.retouched == ("fi-r-900",)
    version = version_of(db, 1)
    assert (version.digest, version.area) == (digest, "money")
    assert "Se on perunan hinta." in version.source


def test_an_unused_draft_is_replaced_and_an_old_text_gets_its_version_back(
    db: Session, content: Path
) -> None:
    import_bank(db, load_folder(content), now=NOW)
    rewrite(content, "Tervetuloa torille!", "Hei!")
    import_bank(db, load_folder(content), now=NOW)
    assert version_of(db, 1).status is Status.RETIRED
    rewrite(content, "Hei!", "Tervetuloa torille!")
    report = import_bank(db, load_folder(content), now=LATER)
    assert report.changed == ("fi-r-900",)
    assert version_of(db, 1).status is Status.DRAFT
    assert version_of(db, 2).status is Status.RETIRED
    assert db.scalar(select(func.count()).select_from(TaskVersion)) == 5
    assert import_bank(db, load_folder(content), now=LATER).unchanged


def test_export_gives_the_files_back_unchanged(db: Session, content: Path, tmp_path: Path) -> None:
    odd = reading_file(content).read_text(encoding="utf-8").replace("\n", "\r\n") + "# ä 漢 \r\n"
    reading_file(content).write_bytes(odd.encode("utf-8"))
    import_bank(db, load_folder(content), now=NOW)
    db.commit()
    db.expire_all()
    written = export_bank(db, tmp_path / "out")
    assert len(written) == 4
    for file in written:
        original = content / file.relative_to(tmp_path / "out")
        assert file.read_bytes() == original.read_bytes()


def test_steps_of_life_are_limited(db: Session, content: Path) -> None:
    import_bank(db, load_folder(content), now=NOW)
    version = version_of(db, 1)
    with pytest.raises(StepNotAllowed, match="is draft, it cannot become live"):
        set_status(db, version, Status.LIVE, now=NOW)
    set_status(db, version, Status.PILOT, now=NOW)
    set_status(db, version, Status.LIVE, now=NOW)
    set_status(db, version, Status.RETIRED, now=LATER)
    assert version.retired_at == LATER


def test_the_database_refuses_two_versions_in_use(db: Session, content: Path) -> None:
    import_bank(db, load_folder(content), now=NOW, first_status=Status.PILOT)
    rewrite(content, "Tervetuloa torille!", "Hei!")
    import_bank(db, load_folder(content), now=NOW)
    version_of(db, 2).status = Status.LIVE
    with pytest.raises(IntegrityError):
        db.flush()


def test_a_new_scale_is_a_new_standard_version(db: Session, content: Path) -> None:
    import_bank(db, load_folder(content), now=NOW)
    file = content / "fi" / "reading" / "_scale.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("-3.6", "-3.5"), encoding="utf-8")
    report = import_bank(db, load_folder(content), now=LATER)
    assert report.scales == ("fi/reading",)
    standard = newest_standard(db, "fi", "reading")
    assert standard is not None
    assert standard.is_provisional
    assert Scale.from_table(standard.scale).standard.cuts[0] == -3.5
    assert "working assumption" in standard.origin
    assert db.scalar(select(func.count()).select_from(StandardVersion)) == 3


def test_rows_in_use_take_provisional_parameters_from_their_levels(
    db: Session, content: Path
) -> None:
    import_bank(db, load_folder(content), now=NOW)
    scale = scale_of_files("fi", "reading")
    assert records_in_use(db, "fi", "reading", scale) == []
    set_status(db, version_of(db, 1), Status.PILOT, now=NOW)
    records = records_in_use(db, "fi", "reading", scale)
    assert records == records_of_files(load_folder(content), "fi", "reading", scale)
    item = records[0]["items"][0]
    assert item["b"] == pytest.approx(scale.standard.middle("A1.2"))
    assert item["c"] == pytest.approx(1 / 3)
    assert item["model"] == "3pl"


def test_rows_take_the_calibration_that_was_put_into_use_last(
    db: Session, content: Path
) -> None:
    import_bank(db, load_folder(content), now=NOW, first_status=Status.PILOT)
    item = db.scalars(select(BankItem).where(BankItem.item == "fi-r-900-1")).one()
    for b, skill in ((0.1, "reading"), (0.2, "reading"), (0.3, "reading"), (0.4, "listening")):
        calibration = Calibration(language="fi", skill=skill, record={}, created_at=NOW)
        values = {"a": 1.2, "b": b, "c": 0.3, "d": 1.0, "se_a": 0.1, "se_b": 0.2, "se_c": 0.05}
        db.add(calibration)
        if skill == "reading":
            db.add(
                ItemParameters(
                    calibration=calibration, item=item, model="3pl", task_sd=0.4, se_task=0.0,
                    n=200, **values,
                )
            )  # fmt: skip
    db.flush()
    scale = scale_of_files("fi", "reading")

    def b_after_using(*ids: int) -> float:
        for id in ids:
            use = CalibrationUse(calibration_id=id, put_by="Maija", fit_note="", used_from=NOW)
            db.add(use)
            db.flush()
        return float(records_in_use(db, "fi", "reading", scale)[0]["items"][0]["b"])

    assert b_after_using() == pytest.approx(scale.standard.middle("A1.2"))
    assert b_after_using(1, 2) == 0.2
    record = records_in_use(db, "fi", "reading", scale)[0]
    assert (record["task_sd"], record["se_task"]) == (0.4, 0.0)
    # Back to an earlier one; another skill's calibration is nothing to this one.
    assert b_after_using(1, 4) == 0.1


def test_a_file_does_not_replace_what_a_centre_has_confirmed(db: Session, content: Path) -> None:
    import_bank(db, load_folder(content), now=NOW)
    ours = newest_standard(db, "fi", "reading")
    assert ours is not None
    db.add(
        StandardVersion(
            language="fi", skill="reading", digest="0" * 64, scale=ours.scale, origin="Paneeli.",
            record={}, confirmed_by="Maija", confirmed_at=NOW, created_at=NOW,
        )
    )  # fmt: skip
    db.flush()
    assert import_bank(db, load_folder(content), now=NOW).scales == ()
    assert newest_standard(db, "fi", "reading").origin == "Paneeli."


def test_the_bank_csv_has_a_row_an_item(content: Path) -> None:
    records = records_of_files(
        load_folder(content), "fi", "reading", scale_of_files("fi", "reading")
    )
    records[0]["enemies"] = ["fi-r-901", "fi-r-902"]
    stream = io.StringIO()
    write_bank_csv(records, stream)
    rows = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert list(rows[0])[:6] == ["item", "model", "a", "b", "c", "d"]
    assert rows[0]["item"] == "fi-r-900-1"
    assert rows[0]["task"] == "fi-r-900"
    assert rows[0]["enemies"] == "fi-r-901 fi-r-902"
    assert float(rows[0]["c"]) == pytest.approx(1 / 3)


def test_every_language_and_skill_has_a_provisional_scale_with_a_record() -> None:
    for language in ("fi", "sv"):
        for skill in ("reading", "listening"):
            scale = scale_of_files(language, skill)
            assert scale.standard.provisional
            assert len(scale.standard.cuts) == 11
            stream = io.StringIO()
            write_standard_csv(scale.standard, stream)
            rows = list(csv.DictReader(io.StringIO(stream.getvalue())))
            assert [row["level"] for row in rows] == list(scale.standard.levels[1:])
            assert {row["se_shared"] for row in rows} == {"0.4"}
            assert {row["se"] for row in rows} == {"0.3"}


def test_a_missing_or_broken_scale_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoScale, match=r"fi/reading has no _scale\.toml"):
        scale_of_files("fi", "reading", tmp_path)
    (tmp_path / "fi" / "reading").mkdir(parents=True)
    (tmp_path / "fi" / "reading" / "_scale.toml").write_text("version = ", encoding="utf-8")
    with pytest.raises(NoScale, match=r"_scale\.toml: "):
        scale_of_files("fi", "reading", tmp_path)


def test_the_shipped_bank_goes_in_and_stays(db: Session, shipped: BankFiles) -> None:
    report = import_bank(db, shipped, now=NOW, first_status=Status.PILOT)
    assert len(report.new) == len(shipped.tasks)
    db.commit()
    assert len(import_bank(db, shipped, now=LATER).unchanged) == len(shipped.tasks)
    assert db.scalar(select(func.count()).select_from(BankTask)) == len(shipped.tasks)


def test_the_engine_takes_the_rows_of_the_shipped_bank(shipped: BankFiles) -> None:
    for language in ("fi", "sv"):
        for skill in ("reading", "listening"):
            scale = scale_of_files(language, skill)
            rows = Bank.from_records(records_of_files(shipped, language, skill, scale))
            assert len(rows) == len(shipped.of(language, skill))
            assert any(task.is_floor for task in rows.tasks)
