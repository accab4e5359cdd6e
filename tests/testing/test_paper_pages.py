"""Photographed pages: what is kept of a picture, who sees it, and when it is gone."""

import io
from datetime import timedelta

import pytest
from PIL import Image, ImageFile
from sqlalchemy import select

from testing import clock, rating
from testing.models import Event, PaperKind, PaperPage, Role, Script, Sitting, Staff
from testing.paper_pages import keeping, pictures
from testing.paper_pages.pictures import BadPicture, PictureFault
from tests.testing.pages import Page
from tests.testing.results import Case
from tests.testing.walks import colleague, rate


def photograph(size=(900, 1200), kind="JPEG", orientation=1, mode="RGB", colour="white") -> bytes:
    picture = Image.new(mode, size, colour)
    body = io.BytesIO()
    told = Image.Exif()
    told[274] = orientation
    told[271] = "Kameratehdas"
    told[0x8825] = {1: "N"}
    picture.save(body, kind, **({"exif": told} if kind == "JPEG" else {}))
    return body.getvalue()


@pytest.mark.parametrize(
    ("sent", "size"),
    [
        (photograph(), (900, 1200)),
        # Held sideways: it stands upright.
        (photograph(orientation=6), (1200, 900)),
        (photograph((3000, 4000)), (1650, 2200)),
        (photograph(kind="PNG"), (900, 1200)),
        (photograph(kind="PNG", mode="RGBA", colour=(0, 0, 0, 0)), (900, 1200)),
    ],
)
def test_only_the_picture_itself_is_kept(sent, size):
    kept = pictures.prepare(sent)
    found = Image.open(io.BytesIO(kept))
    assert (found.format, found.size, found.mode) == ("JPEG", size, "RGB")
    assert not found.getexif()
    assert b"Kameratehdas" not in kept
    assert min(found.getpixel((5, 5))) > 240
    assert Image.open(io.BytesIO(pictures.turned(kept))).size == size[::-1]


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        (b"", PictureFault.UNREADABLE),
        (b"%PDF-1.7 and so on", PictureFault.UNREADABLE),
        (photograph()[:4000], PictureFault.UNREADABLE),
        (photograph(kind="PNG")[:-2000], PictureFault.UNREADABLE),
        (photograph(kind="GIF"), PictureFault.UNREADABLE),
        (b"\0\0\0\x18ftypheic\0\0\0\0", PictureFault.HEIC),
        (photograph((500, 2000)), PictureFault.TOO_SMALL),
        (photograph((7000, 6000), "PNG", mode="1", colour=1), PictureFault.TOO_LARGE),
        (b"\xff" * (pictures.MOST_BYTES + 1), PictureFault.TOO_LARGE),
    ],
)
def test_what_is_no_readable_page_is_refused(sent, fault, monkeypatch):
    # As it is once a PDF was made in the same process.
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(BadPicture) as refusal:
        pictures.prepare(sent)
    assert refusal.value.fault is fault


@pytest.fixture
def case(build, bank_files) -> Case:
    """The person was given a prompt at the kiosk, and wrote on paper."""
    found = Case(build, bank_files, person={"given_names": "Aminatu", "surname": "Hassanzadeh"})
    found.write_and_rate()
    return found


def pages(case: Case) -> list[PaperPage]:
    return case.build.do(lambda db: db.scalars(select(PaperPage).order_by(PaperPage.id)).all())


def send(page: Page, path: str, files: list[bytes], status: int = 303, **fields: str) -> None:
    page.get(path)
    form = page.html.select_one("form[enctype]")
    token = form.select_one("[name=csrf_token]")["value"]
    data = {"csrf_token": token} | fields
    data["pages"] = [(io.BytesIO(one), f"IMG_{at}.jpg") for at, one in enumerate(files)]
    answer = page.client.post(form["action"], data=data, content_type="multipart/form-data")
    assert answer.status_code == status, answer.text[:500]
    page.last = answer.text


