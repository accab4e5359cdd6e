"""The speaking interview: who talks does not rate; what is heard once is rated once."""

import io
import os
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import soundfile
from sqlalchemy import select

from items.bank import import_bank
from items.models import Status, TaskVersion
from scoring.cefr import BANDS, REPORTED_LEVELS
from testing import (
    assessment,
    checkup,
    clock,
    maintenance,
    proposals,
    rating,
    rating_data,
    recordings,
    result_words,
    sittings,
)
from testing.assessment_plans import choosing
from testing.keys import CannotDecrypt
from testing.models import (
    SPEAKING_CRITERIA,
    Event,
    NotAssessed,
    Part,
    PartState,
    Rating,
    Role,
    Script,
    ScriptMode,
    SittingState,
    Skill,
    SkillResult,
    SpeakingTalk,
    Staff,
)
from testing.recordings import BadRecording, Fault
from testing.speaking import recordings as talk_recordings
from testing.speaking import talks
from tests.testing.builders import NOW, Builder
from tests.testing.pages import Page
from tests.testing.walks import colleague, rate, wrote


@pytest.fixture
def few(build: Builder, bank_files):
    tasks = [task for task in bank_files.tasks if task.language == "fi"]
    build.do(
        lambda db: import_bank(
            db, replace(bank_files, tasks=tuple(tasks)), now=NOW, first_status=Status.PILOT
        )
    )


class Case:
    """A sitting in which nothing but speaking is left."""

    def __init__(self, build: Builder) -> None:
        self.build = build
        self.arrival = build.arrival()
        self.arrival.code()
        self.interviewer = self.arrival.administrator

        def prepare(db):
            sitting = self.arrival.sitting(db)
            staff = db.get_one(Staff, self.interviewer.id)
            now = clock.now()
            choosing.change(db, sitting, "standard", "Puhe", actor=staff, now=now)
            for part in sitting.parts:
                if part.skill is not Skill.SPEAKING:
                    sittings.leave_out(
                        db, part, reason=NotAssessed.REFUSED, words="-", actor=staff, now=now
                    )

        build.do(prepare)

    def do(self, work):
        def run(db):
            staff = db.get_one(Staff, self.interviewer.id)
            return work(db, talks.speaking_part(self.arrival.sitting(db)), staff)

        return self.build.do(run)

    def begin(self, rater: Staff | None = None, recorded: bool = True) -> SpeakingTalk:
        return self.do(
            lambda db, part, staff: talks.begin(
                db,
                part,
                talks.sets_for(db, part)[0],
                agreed_in="ar" if recorded else None,
                live_rater=rater and db.get_one(Staff, rater.id),
                actor=staff,
                now=clock.now(),
            )
        )

    def keep(self, seconds: float | None = 300.0, notes: str = "") -> Script:
        return self.do(
            lambda db, part, staff: talks.keep(
                db, talks.talk_of(db, part), notes, seconds=seconds, actor=staff, now=clock.now()
            )
        )

    def put_back(self) -> None:
        """The other parts wait again."""

        def work(_db, part, _staff):
            for one in part.sitting.parts:
                if one.not_assessed is not None:
                    one.state, one.not_assessed = PartState.WAITING, None

        self.do(work)

    def script(self) -> Script:
        return self.build.do(lambda db: db.scalars(select(Script)).one())

    def result(self) -> SkillResult:
        def work(db):
            assessor = db.get_one(Staff, colleague_id)
            sitting = self.arrival.sitting(db)
            skills = assessment.blind_skills(db, sitting)
            assessment.give_blind_levels(
                db, sitting, dict.fromkeys(skills), actor=assessor, now=clock.now()
            )
            found = assessment.proposal(db, sitting, actor=assessor, now=clock.now())
            return found[Skill.SPEAKING]

        colleague_id = colleague(self.build, self.arrival, Role.ASSESSOR).id
        return self.build.do(work)


