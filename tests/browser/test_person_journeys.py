"""Eight people of whom levels alone would tell the wrong thing: each a story in real Chromium.

At this centre nobody has passed the literacy screen before: the first who pass all go deeper.
"""

import pytest
from playwright.sync_api import expect

from testing import sounds, speech
from testing.app import create_app
from testing.literacy import content
from testing.models import NotAssessed, Purpose, Referral, Skill
from testing.settings import read_settings
from tests.browser.conftest import Service
from tests.browser.literacy_seat import at_touch
from tests.browser.story import Story, press
from tests.browser.test_axe import faults_of
from tests.testing.candidates import knows_up_to
from tests.testing.test_numeracy import counts_up_to
from tests.testing.voices import voice_for_self_assessment

pytestmark = pytest.mark.browser

GREETING = "Hei Anna! Tulen huomenna kello viisi. Asun Helsingissä."
TEXT = "Hei! Olen opiskellut suomea kolme vuotta ja haluan lähihoitajaksi, koska autan mielelläni."
WRITTEN = {Skill.READING, Skill.WRITING}


@pytest.fixture(scope="module")
def service(tmp_path_factory, bank_files):
    service = Service(tmp_path_factory.mktemp("service"), bank_files, LITERACY_FIRST="300")
    service.start()
    yield service
    service.stop()


@pytest.fixture
def person(service, kiosk, bank_files):
    """Somebody who stands at the desk: `person("so", ...)`, by the language of the kiosk."""

    def make(language, **options):
        return Story(service, kiosk, bank_files, language=language, **options)

    return make


def prompts(service, language):
    """What the kiosk says in a language, by code, and where its sounds lie."""
    settings = read_settings(service.environment)
    with create_app(settings).test_request_context():
        return settings.media, {one.code: one for one in sounds.prompts(language)}


def task_on(story, rung):
    item = story.seat.page.locator("input[name=item]").get_attribute("value")
    tasks = content.material("fi").of(rung, story.language)
    return next(task for task in tasks if task["id"] == item)


def test_a_person_who_reads_no_script_goes_through_by_sound_in_dari(person, service):
    media, dari = prompts(service, "fa")
    heard_first, waits, own_first = (
        dari[f"literacy/{code}"] for code in ("picture_words", "together", "own_words/1")
    )
    finnish = next(one for one in prompts(service, "fi")[1].values() if one.text == "kala")
    for prompt in (heard_first, waits, own_first, finnish):
        speech.make(media, prompt)
    with_statements = create_app(read_settings(service.environment))
    voice_for_self_assessment(with_statements, media, "fa")
    story = person("fa")
    page = story.new_seat()
    # What to do is heard in Dari by itself, then the word in Finnish; the yellow button repeats it.
    with page.expect_request(f"**/kiosk/sound/fi/{finnish.digest}.mp3"):
        story.sit_down()
    body = page.locator("body")
    assert heard_first.digest in body.get_attribute("data-autoplay")
    expect(page.locator(".heard__picture")).to_be_visible()
    assert faults_of(page) == []
    assert page.locator(".button--hear").bounding_box()["height"] >= 90
    assert page.locator(".choice").first.bounding_box()["height"] >= 64
    assert page.locator("button[value=unknown]").is_visible()
    assert page.locator(".button--help").is_visible()
    # Next without a touch changes nothing; a reload in the middle stays at the same task.
    story.seat.next()
    assert task_on(story, "picture_words")["id"] == "1"
    story.seat.do_not_know()
    page.reload()
    assert task_on(story, "picture_words")["id"] == "2"
    for _item in ("2", "3", "4"):
        story.seat.do_not_know()
    assert own_first.digest in body.get_attribute("data-autoplay")
    assert story.touch(lambda rung: False) == ["own_words", "letters", "numbers"]
    # While staff are on their way: what can the person do? By picture, sound and three shapes.
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert len(body.get_attribute("data-autoplay").split()) == 2
    assert faults_of(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1024, "height": 768})
    for _skill in ("listening", "reading"):
        page.locator("label.choice:has([value=no])").click()
        story.seat.next()
    # Two "no", and nobody asks on.
    assert waits.digest in body.get_attribute("data-prompt-src")
    expect(page.locator(".together")).to_be_visible()

    story.desk.goto("/desk/")
    expect(story.desk.locator(".seat--attention")).to_have_count(1)
    assert story.read_together(lambda rung: "wrong") == ["name", "interaction"]
    story.end_screen()
    expect(story.at_desk).to_contain_text("Begins to learn to read and write")
    assert {skill for skill, why in story.left_out() if why is NotAssessed.SCRIPT} == WRITTEN
    page.goto("/kiosk/")
    story.seat.next()
    assert page.locator("[data-player]").count() == 1


