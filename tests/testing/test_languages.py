"""Catalogues: whole, in the right language, with the placeholders and plurals of the code."""

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po
from flask_babel import force_locale, gettext, ngettext

from testing import catalogues, person_words, sounds
from testing.catalogues import KINDS, PERSON, STAFF, Kind, words_of_the_code
from testing.languages import PERSON_CODES, direction_of
from testing.models import Role
from tests.testing.builders import Builder
from tests.testing.candidates import Candidate, knows_up_to
from tests.testing.pages import Page

CATALOGUES = [(kind, language) for kind in KINDS for language in kind.languages]
NAMES = [f"{kind.name}-{language}" for kind, language in CATALOGUES]
every_catalogue = pytest.mark.parametrize(("kind", "language"), CATALOGUES, ids=NAMES)

#: Words that are the same in both languages.
SAME = {
    ("sv", "Text"),
    ("sv", "Person"),
    ("sv", "Observation"),
    ("sv", "%(num)d person"),
    ("sv", "Test"),
    ("sv", "Status"),
    ("sv", "Information"),
    ("sv", "position %(number)s"),
    ("sv", "Version"),
    ("sv", "under %(percent)s %%"),
    ("sv", "Version %(version)s"),
    ("sv", "version %(version)s"),
    ("sv", "Text %(number)s"),
    ("sv", "Text %(number)s: %(marks)s."),
    ("fi", "%(minutes)s min"),
    ("sv", "%(minutes)s min"),
    ("fi", "%(seconds)s s"),
    ("sv", "%(seconds)s s"),
    ("sv", "under 5 %%"),
}
#: Latin letters inside another script: names and codes that have no other form.
_LATIN = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
_NAMES = {"PDF", "Lähtötaso", "QR", "CEFR", "CSV", "JSON"}
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")
_ENDINGS = {"?": "?؟", ".": ".", "!": "!", ":": ":", "…": "…"}


def catalogue(kind: Kind, language: str) -> Catalog:
    with kind.file_of(language).open("rb") as text:
        return read_po(text, locale=language, abort_invalid=True)


def messages(kind: Kind, language: str) -> list[Message]:
    return [message for message in catalogue(kind, language) if message.id]


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def first_id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


@pytest.fixture(scope="module")
def words() -> dict[Kind, set[tuple[Any, str | None]]]:
    found = words_of_the_code()
    return {kind: {(word.id, word.context) for word in found[kind]} for kind in KINDS}


@every_catalogue
def test_every_word_of_the_code_is_translated_and_nothing_else(kind, language, words):
    known = {(message.id, message.context) for message in messages(kind, language)}
    assert known == words[kind], "run `make catalogues` and translate what is new"
    empty = [m.id for m in messages(kind, language) if not all(forms(m)) or m.fuzzy]
    assert empty == []


@every_catalogue
def test_placeholders_spaces_and_endings_are_those_of_the_code(kind, language):
    for message in messages(kind, language):
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        wanted = set(_PLACEHOLDER.findall(ids[-1]))
        for number, form in enumerate(forms(message)):
            found = set(_PLACEHOLDER.findall(form))
            # A form for exactly none, one or two may say it in words.
            is_exact = len(ids) > 1 and _is_exact(language, number)
            may_lack = {"%(num)d", "%(num)s"} if is_exact else set()
            assert found <= wanted, f"{form!r} has placeholders that {message.id!r} has not"
            assert wanted - found <= may_lack, f"{form!r} lacks {wanted - found}"
            assert form == form.strip(), f"{form!r} begins or ends with a space"
            assert "  " not in form
            ending = ids[0][-1]
            if ending in _ENDINGS:
                assert form[-1] in _ENDINGS[ending], f"{form!r} ends unlike {ids[0]!r}"
            else:
                assert form[-1] not in ".:", f"{form!r} ends unlike {ids[0]!r}"


def _is_exact(language: str, form: int) -> bool:
    """The plural form stands for one number only."""
    return form < {"ar": 3, "fi": 1, "sv": 1, "so": 1}.get(language, 0)


@every_catalogue
def test_no_english_is_left(kind, language):
    for message in messages(kind, language):
        for form in forms(message):
            if (language, form) in SAME:
                continue
            assert form != first_id(message), f"{form!r} stands as in the code"
            if language in ("ru", "uk", "ar", "fa"):
                codes = set(re.findall(r"[A-Z]{2,}", first_id(message)))
                latin = set(_LATIN.findall(_PLACEHOLDER.sub("", form))) - _NAMES - codes
                assert not latin, f"{form!r} has {latin}"


@every_catalogue
def test_a_text_is_written_in_its_own_letters(kind, language):
    foreign = {
        "ar": "گچپژکی",  # Persian
        "fa": "يكىة",  # Arabic
        "ru": "іїєґ",  # Ukrainian
        "uk": "ыэъё",  # Russian
    }.get(language, "")
    for message in messages(kind, language):
        for form in forms(message):
            found = {letter for letter in form.lower() if letter in foreign}
            assert not found, f"{form!r} has {found}"
            if direction_of(language) == "rtl":
                bare = _PLACEHOLDER.sub("", form)
                assert "?" not in bare, f"{form!r} has a mark of the other direction"
                assert ", " not in bare, f"{form!r} has a mark of the other direction"