def test_each_band_of_each_criterion_is_described_and_worded():
    texts = rating_data.descriptors(Skill.SPEAKING)
    assert texts.provisional
    for language in ("fi", "sv"):
        assert tuple(texts.texts[language]) == SPEAKING_CRITERIA
        for criterion in SPEAKING_CRITERIA:
            told = texts.texts[language][criterion]
            assert tuple(told) == REPORTED_LEVELS
            assert len(set(told.values())) == len(BANDS)
            assert result_words.SPEAKING_HINTS[criterion]
            assert result_words.CRITERIA[criterion]


@pytest.mark.parametrize(
    ("old", "new"),
    [("[sv.fluency]", "[sv.speed]"), ('"alle_A1.1" =', '"A0" =')],
)
def test_descriptions_with_a_hole_are_refused(tmp_path, old, new):
    source = rating_data.FOLDER / "speaking_descriptors.toml"
    file = tmp_path / "speaking.toml"
    file.write_text(source.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(rating_data.BadRatingData):
        rating_data.read_by_band(file)


def test_a_recorded_talk_is_rated_by_two_who_never_met_the_person(build, few):
    case = Case(build)
    raters = [colleague(build, case.arrival, Role.RATER) for _ in range(2)]

    def make_rater(db):
        db.get_one(Staff, case.interviewer.id).roles = ["administrator", "rater"]

    build.do(make_rater)
    case.begin()
    script = case.keep(notes="Puhui ystävällisesti.")
    assert script.mode is ScriptMode.RECORDED
    with pytest.raises(AssertionError, match="nothing waits"):
        rate(build, case.interviewer, "A2.1")
    rate(build, raters[0], "A2.1", "A2.1", "A1.3", "A2.2", "A2.1")
    assert case.script().level is None
    with pytest.raises(AssertionError, match="nothing waits"):
        rate(build, raters[0], "A2.1")
    rate(build, raters[1], "A2.1")
    assert case.script().level == "A2.1"
    sitting = build.do(case.arrival.sitting)
    assert sitting.state is SittingState.FINISHED
    result = case.result()
    assert result.not_assessed is None
    proposal = result.proposal
    assert proposal["most_probable_level"] == "A2.1"
    assert proposal["provisional"]
    assert proposal["reasons"][0]["code"] == "talks"
    assert set(proposal["scripts"][0]["criteria"]) == set(SPEAKING_CRITERIA)


def test_a_third_decides_where_two_differ_on_a_talk(build, few):
    case = Case(build)
    case.begin()
    case.keep()
    for level in ("A1.3", "B1.1"):
        rate(build, colleague(build, case.arrival, Role.RATER), level)
    assert case.script().level is None
    rate(build, colleague(build, case.arrival, Role.RATER), "A2.1")
    assert case.script().level == "A2.1"


def test_without_a_recording_the_one_who_sat_beside_decides_alone(build, few):
    case = Case(build)
    beside = colleague(build, case.arrival, Role.RATER)
    stranger = colleague(build, case.arrival, Role.RATER)
    with pytest.raises(talks.NobodyToRate):
        case.begin(recorded=False)
    with pytest.raises(talks.InterviewerCannotRate):
        case.begin(case.interviewer, recorded=False)
    case.begin(beside, recorded=False)
    case.keep(seconds=None)
    with pytest.raises(AssertionError, match="nothing waits"):
        rate(build, stranger, "A2.1")

    def give_back(db):
        own = rating.begun_by(db, db.get_one(Staff, beside.id))
        rating.give_back(db, own, actor=db.get_one(Staff, beside.id), now=clock.now())

    with pytest.raises(rating.HeardOnce):
        build.do(give_back)
    rate(build, beside, "B1.1")
    assert case.script().level == "B1.1"
    one = case.result().proposal
    assert [reason["code"] for reason in one["reasons"]][:2] == ["talks", "live"]
    assert one["se"] > 1.2


def test_who_sat_beside_the_talk_rates_no_text_of_the_same_person(build, few):
    case = Case(build)
    beside, stranger = (colleague(build, case.arrival, Role.RATER) for _ in range(2))
    case.begin(beside, recorded=False)
    case.put_back()
    wrote(build, case.arrival, "Hei!")
    with pytest.raises(AssertionError, match="nothing waits"):
        rate(build, beside, "A2.1")
    rate(build, stranger, "A2.1")


def test_a_talk_heard_once_holds_no_text_back(page: Page, build, few):
    case = Case(build)
    beside, slow, other = (colleague(build, case.arrival, Role.RATER) for _ in range(3))
    case.begin(beside, recorded=False)
    case.keep(seconds=None)
    page.sign_in(colleague(build, case.arrival, Role.ASSESSOR))
    page.get("/assessment")
    assert "1 text without a level" in page.text()
    assert "Give to another rater" not in page.text()

    def text_that_is_stuck(db, part, _staff):
        writing = next(one for one in part.sitting.parts if one.skill is Skill.WRITING)
        writing.state, writing.not_assessed = PartState.DONE, None
        version = db.scalars(select(TaskVersion).where(TaskVersion.task_id == "fi-w-001")).one()
        now = clock.now()
        db.add(
            Script(
                part_id=writing.id, position=1, task_version_id=version.id, text="Hei!",
                mode=ScriptMode.KEYBOARD, sequence=1, opened_at=now, saved_at=now,
                submitted_at=now,
            )
        )  # fmt: skip
        db.flush()
        assert rating.take_next(db, db.get_one(Staff, slow.id), now=now) is not None

    case.do(text_that_is_stuck)
    page.get("/assessment")
    page.submit(button="Give to another rater")
    assert "The text waits for another rater." in page.text()
    left = build.do(lambda db: db.scalars(select(Rating.rater_id)).all())
    assert left == [beside.id]
    rate(build, other, "A2.1")


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.ADMINISTRATOR])
def test_a_rater_who_left_holds_no_result_up(page: Page, build, few, role):
    case = Case(build)
    beside, assessor = (colleague(build, case.arrival, one) for one in (Role.RATER, role))
    case.begin(beside, recorded=False)
    case.keep(seconds=None)
    sitting = build.do(case.arrival.sitting)
    page.sign_in(assessor)
    if role is Role.ASSESSOR:
        page.get(f"/assessment/{sitting.public_id}")
        skill = page.html.select_one("form.blind select")["name"]
        page.submit({skill: "cannot-tell"}, button="Keep my levels", status=409)
        page.get(f"/assessment/{sitting.public_id}")
        page.follow("The talk waits for its rater")
    else:
        page.get(f"/speaking/{sitting.public_id}")
    assert beside.name in page.text()
    page.submit({"words": " "}, button="Set the talk aside", status=400)
    page.submit({"words": "Arvioija ei tule enää."}, button="Set the talk aside")
    assert "Speaking is not assessed." in page.text()
    page.post(f"/speaking/{sitting.public_id}/set-aside", {"words": "Taas"}, status=409)
    late = page.another()
    late.sign_in(beside)
    late.get("/rating")
    assert "There is nothing to rate now." in late.text()
    assert build.do(lambda db: db.scalars(select(Event.action)).all()).count("part:not-assess") == 4
    if role is Role.ASSESSOR:
        page.get(f"/assessment/{sitting.public_id}")
        assert "Arvioija ei tule enää." in page.text()
        page.follow("See the proposal")
        found = build.do(lambda db: proposals.frozen(db, case.arrival.sitting(db)))
        assert found[Skill.SPEAKING].not_assessed is NotAssessed.TECHNICAL