def test_a_person_who_reads_no_script_shows_what_they_can_do_with_numbers(person, service):
    media, dari = prompts(service, "fa")
    what_to_do = {one.digest for code, one in dari.items() if code.startswith("numeracy/")}
    comes_next = dari["before_numeracy"].digest
    for digest in (*what_to_do, comes_next):
        file = sounds.file_of(media, "fa", digest)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"a voice")
    story = person("fa", knows=counts_up_to("N2"))
    page, desk = story.new_seat(), story.desk

    # 1. Nobody can read here: the desk gives the plan of numbers, and the screen says why.
    story.sit_down()
    desk.goto(f"/plans/sittings/{story.sitting}")
    desk.select_option("[name=plan]", "literacy_numeracy")
    desk.fill("[name=reason]", "Ei lue; luvut kysytään.")
    press(desk, "main form:has([name=plan]) button[type=submit]")
    story.touch(lambda rung: False)
    story.read_together(lambda rung: "wrong")
    story.end_screen()

    # 2. Numbers, by sound and touch: what to do is heard at every task, and said once on a page.
    page.goto("/kiosk/")
    body, several = page.locator("body"), 0
    assert comes_next in body.get_attribute("data-prompt-src")
    story.seat.next()
    while story.seat.is_at_a_task:
        heard = str(body.get_attribute("data-prompt-src")).rpartition("/")[2]
        assert heard.removesuffix(".mp3") in what_to_do
        expect(page.locator(".question__instruction")).to_have_count(0)
        several += len(story.seat.task().items) > 1
        if several == 1 and len(story.seat.task().items) > 1:
            assert faults_of(page) == []
            page.set_viewport_size({"width": 320, "height": 640})
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            page.set_viewport_size({"width": 1024, "height": 768})
        story.seat.answer_task()
    assert story.seat.is_done
    assert several

    # 3. The assessor sees it on its own ruler, signs, and the person takes it home in Dari.
    story.assess({"numeracy": "N2"})
    story.confirm_class()
    profile = story.see_profile()
    expect(profile.locator(".profile__name").last).to_have_text("Numeracy")
    expect(profile).to_contain_text("which are no language levels")
    story.see_proposal()
    signed = story.sign()
    expect(signed).to_contain_text("which are no language levels")
    assert faults_of(story.assessor) == []
    press(story.assessor, "a[href$='/own-copy']")
    expect(story.assessor.locator("html")).to_have_attribute("dir", "rtl")
    expect(story.assessor.locator(".own-copy__beside .own-copy__level")).to_be_visible()
    assert faults_of(story.assessor) == []


