"""Dummy people, seats, letters and forms for the sample pages of tools/preview_look.py."""

from __future__ import annotations

import base64

import wtforms
from werkzeug.datastructures import MultiDict
from wtforms import SelectChoice as Choice

ARABIC = {
    "Next": "التالي",
    "I don't know": "لا أعرف",
    "I need help": "أحتاج مساعدة",
    "Sound": "الصوت",
    "Read. Choose the answer.": "اقرأ. اختر الإجابة.",
    "Read. Choose the price.": "اقرأ. اختر السعر.",
    "Listen. Choose the picture.": "استمع. اختر الصورة.",
    "Press and listen": "اضغط واستمع",
    "Write a message.": "اكتب رسالة.",
    "Choose your language": "اختر لغتك",
    "Type your seat code": "اكتب رمز مقعدك",
    "You get the code at the desk.": "تحصل على الرمز من المكتب.",
    "Help is coming. Wait at your seat.": "المساعدة قادمة. انتظر في مقعدك.",
    "Reading is done. Well.": "انتهت القراءة.",
    "Rest a moment. Listening comes next.": "استرح قليلاً. بعد ذلك الاستماع.",
    "Reading": "القراءة",
    "Listening": "الاستماع",
    "Writing": "الكتابة",
    "Speaking": "التحدث",
    "Done": "تم",
    "Saved": "تم الحفظ",
    "True": "صحيح",
    "False": "خطأ",
    "The text does not say": "النص لا يذكر ذلك",
}
PICTURES = {"a": "#b3231f", "b": "#1b6b4e", "c": "#0a5c8f", "d": "#f5b13d"}

LONG = (
    "Yhä useampi kunta avaa kirjaston ovet myös silloin, kun paikalla ei ole yhtään työntekijää. "
    "Asukas pääsee sisään kirjastokortilla ja lainaa kirjat itse. Moni on tyytyväinen, sillä "
    "kirjastoon ehtii nyt myös työpäivän jälkeen. Toiset taas pelkäävät, että omatoimisuus on "
    "vain kaunis nimi säästöille ja että apua ei saa silloin, kun sitä eniten tarvitsisi."
)


class Referral(wtforms.Form):
    given = wtforms.StringField(
        "Etunimet", [wtforms.validators.InputRequired("Kirjoita etunimet.")]
    )
    family = wtforms.StringField(
        "Sukunimi", [wtforms.validators.InputRequired("Kirjoita sukunimi.")]
    )
    born = wtforms.DateField("Syntymäaika", [wtforms.validators.InputRequired()])
    code = wtforms.StringField(
        "Henkilötunnus", description="Jätä tyhjäksi, jos henkilöllä ei ole sitä."
    )
    language = wtforms.SelectField(
        "Yhteyskieli", choices=[Choice("ar", "arabia"), Choice("so", "somali")]
    )
    tested = wtforms.RadioField(
        "Testikieli",
        [wtforms.validators.InputRequired()],
        choices=[Choice("fi", "suomi"), Choice("sv", "ruotsi")],
    )
    contents = wtforms.SelectMultipleField(
        "Mitä saa luovuttaa",
        [wtforms.validators.InputRequired("Valitse ainakin yksi.")],
        choices=[
            Choice("profile", "Taitoprofiili"),
            Choice("advice", "Suositus"),
            Choice("literacy", "Lukutaitotarve"),
        ],
    )
    notes = wtforms.TextAreaField("Lisätietoja", description="Vain se, mitä testissä tarvitaan.")
    interpreter = wtforms.BooleanField("Tulkki tarvitaan")


class SignIn(wtforms.Form):
    email = wtforms.StringField("Sähköposti", [wtforms.validators.InputRequired()])
    password = wtforms.PasswordField("Salasana", [wtforms.validators.InputRequired()])


def picture(name: str) -> str:
    circle = f'<circle cx="5" cy="5" r="4" fill="{PICTURES[name]}"/>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{circle}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


PROFILE = [
    {
        "skill": "Lukeminen",
        "level": "A2.1",
        "level_word": "A2.1",
        "words": "Rajalla: A1.3 tai A2.1",
        "probabilities": [0, 0, 0.03, 0.36, 0.44, 0.14, 0.03, 0, 0, 0, 0, 0],
        "set": ["A1.3", "A2.1"],
        "signed": None,
    },
    {
        "skill": "Kuunteleminen",
        "level": "A2.2",
        "level_word": "A2.2",
        "words": "Selvästi tasolla A2",
        "probabilities": [0, 0, 0, 0.02, 0.18, 0.68, 0.12, 0, 0, 0, 0, 0],
        "set": ["A2.1", "A2.2"],
        "signed": None,
    },
    {
        "skill": "Kirjoittaminen",
        "level": "A1.3",
        "level_word": "A1.3",
        "words": "Kaksi arvioijaa, sama taso",
        "probabilities": [0, 0.04, 0.22, 0.6, 0.14, 0, 0, 0, 0, 0, 0, 0],
        "set": ["A1.2", "A1.3"],
        "signed": "A2.1",
    },
    {
        "skill": "Puhuminen",
        "level": None,
        "level_word": "Ei arvioitu",
        "words": "Henkilö lähti ennen haastattelua.",
        "probabilities": None,
        "set": [],
        "signed": None,
    },
]