def test_a_recorded_talk_goes_to_another_rater_with_a_reason(page: Page, build, few, settings):
    case = Case(build)
    slow, other = (colleague(build, case.arrival, Role.RATER) for _ in range(2))
    talk = case.begin()
    case.keep()
    spoken = settings.data / "spoken.mp3"
    spoken.write_bytes(b"-")
    talk_recordings.keep(settings, build.keys, talk, spoken)
    build.do(lambda db: rating.take_next(db, db.get_one(Staff, slow.id), now=clock.now()))
    page.sign_in(colleague(build, case.arrival, Role.ASSESSOR))
    page.get(f"/speaking/{build.do(case.arrival.sitting).public_id}")
    page.submit({"words": "Arvioija on poissa."}, button="Give to another rater")
    assert build.do(lambda db: db.scalars(select(Rating)).all()) == []
    rate(build, other, "A2.1")


def test_a_talk_is_held_once_and_kept_once(build, few):
    case = Case(build)
    case.begin()
    with pytest.raises(talks.TalkOver):
        case.begin()
    with pytest.raises(talks.RecordingMissing):
        case.keep(seconds=None)
    case.keep()
    with pytest.raises(talks.TalkOver):
        case.keep()


def test_speaking_left_out_for_a_reason_is_not_assessed_for_it(build, few):
    case = Case(build)
    case.begin()
    case.do(
        lambda db, part, staff: sittings.leave_out(
            db, part, reason=NotAssessed.TECHNICAL, words="Mikrofoni", actor=staff, now=clock.now()
        )
    )
    with pytest.raises(talks.TalkOver):
        case.keep()

    def end(db):
        sittings.end(
            db,
            case.arrival.sitting(db),
            reason=NotAssessed.ENDED,
            words="Valmis",
            actor=db.get_one(Staff, case.interviewer.id),
            now=clock.now(),
        )

    build.do(end)
    found = build.do(
        lambda db: proposals.of_sitting(
            db,
            case.arrival.sitting(db),
            actor=db.get_one(Staff, case.interviewer.id),
            now=clock.now(),
        )
    )
    assert found[Skill.SPEAKING].not_assessed is NotAssessed.TECHNICAL
    assert found[Skill.READING].not_assessed is NotAssessed.REFUSED