def test_a_person_who_reads_arabic_script_only_is_not_taken_for_one_who_reads_nothing(person):
    story = person("ar")
    page, desk = story.new_seat(), story.desk
    story.sit_down()
    # Two tabs: the older one's touch of a task that is behind counts nowhere.
    other = page.context.new_page()
    other.goto("/kiosk/")
    story.seat.do_not_know()
    other.locator("label.choice").first.click()
    other.locator("main button.button--primary").click()
    expect(other.locator("input[name=item]")).to_have_value("2")
    other.close()
    for item in ("2", "3", "4"):
        assert task_on(story, "picture_words")["id"] == item
        story.seat.do_not_know()
    assert at_touch(story.seat) == "own_words"
    assert page.locator(".choices").get_attribute("dir") == "rtl"
    assert page.locator(".choice__words").first.get_attribute("lang") == "ar"
    assert story.touch({"own_words", "own_text", "numbers"}.__contains__) == [
        "own_words", "own_text", "letters", "numbers",
    ]  # fmt: skip
    # A small telephone-sized screen shows it all without scrolling sideways.
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

    story.open_sheet()
    assert faults_of(desk) == []
    story.read_together(lambda rung: "wrong")
    story.end_screen()
    expect(story.at_desk).to_contain_text("Reads and writes in another script")
    course = story.at_desk.locator("dt", has_text="Short course")
    expect(course.locator("+ dd")).to_have_text("yes")
    assert faults_of(desk) == []
    desk.goto(f"{desk.url}/sheet")
    assert faults_of(desk) == []


def test_somebody_who_reads_no_script_and_whose_language_has_no_voice(person, service):
    story = person("so", mother_tongue="so")
    main = story.at_desk
    # 1. The desk asks in Somali, and says what the kiosk cannot say: what to do, and each word.
    story.interview(best_read="none", school_years="0", spoken="nothing")
    page = story.new_seat()
    story.sit_down()
    assert page.locator("body").get_attribute("data-prompt-src") is None
    for _word in range(2):
        story.open_sheet()
        expect(main.locator("p[lang=so]").first).to_contain_text("Riix erayga")
        word = task_on(story, "picture_words")["spoken"]
        expect(main.locator("p.large[lang=fi]")).to_have_text(word)
        story.seat.do_not_know()

    # 2. The browser is closed in the middle. Meanwhile somebody records the words of the page, and
    # at another seat they are heard where the person was.
    page.context.close()
    media, somali = prompts(service, "so")
    spoken = somali["literacy/picture_words"]
    file = sounds.approved_file_of(media, "so", spoken.digest)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"a speaker's voice")
    page = story.sit_elsewhere()
    assert task_on(story, "picture_words")["id"] == "3"
    assert spoken.digest in page.locator("body").get_attribute("data-prompt-src")
    while at_touch(story.seat) == "picture_words":
        story.seat.do_not_know()
    story.open_sheet()
    expect(main.locator("p.large[lang=so]")).to_have_text(task_on(story, "own_words")["spoken"])
    assert story.touch(lambda rung: False) == ["own_words", "letters", "numbers"]

    # 3. Reading and writing are left out, never called the lowest level; listening goes on.
    assert story.read_together(lambda rung: "wrong") == ["name", "interaction"]
    story.end_screen()
    expect(main).to_contain_text("Begins to learn to read and write")
    assert {skill for skill, why in story.left_out() if why is NotAssessed.SCRIPT} == WRITTEN
    page.goto("/kiosk/")
    story.seat.next()
    expect(page.locator("[data-player]")).to_have_count(1)
    story.go_through_the_parts()
    story.talk()
    story.rated(speaking="alle_A1.1")

    # 4. What the assessor signs.
    story.assess({"listening": "alle_A1.1", "speaking": "alle_A1.1"})
    story.confirm_class()
    proposal = story.see_proposal()
    group = "0-course, group that learns to read and write for the first time"
    expect(proposal.locator(".proposal")).to_have_text(group)
    expect(proposal).to_contain_text("Second best: literacy training.")
    expect(proposal.locator(".reasons")).to_contain_text("learns to read and write for the first")
    signed = story.sign()
    expect(signed).to_contain_text(group)
    expect(signed).to_contain_text("No level was given for: reading, writing.")
    expect(signed).to_contain_text("The person does not read the Latin script well enough.")