def context(language: str) -> dict[str, object]:
    form = Referral(
        MultiDict(
            {
                "given": "Amina Fatuma",
                "family": "",
                "tested": "fi",
                "language": "so",
                "notes": "Silmälasit",
            }
        )
    )
    form.validate()
    return {
        "page_lang": language,
        "page_dir": "rtl" if language == "ar" else "ltr",
        "language_url": "/language",
        "language_name": {"ar": "العربية", "fi": "suomi"}[language],
        "help_url": "/help",
        "form_url": "/answer",
        "prompt_src": "/prompt.mp3",
        "sequence": 3,
        "places_done": 4,
        "organisation_name": "Helsingin testikeskus",
        "nav_items": [
            ("/", "Tänään", True),
            ("/a", "Tilaisuudet", False),
            ("/b", "Henkilöt", False),
            ("/c", "Arviointi", False),
            ("/d", "Tulokset", False),
            ("/e", "Asetukset", False),
        ],
        "staff_name": "Leena Virtanen",
        "staff_languages": [
            ("/l/fi", "fi", "suomi", True),
            ("/l/sv", "sv", "svenska", False),
            ("/l/en", "en", "English", False),
        ],
        "sign_out_url": "/out",
        "picture": picture,
        "form": form,
        "sign_in": SignIn(),
        "reference": "K7F2-09",
        "languages": [
            ("fi", "suomi", "ltr"),
            ("sv", "svenska", "ltr"),
            ("en", "English", "ltr"),
            ("ru", "русский", "ltr"),
            ("uk", "українська", "ltr"),
            ("ar", "العربية", "rtl"),
            ("fa", "فارسی / دری", "rtl"),
            ("so", "Soomaali", "ltr"),
        ],
        "blocks": [
            {"heading": "Viesti"},
            {
                "message": {
                    "from": "Anna",
                    "time": "12.30",
                    "text": "Hei! Olen vielä töissä. Tulen kotiin vasta huomenna. "
                    "Bussi lähtee kello viisi ja on perillä kuudelta, jos tie on hyvä.",
                }
            },
            {"message": {"from": "Sinä", "time": "12.41", "text": "Selvä! Teen ruoan valmiiksi."}},
            {
                "paragraph": "Kirjasto on auki arkisin kello 9–20 ja lauantaisin kello "
                "10–16.\n\nSunnuntaina kirjasto on kiinni."
            },
        ],
        "long_blocks": [
            {"heading": "Kirjasto ilman henkilökuntaa"},
            *[{"paragraph": LONG} for _time in range(4)],
        ],
        "seats": [
            {
                "number": 7,
                "name": "Amina H.",
                "kind": "attention",
                "word": "Pyytää apua",
                "part": "Lukeminen, 5 tehtävää",
                "heard": "4 s",
                "action": "Apu annettu",
            },
            {
                "number": 3,
                "name": "Mohammad-Reza A.",
                "kind": "stopped",
                "word": "Ei vastaa",
                "part": "Kuunteleminen, 2 tehtävää",
                "heard": "3 min",
                "action": "Siirrä laitteelle",
            },
            {
                "number": 1,
                "name": "Olena K.",
                "kind": "running",
                "word": "Tekee",
                "part": "Kirjoittaminen",
                "heard": "2 s",
                "action": "Tauko",
            },
            {
                "number": 2,
                "name": "Yusuf W.",
                "kind": "running",
                "word": "Tekee",
                "part": "Lukeminen, 3 tehtävää",
                "heard": "6 s",
                "action": "Tauko",
            },
            {
                "number": 4,
                "name": "Thi Nguyen",
                "kind": "paused",
                "word": "Tauolla",
                "part": "Kuunteleminen",
                "heard": "1 min",
                "action": "Jatka",
            },
            {
                "number": 5,
                "name": "Svetlana P.",
                "kind": "done",
                "word": "Valmis",
                "part": "Kaikki osat",
                "heard": "12 min",
                "action": "Sulje",
            },
            {
                "number": 6,
                "name": "Aleksandra Konstantinopoulou-Vuorinen",
                "kind": "waiting",
                "word": "Ei aloittanut",
                "part": "",
                "heard": "–",
                "action": "Uusi koodi",
            },
        ],
        "mails": [
            ("Amina Hassan", "Lausunto: suomi, taitoprofiili ja suositus", "tänään 12.40", True),
            ("Mohammad-Reza Ahmadi", "Lausunto: suomi, taitoprofiili", "eilen 15.02", True),
            ("Olena Kovalenko", "Lausunto korvattu uudella", "19.11.", False),
        ],
        "occasions": [
            ("ti 24.11. klo 9.00", "Helsinki, huone 204", "suomi", 3),
            ("ke 25.11. klo 12.30", "Kerava", "suomi, ruotsi", 11),
        ],
        "rows": PROFILE,
        "own_lang": "ar",
        "own_dir": "rtl",
        "document_word": "Helsingin testikeskus",
    }