def test_the_set_fits_what_is_known(build, few):
    case = Case(build)

    def levels(db, part, _staff):
        return [version.level for version in talks.sets_for(db, part)]

    assert case.do(levels)[0] == "A1.3"

    def believe(db, part, _staff):
        other = next(one for one in part.sitting.parts if one.skill is Skill.READING)
        other.belief = {"most_probable_level": "B1.2"}

    case.do(believe)
    assert case.do(levels)[0].startswith("B")


def sound(seconds: float = 6.0, loudness: float = 0.2) -> bytes:
    """Something like a voice, as a browser sends it."""
    time = np.arange(int(24000 * seconds)) / 24000
    voice = loudness * np.sin(2 * np.pi * 180 * time) * (1 + np.sin(2 * np.pi * 3 * time)) / 2
    buffer = io.BytesIO()
    soundfile.write(buffer, voice.astype("float32"), 24000, format="WAV")
    return buffer.getvalue()


def packed(seconds: int, rate: int, channels: int = 1) -> bytes:
    """Much in few bytes."""
    buffer = io.BytesIO()
    nothing = np.zeros((seconds * rate, channels), dtype="int16")
    soundfile.write(buffer, nothing, rate, format="FLAC")
    return buffer.getvalue()


def test_many_channels_are_not_unpacked(tmp_path):
    sent = tmp_path / "sent"
    sent.write_bytes(packed(20, 48_000, channels=8))
    with pytest.raises(BadRecording) as refused:
        recordings.prepare(sent, tmp_path / "target.mp3")
    assert refused.value.fault is Fault.TOO_LONG