def test_somebody_first_literate_in_finnish(person):
    story = person("fa", mother_tongue="fa", knows=knows_up_to("A2.1"), text=GREETING)
    story.interview(school_years="0", spoken="everyday", best_read="fa")
    story.sit_down()
    story.touch(lambda rung: True)
    story.read_together(lambda rung: "right")
    # Passed, and given the deep screen by lot: only there it shows that nothing is read in Persian.
    assert story.touch(lambda rung: rung != "own_words") == ["own_words", "letters", "numbers"]
    story.read_together(lambda rung: "right")
    story.end_screen()
    look = "Reads sentences in Latin script, and nothing in the own language."
    for words in ("Reads and writes", look, "Words of the best-read language: 0 of 8",
                  "Passed the short screen and was given the deep one all the same."):  # fmt: skip
        expect(story.at_desk).to_contain_text(words)
    # Nothing is left out: the person goes on through the parts.
    assert story.left_out() == set()
    story.seat.page.goto("/kiosk/")
    story.seat.next()
    assert story.seat.is_at_a_task
    story.go_through_the_parts()
    story.talk()
    story.rated(speaking="A2.1", writing="A2.1")
    story.assess(dict.fromkeys(("reading", "listening", "writing", "speaking"), "A2.1"))
    story.confirm_class()
    profile = story.see_profile()
    expect(profile).to_contain_text(look)
    expect(profile).not_to_contain_text("Uneven profile")
    proposal = story.see_proposal()
    expect(proposal.locator(".proposal")).to_have_text("Integration training, slow path")
    expect(proposal).to_contain_text("Study skills: need support.")
    expect(proposal).not_to_contain_text("Literacy training proposed")


def test_an_educated_beginner(person):
    story = person("uk", mother_tongue="uk", knows=knows_up_to("A1.1"))
    story.interview(
        ("uk", "well"), ("en", "well"), best_read="uk", school_years="16", spoken="words",
        foreign_languages="several", adult_study="finished",
    )  # fmt: skip
    story.sit_down()
    story.touch(lambda rung: True)
    story.read_together(lambda rung: "right")
    assert story.touch(lambda rung: True) == ["own_words", "own_text", "letters", "numbers"]
    story.read_together(lambda rung: "right")
    story.end_screen()
    expect(story.at_desk).to_contain_text("reads and writes for daily life")
    expect(story.at_desk).not_to_contain_text("Look again")
    story.go_through_the_parts()
    story.rated(writing="A1.1")
    story.assess(dict.fromkeys(("reading", "listening", "writing"), "A1.1"))
    story.confirm_class()
    proposal = story.see_proposal()
    expect(proposal.locator(".proposal")).to_have_text("Integration training, fast path")
    expect(proposal.locator(".reasons")).to_contain_text("Study skills: strong.")
    expect(story.sign()).to_contain_text("Integration training, fast path")


def test_a_fluent_speaker_who_reads_weakly(person):
    heard = knows_up_to("B1.1")
    story = person(
        "so", mother_tongue="so", knows=lambda item: item.id.startswith("fi-l") and heard(item)
    )
    story.interview(("so", "little"), best_read="so", school_years="8", spoken="freely")
    story.sit_down()
    # Words that are known by sight pass; unfamiliar ones do not, so the screen goes deeper.
    story.touch(lambda rung: True)
    assert story.read_together(lambda rung: "wrong") == ["unfamiliar_words"]
    assert story.touch(lambda rung: rung == "letters") == ["own_words", "letters", "numbers"]
    climbed = {"letter_sounds", "syllables", "words", "interaction"}
    story.read_together(lambda rung: "right" if rung in climbed else "wrong")
    story.end_screen()
    look = "Speaks well, and reads weakly."
    for words in ("Reads and writes a little", look, "Unfamiliar words read aloud: 0 of 8"):
        expect(story.at_desk).to_contain_text(words)
    story.go_through_the_parts()
    story.talk()
    story.rated(writing="A1.1", speaking="B1.2")
    story.assess({"reading": "A1.1", "listening": "B1.1", "writing": "A1.1", "speaking": "B1.2"})
    story.confirm_class()
    profile = story.see_profile()
    expect(profile).to_contain_text("Uneven profile")
    expect(profile).to_contain_text(look)
    proposal = story.see_proposal()
    expect(proposal.locator(".proposal")).to_have_text("Literacy training")
    expect(proposal).to_contain_text("The profile is uneven:")
    expect(proposal.locator(".reasons")).to_contain_text("reads and writes a little")
    # Weak reading lowers no other skill: speaking is signed as it was heard.
    signed = story.sign()
    expect(signed).to_contain_text("Support for reading and writing.")
    row = signed.locator("tr", has=story.assessor.get_by_role("rowheader", name="Speaking"))
    expect(row.locator("td").last).to_have_text("B1.2")