def test_raters_rate_from_the_picture_and_nobody_else_sees_it(case, page: Page):
    path = f"/sittings/{case.sitting_id}/pages/writing"
    page.sign_in(case.arrival.administrator)
    page.get(path)
    assert "Cover the person's name" in page.text()
    used = case.build.do(lambda db: db.scalars(select(Script)).one().task_version.public_id)
    free = [
        one["value"] for one in page.html.select("#prompt option") if one["value"] not in ("", used)
    ]
    send(page, path, [photograph()], 400)
    assert "Choose the task." in page.last
    send(page, path, [b"no picture", photograph()], 400, prompt=free[0])
    assert "File 1 is no JPEG or PNG picture" in page.last
    send(page, path, [photograph()], 409, prompt=used)
    send(page, path, [photograph()] * (keeping.MOST_PAGES + 1), 400, prompt=free[0])
    assert pages(case) == []
    send(page, path, [photograph(), photograph()], prompt=free[0])
    first, second = pages(case)
    kept = case.build.do(lambda db: db.get_one(PaperPage, first.id).body)
    # Encrypted, and bound to its own row.
    assert b"JFIF" not in kept
    page.get(path)
    picture = page.client.get(f"/paper-pages/{first.public_id}.jpg")
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    page.submit(form=f"form[action='/paper-pages/{first.public_id}/turn']")
    page.submit(form=f"form[action='/paper-pages/{second.public_id}/remove']")
    assert [one.deleted_at is None for one in pages(case)] == [True, False]
    page.client.get(f"/paper-pages/{second.public_id}.jpg")

    rater = page.another()
    rater.sign_in(case.raters[0])
    url = f"/rating/pages/{first.public_id}.jpg"
    assert rater.client.get(url).status_code == 404
    assert rater.client.get(f"/paper-pages/{first.public_id}.jpg").status_code == 403
    taken = case.build.do(
        lambda db: rating.take_next(
            db, db.get_one(Staff, case.raters[0].id), now=clock.now()
        ).public_id
    )
    rater.get(f"/rating/{taken}")
    assert "Nothing is typed in" in rater.text()
    assert "Hassanzadeh" not in rater.text()
    shown = rater.client.get(url)
    assert Image.open(io.BytesIO(shown.data)).size == (1200, 900)
    other = page.another()
    other.sign_in(colleague(case.build, case.arrival, Role.RATER))
    assert other.client.get(url).status_code == 404
    # A rater has it: nothing is changed under their hands.
    send(page, path, [photograph()], 409, prompt=free[0])
    page.get(path)
    assert not page.html.select(f"form[action='/paper-pages/{first.public_id}/remove']")
    rate(case.build, case.raters[0], "A2.1")
    rate(case.build, case.raters[1], "A2.1")
    levels = case.build.do(lambda db: db.scalars(select(Script.level)).all())
    assert levels == ["A2.1", "A2.1"]

    def forget(db):
        keeping.let_go(db, 180, clock.now() + timedelta(days=181))

    case.build.do(forget)
    assert pages(case)[0].deleted_at is not None
    assert case.build.do(lambda db: db.get_one(PaperPage, first.id).body) is None
    told = case.build.do(
        lambda db: db.scalars(
            select(Event.action).where(Event.action.startswith("paper:")).order_by(Event.id)
        ).all()
    )
    assert told == ["paper:keep"] * 3 + ["paper:delete"] * 2


def test_pages_of_the_sheet_stay_with_the_centre(case, page: Page):
    page.sign_in(case.arrival.administrator)
    for kind in (PaperKind.OWN_WRITING, PaperKind.LITERACY):
        send(page, f"/sittings/{case.sitting_id}/pages/{kind.value}", [photograph()])
    page.get(f"/sittings/{case.sitting_id}/pages/shopping", status=404)
    found = pages(case)
    assert [one.script_id for one in found] == [None, None]
    stranger = page.another()
    stranger.sign_in(case.build.staff(case.build.centre(), Role.ADMINISTRATOR))
    for one in found:
        assert stranger.client.get(f"/paper-pages/{one.public_id}.jpg").status_code == 404
    stranger.get(f"/sittings/{case.sitting_id}/pages/literacy", status=404)
    with pytest.raises(Exception, match="another record"):
        case.build.do(
            lambda db: case.build.keys.decrypt_file(
                db.get_one(PaperPage, found[0].id).body, record=f"paper:{found[1].public_id}"
            )
        )
    assert case.build.do(lambda db: db.scalars(select(Sitting)).one().public_id) == case.sitting_id


@pytest.mark.parametrize("role", ["administrator", "assessor"])
def test_from_the_papers_of_a_sitting_there_is_a_way_back_for_each_role(case, page: Page, role):
    page.sign_in(case.arrival.administrator if role == "administrator" else case.assessor)
    for path in ("pages/writing", "pages/literacy", "paper"):
        shown = page.get(f"/sittings/{case.sitting_id}/{path}")
        page.get(shown.select_one(".page__before a")["href"])