def test_from_the_desk_to_the_rater_and_the_assessor(page: Page, build, few, settings):
    case = Case(build)
    rater = colleague(build, case.arrival, Role.RATER)
    sitting = build.do(case.arrival.sitting)
    page.sign_in(case.interviewer)
    page.get(f"/desk/sittings/{sitting.public_id}")
    page.follow("Speaking interview")
    asked = page.html.select_one('[lang="ar"][dir="rtl"]')
    assert asked is not None
    page.submit({"mode": "live"}, button="Begin the talk", status=400)
    assert "Choose who sits beside." in page.text()
    assert case.interviewer.name not in str(page.html.select_one("select[name=rater]"))
    page.submit({"mode": "recorded"}, button="Begin the talk")
    path = f"/speaking/{sitting.public_id}"
    assert "What you say" in page.text()
    token = page.csrf()

    def send(data: bytes, status: int):
        answer = page.client.post(
            f"{path}/record",
            data={"csrf_token": token, "notes": "Hyvä ääni.",
                  "recording": (io.BytesIO(data), "recording.wav")},
        )  # fmt: skip
        assert answer.status_code == status, answer.text
        return answer.get_json()

    assert "too short" in send(sound(1.0), 422)["words"]
    assert "Nobody can be heard" in send(sound(6.0, 0.0001), 422)["words"]
    assert send(b"no sound", 422)["words"]
    assert "quarter of an hour" in send(packed(920, rate=1000), 422)["words"]
    assert send(sound(), 200)["next"] == path
    page.post(f"{path}/keep", {"notes": ""}, status=409)
    page.get(path)
    assert "Two raters who have not met the person" in page.text()
    talk = build.do(lambda db: db.scalars(select(SpeakingTalk)).one())
    (sealed,) = (settings.media / "talks").iterdir()
    assert b"LAME" not in sealed.read_bytes()
    assert sealed.stat().st_mode & 0o077 == 0
    assert (talk.notes, talk.agreed_in) == ("Hyvä ääni.", "ar")
    assert talk.seconds == pytest.approx(6, abs=0.1)

    desk = page.another()
    desk.sign_in(rater)
    desk.get("/rating")
    desk.submit(button="Take the next text")
    assert "Rate the talk" in desk.html.h1.get_text()
    assert "Amina" not in desk.html.get_text()
    assert "Hyvä ääni" not in desk.html.get_text()
    audio = desk.html.select_one("audio")["src"]
    with desk.client.get(audio) as answer:
        assert answer.mimetype == "audio/mpeg"
        (settings.data / "heard.mp3").write_bytes(answer.data)
    assert soundfile.info(settings.data / "heard.mp3").duration == pytest.approx(6, abs=0.1)
    other = page.another()
    other.sign_in(colleague(build, case.arrival, Role.RATER))
    other.get(audio, status=404)
    desk.submit(
        {"range": "A2.1", "accuracy": "A2.1", "fluency": "A2.1"},
        button="Save and open the next",
        status=400,
    )
    desk.submit(
        {"interaction": "A2.1", "coherence": "A2.1"}, button="Save and open the next"
    )
    assert build.do(lambda db: db.scalars(select(Rating)).one()).level == "A2.1"

    seat = page.another()
    seat.sign_in(colleague(build, case.arrival, Role.ASSESSOR))
    seat.get(f"/assessment/{sitting.public_id}")
    assert "Hyvä ääni." in seat.text()
    src = seat.html.select_one("audio")["src"]
    with seat.client.get(src) as answer:
        assert answer.mimetype == "audio/mpeg"

    def hearings():
        return build.do(
            lambda db: len(
                db.scalars(select(Event).where(Event.action == "speaking:hear")).all()
            )
        )

    assert hearings() == 1
    # The pieces of one hearing are one; who begins anywhere else has heard it too.
    for listener, count in ((seat, 1), (page.another(), 2)):
        if listener is not seat:
            listener.sign_in(colleague(build, case.arrival, Role.ASSESSOR))
        with listener.client.get(src, headers={"Range": "bytes=1-"}) as answer:
            assert answer.status_code == 206
        assert hearings() == count
    sealed.unlink()
    third = page.another()
    third.sign_in(colleague(build, case.arrival, Role.ASSESSOR))
    third.get(src, status=404)
    assert hearings() == 2
    stranger = page.another()
    stranger.sign_in(build.staff(build.centre(), Role.ASSESSOR, Role.ADMINISTRATOR))
    stranger.get(src, status=404)
    stranger.get(path, status=404)