def test_a_deaf_applicant_to_vocational_training(person):
    """What cannot be heard is not assessed, and says why."""
    story = person("uk", mother_tongue="uk", knows=knows_up_to("B1.1"), text=TEXT)
    desk, main = story.desk, story.at_desk

    def applies(db):
        referral = db.get_one(Referral, story.arrival.referral.id)
        referral.purpose, referral.training = Purpose.VOCATIONAL_TRAINING, "Lähihoitaja"

    story.build.do(applies)

    # 1. The interview, in writing: every question stands in Ukrainian beside the desk's.
    desk.goto(f"{story.booking}/interview")
    assert desk.locator(".ask [lang=uk]").count() > 14
    assert faults_of(desk) == []
    can_read = ("A1.1", "A1.3", "A2.2")
    story.interview(
        ("uk", "well"), school_years="11", hearing="cannot_hear", goal="profession",
        interpreter="in_person", accommodations="large_print", can_reading=can_read,
    )  # fmt: skip

    # 2. The plan follows from it: nothing that has to be heard waits for the person.
    page = story.new_seat()
    story.sit_down()
    desk.goto(f"/plans/sittings/{story.sitting}")
    assert faults_of(desk) == []
    expect(main).to_contain_text("Vocational check")
    expect(main).to_contain_text("The person could not hear the recordings.")
    expect(main.locator("tr", has_text="Reading")).to_contain_text("A2.1")

    # 3. The literacy screen is heard: the desk leaves it out, with the reason.
    story.open_sheet()
    desk.locator("details:has(form[action$='/set-aside'])").evaluate("one => one.open = true")
    desk.select_option("form[action$='/set-aside'] select", "hearing")
    press(desk, "form[action$='/set-aside'] button[type=submit]")

    # 4. The kiosk: large letters, reading and writing, and never a recording.
    page.goto("/kiosk/")
    assert "surface-kiosk--large" in str(page.locator("html").get_attribute("class"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024
    met = set()
    for _step in range(60):
        if story.seat.is_done:
            break
        assert page.locator("[data-player]").count() == 0
        met |= {Skill.WRITING} if story.seat.is_at_writing else set()
        met |= {Skill.READING} if story.seat.is_at_a_task else set()
        story.seat.step()
    assert story.seat.is_done
    assert met == WRITTEN

    # 5. What is left for those who decide.
    left = {(Skill.LISTENING, NotAssessed.HEARING), (Skill.SPEAKING, NotAssessed.HEARING)}
    assert story.left_out() == left
    story.rated(writing="B1.1")
    page = story.assess(dict.fromkeys(("reading", "writing"), "B1.1"))
    assert faults_of(page) == []
    expect(page.locator("main")).to_contain_text("could not hear the recordings")
    proposal = story.see_proposal()
    # Two of two that can be asked: hearing is no reason to be refused a training.
    expect(proposal.locator(".proposal")).to_have_text(
        "The language skills are sufficient for the training"
    )