@pytest.mark.parametrize(
    ("language", "familiar"),
    [
        ("ru", r"\b(ты|тебя|тебе|твой|твоя|твоё|твои|нажми|выбери|напиши)\b"),
        ("uk", r"\b(ти|тебе|тобі|твій|твоя|твоє|твої|натисни|вибери|напиши)\b"),
        ("fa", r"\b(تو|انتخاب کن|گوش کن|بنویس)\b"),
    ],
)
def test_a_stranger_is_addressed_politely(language, familiar):
    for message in messages(PERSON, language):
        for form in forms(message):
            assert not re.search(familiar, form, re.I), form


@every_catalogue
def test_the_header_says_that_nobody_has_reviewed_it(kind, language):
    text = kind.file_of(language).read_text(encoding="utf-8")
    assert re.search(r"^# (Machine-drafted|Drafted), not reviewed by ", text, re.M)


def test_staff_are_not_shouted_at():
    for language in STAFF.languages:
        for message in messages(STAFF, language):
            assert not any("!" in form for form in forms(message)), message.id


@pytest.mark.parametrize("language", PERSON_CODES)
def test_plurals_follow_the_language(app, language):
    with app.test_request_context(), force_locale(language):
        by_number = {
            number: ngettext("%(num)d task done", "%(num)d tasks done", number)
            for number in (1, 2, 5, 11, 21, 22, 25, 100)
        }
    bare = {number: words.replace(str(number), "#") for number, words in by_number.items()}
    if language in ("ru", "uk"):
        assert bare[1] == bare[21]
        assert bare[2] == bare[22]
        assert bare[5] == bare[11] == bare[25] == bare[100]
        assert bare[1] != bare[2] or language == "uk"
    elif language == "ar":
        assert len({bare[1], bare[2], bare[5], bare[11]}) == 4
    elif language == "fa":
        assert len(set(bare.values())) == 1
    else:
        assert bare[1] != bare[2] == bare[5] == bare[11] == bare[21] == bare[100]


def test_a_missing_or_old_compiled_catalogue_is_made_again(tmp_path: Path):
    source = tmp_path / "messages.po"
    shutil.copy(PERSON.file_of("ru"), source)
    compiled = source.with_suffix(".mo")
    assert catalogues.compile_all([source]) == [compiled]
    assert catalogues.compile_all([source]) == []
    newer = compiled.stat().st_mtime + 2
    os.utime(source, (newer, newer))
    assert catalogues.compile_all([source]) == [compiled]
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


@pytest.mark.parametrize("language", PERSON_CODES)
def test_all_that_the_kiosk_says_is_said_in_the_persons_language(app, language):
    seen = set()
    for code, page_words in sounds.all_spoken().items():
        english = {str(one) for one in (page_words.title, *page_words.sentences)}
        with app.test_request_context(), force_locale(language):
            here = {str(one) for one in (page_words.title, *page_words.sentences)}
            seen.add(page_words.spoken)
        assert language == "en" or not here & english, code
    assert len(seen) == len(sounds.all_spoken())


@pytest.mark.parametrize("language", PERSON_CODES)
def test_a_person_meets_one_language_from_the_introduction_to_the_first_part(
    page: Page, build: Builder, bank, app, language
):
    candidate = Candidate(page, bank, knows_up_to("A1.1"), language=language)
    candidate.enter(build.arrival().code())
    candidate.choose_language()
    pages = []
    for _step in range(3):
        html = page.html
        assert (html.html["lang"], html.html["dir"]) == (language, direction_of(language))
        pages.append(page.text())
        if html.select_one("input[name=practice]"):
            page.submit({"practice": "apple"}, form="main form")
        else:
            candidate.next()
    with app.test_request_context(), force_locale(language):
        for text, name in zip(pages, ("introduction", "practice", "before_reading"), strict=True):
            wanted = person_words.PAGES[name]
            for sentence in (wanted.title, *wanted.sentences):
                assert str(sentence) in text
        assert gettext("I need help") in page.html.select_one(".kiosk-bar").get_text()


def test_a_refusal_at_a_seat_speaks_the_persons_language(page: Page, build: Builder, bank):
    candidate = Candidate(page, bank, knows_up_to("A1.1"), language="uk")
    candidate.enter(build.arrival().code())
    candidate.choose_language()
    page.get("/kiosk/nothing-here", status=404)
    assert page.html.html["lang"] == "uk"
    assert "Тут немає сторінки" in page.text()


@pytest.mark.parametrize(
    ("language", "word"),
    [("fi", "Testitilaisuudet"), ("sv", "Testtillfällen"), ("en", "Occasions")],
)
def test_staff_read_their_own_language(page: Page, build: Builder, language, word):
    staff = build.staff(build.centre(), Role.ADMINISTRATOR, language=language)
    page.sign_in(staff)
    page.get("/desk/")
    assert page.html.html["lang"] == language
    assert word in page.html.select_one("nav").get_text()