def test_recordings_are_encrypted_whoever_wrote_them_and_deleted_when_their_time_is_over(
    build, few, settings, runtime, page: Page
):
    case = Case(build)
    talk, mp3 = case.begin(), b"ID3 a voice"
    case.keep()
    folder = settings.media / "talks"
    folder.mkdir(parents=True)
    older = folder / f"{talk.public_id}.mp3"
    older.write_bytes(mp3)
    # What an older version wrote is heard, told by the doctor, and encrypted by the worker.
    assert talk_recordings.heard(settings, build.keys, talk) == mp3
    assert checkup._recordings(settings).state is checkup.State.BROKEN
    maintenance.keep_recordings(runtime)
    assert checkup._recordings(settings).state is checkup.State.GOOD
    (sealed,) = folder.iterdir()
    assert mp3 not in sealed.read_bytes()
    assert talk_recordings.heard(settings, build.keys, talk) == mp3
    # Under another talk's name it does not open.
    other = folder / "another.mp3.sealed"
    sealed.rename(other)
    with pytest.raises(CannotDecrypt):
        talk_recordings.heard(settings, build.keys, SpeakingTalk(public_id="another"))
    other.rename(sealed)

    def later(days):
        def work(db):
            row = db.get_one(SpeakingTalk, talk.id)
            row.ended_at = clock.now() - timedelta(days=days)

        build.do(work)
        maintenance.keep_recordings(runtime)

    later(179)
    assert sealed.is_file()
    os.utime(sealed, (0, 0))
    later(181)
    assert list(folder.iterdir()) == []
    gone = build.do(lambda db: db.scalars(select(Event.action)).all())
    assert gone.count("speaking:delete") == 1
    page.sign_in(colleague(build, case.arrival, Role.ASSESSOR))
    page.get(f"/assessment/{build.do(case.arrival.sitting).public_id}")
    assert "The recording was deleted when its time was over." in page.text()
    assert page.html.select_one("audio") is None


def test_nothing_is_recorded_of_who_said_no(page: Page, build, few, settings):
    case = Case(build)
    page.sign_in(case.interviewer)
    case.begin(colleague(build, case.arrival, Role.RATER), recorded=False)
    page.get(f"/speaking/{build.do(case.arrival.sitting).public_id}")
    page.post(
        f"{page.path}/record", {"recording": (io.BytesIO(sound()), "recording.wav")}, status=409
    )
    assert "did not agree" in page.text()
    with pytest.raises(talks.NotToBeRecorded):
        case.keep(seconds=6.0)
    assert not list(settings.media.glob("talks/*"))


def test_the_kiosk_waits_for_the_talk_and_is_free_after_it(build, few, app):
    case = Case(build)
    code = case.arrival.code()
    kiosk = Page(app)
    kiosk.get("/kiosk/code")
    kiosk.submit({"code": code})
    kiosk.submit({"language": "en"}, button="English")
    kiosk.submit()
    kiosk.submit({"practice": "apple"})
    assert "Now you talk with us" in kiosk.text()
    kiosk.post("/kiosk/part")
    assert "Now you talk with us" in kiosk.text()
    part = case.do(lambda _db, part, _staff: part)
    assert part.state is PartState.WAITING
    case.begin()
    kiosk.get("/kiosk/")
    assert "Somebody comes and talks with you." in kiosk.text()
    case.keep()
    kiosk.get("/kiosk/")
    assert "Now you talk" not in kiosk.text()
    sitting = build.do(case.arrival.sitting)
    assert sitting.state is SittingState.FINISHED
    assert build.do(lambda db: db.scalars(select(Part.state)).all()).count(PartState.DONE) == 1
