"""Renders sample pages of every surface with dummy data, and pictures of them, into a folder.

    python tools/preview_look.py FOLDER [--only NAME] [--axe]

For judging the look and for seeing each macro in use; nothing here is part of the service. The pages in
tools/preview_pages go through the real layouts and components, without Flask.
"""

from __future__ import annotations

import argparse
import base64
import functools
import http.server
import pathlib
import threading
from datetime import date

import jinja2
import wtforms
from werkzeug.datastructures import MultiDict

ROOT = pathlib.Path(__file__).parents[1]
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


class Referral(wtforms.Form):
    given = wtforms.StringField("Etunimet", [wtforms.validators.InputRequired("Kirjoita etunimet.")])
    family = wtforms.StringField("Sukunimi", [wtforms.validators.InputRequired("Kirjoita sukunimi.")])
    born = wtforms.DateField("Syntymäaika", [wtforms.validators.InputRequired()])
    code = wtforms.StringField("Henkilötunnus", description="Jätä tyhjäksi, jos henkilöllä ei ole sitä.")
    language = wtforms.SelectField("Yhteyskieli", choices=[("ar", "arabia"), ("so", "somali")])
    tested = wtforms.RadioField("Testikieli", [wtforms.validators.InputRequired()], choices=[("fi", "suomi"), ("sv", "ruotsi")])
    contents = wtforms.SelectMultipleField(
        "Mitä saa luovuttaa",
        [wtforms.validators.InputRequired("Valitse ainakin yksi.")],
        choices=[("profile", "Taitoprofiili"), ("advice", "Suositus"), ("literacy", "Lukutaitotarve")],
    )
    notes = wtforms.TextAreaField("Lisätietoja", description="Vain se, mitä testissä tarvitaan.")
    interpreter = wtforms.BooleanField("Tulkki tarvitaan")


class SignIn(wtforms.Form):
    email = wtforms.StringField("Sähköposti", [wtforms.validators.InputRequired()])
    password = wtforms.PasswordField("Salasana", [wtforms.validators.InputRequired()])


def environment(language: str) -> jinja2.Environment:
    templates = jinja2.FileSystemLoader([ROOT / "tools" / "preview_pages", ROOT / "templates"])
    env = jinja2.Environment(loader=templates, autoescape=True, extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)
    words = ARABIC if language == "ar" else {}
    env.install_gettext_callables(lambda word: words.get(word, word), lambda one, many, n: one if n == 1 else many, newstyle=True)
    env.globals.update(
        url_for=lambda _endpoint, filename: f"/static/{filename}",
        csrf_token=lambda: "token",
        csp_nonce=lambda: "nonce",
        get_flashed_messages=lambda with_categories=False: [],
    )
    return env


def picture(name: str) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4" fill="{PICTURES[name]}"/></svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def context(language: str) -> dict[str, object]:
    form = Referral(MultiDict({"given": "Amina Fatuma", "family": "", "tested": "fi", "language": "so", "notes": "Silmälasit"}))
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
        "nav_items": [("/", "Tänään", True), ("/a", "Tilaisuudet", False), ("/b", "Henkilöt", False), ("/c", "Arviointi", False), ("/d", "Tulokset", False), ("/e", "Asetukset", False)],
        "staff_name": "Leena Virtanen",
        "staff_languages": [("/l/fi", "fi", "suomi", True), ("/l/sv", "sv", "svenska", False), ("/l/en", "en", "English", False)],
        "sign_out_url": "/out",
        "picture": picture,
        "form": form,
        "sign_in": SignIn(),
        "today": date(2026, 11, 21),
        "reference": "K7F2-09",
        "languages": [("fi", "suomi", "ltr"), ("sv", "svenska", "ltr"), ("en", "English", "ltr"), ("ru", "русский", "ltr"), ("uk", "українська", "ltr"), ("ar", "العربية", "rtl"), ("fa", "فارسی / دری", "rtl"), ("so", "Soomaali", "ltr")],
        "blocks": [
            {"heading": "Viesti"},
            {"message": {"from": "Anna", "time": "12.30", "text": "Hei! Olen vielä töissä. Tulen kotiin vasta huomenna. Bussi lähtee kello viisi ja on perillä kuudelta, jos tie on hyvä."}},
            {"message": {"from": "Sinä", "time": "12.41", "text": "Selvä! Teen ruoan valmiiksi."}},
            {"paragraph": "Kirjasto on auki arkisin kello 9–20 ja lauantaisin kello 10–16.\n\nSunnuntaina kirjasto on kiinni."},
        ],
        "seats": [
            {"number": 7, "name": "Amina H.", "kind": "attention", "word": "Pyytää apua", "part": "Lukeminen, 5 tehtävää", "heard": "4 s", "action": "Apu annettu"},
            {"number": 3, "name": "Mohammad-Reza A.", "kind": "stopped", "word": "Ei vastaa", "part": "Kuunteleminen, 2 tehtävää", "heard": "3 min", "action": "Siirrä laitteelle"},
            {"number": 1, "name": "Olena K.", "kind": "running", "word": "Tekee", "part": "Kirjoittaminen", "heard": "2 s", "action": "Tauko"},
            {"number": 2, "name": "Yusuf W.", "kind": "running", "word": "Tekee", "part": "Lukeminen, 3 tehtävää", "heard": "6 s", "action": "Tauko"},
            {"number": 4, "name": "Thi Nguyen", "kind": "paused", "word": "Tauolla", "part": "Kuunteleminen", "heard": "1 min", "action": "Jatka"},
            {"number": 5, "name": "Svetlana P.", "kind": "done", "word": "Valmis", "part": "Kaikki osat", "heard": "12 min", "action": "Sulje"},
            {"number": 6, "name": "Aleksandra Konstantinopoulou-Vuorinen", "kind": "waiting", "word": "Ei aloittanut", "part": "", "heard": "–", "action": "Uusi koodi"},
        ],
        "mails": [("Amina Hassan", "Lausunto: suomi, taitoprofiili ja suositus", "tänään 12.40", True), ("Mohammad-Reza Ahmadi", "Lausunto: suomi, taitoprofiili", "eilen 15.02", True), ("Olena Kovalenko", "Lausunto korvattu uudella", "19.11.", False)],
        "occasions": [("ti 24.11. klo 9.00", "Helsinki, huone 204", "suomi", 3), ("ke 25.11. klo 12.30", "Kerava", "suomi, ruotsi", 11)],
        "rows": PROFILE,
        "own_lang": "ar",
        "own_dir": "rtl",
        "document_word": "Helsingin testikeskus",
    }


PROFILE = [
    {"skill": "Lukeminen", "level": "A2.1", "level_word": "A2.1", "words": "Rajalla: A1.3 tai A2.1", "probabilities": [0, 0, 0.03, 0.36, 0.44, 0.14, 0.03, 0, 0, 0, 0, 0], "set": ["A1.3", "A2.1"], "signed": None},
    {"skill": "Kuunteleminen", "level": "A2.2", "level_word": "A2.2", "words": "Selvästi tasolla A2", "probabilities": [0, 0, 0, 0.02, 0.18, 0.68, 0.12, 0, 0, 0, 0, 0], "set": ["A2.1", "A2.2"], "signed": None},
    {"skill": "Kirjoittaminen", "level": "A1.3", "level_word": "A1.3", "words": "Kaksi arvioijaa, sama taso", "probabilities": [0, 0.04, 0.22, 0.6, 0.14, 0, 0, 0, 0, 0, 0, 0], "set": ["A1.2", "A1.3"], "signed": "A2.1"},
    {"skill": "Puhuminen", "level": None, "level_word": "Ei arvioitu", "words": "Henkilö lähti ennen haastattelua.", "probabilities": None, "set": [], "signed": None},
]

PAPERS = {"letter", "statement"}
VIEWS = {  # picture: page, language, width, height, dark
    "kiosk_reading": [("fi", 1024, 768, False), ("fi", 320, 700, False), ("ar", 1024, 768, False), ("ar", 320, 700, False)],
    "kiosk_price": [("fi", 1024, 768, False), ("fi", 320, 700, False)],
    "kiosk_listening": [("fi", 1024, 768, False), ("ar", 1024, 768, False), ("fi", 320, 700, False)],
    "kiosk_kinds": [("fi", 1024, 768, False), ("ar", 320, 700, False)],
    "kiosk_writing": [("fi", 1024, 768, False), ("fi", 320, 700, False)],
    "kiosk_languages": [("fi", 1024, 768, False), ("ar", 320, 700, False)],
    "kiosk_code": [("fi", 1024, 768, False), ("ar", 320, 700, False)],
    "kiosk_breath": [("fi", 1024, 768, False), ("ar", 1024, 768, False)],
    "desk_board": [("fi", 1366, 768, False), ("fi", 1366, 768, True), ("fi", 320, 700, False), ("ar", 1366, 768, False)],
    "office_inbox": [("fi", 1366, 768, False), ("fi", 1366, 768, True), ("fi", 320, 700, False)],
    "office_form": [("fi", 1366, 768, False), ("fi", 1366, 768, True), ("fi", 320, 700, False)],
    "assessment_profile": [("fi", 1366, 768, False), ("fi", 1366, 768, True), ("fi", 320, 700, False), ("ar", 1366, 768, False)],
    "rating_script": [("fi", 1366, 768, False), ("fi", 1366, 768, True)],
    "sign_in": [("fi", 1366, 768, False), ("fi", 320, 700, True)],
    "letter": [("fi", 1366, 768, False), ("fi", 320, 700, False)],
    "statement": [("fi", 1366, 768, False), ("fi", 320, 700, False)],
    "errors/404": [("fi", 1366, 768, False)],
    "errors/500": [("fi", 1366, 768, True)],
    "errors/kiosk_409": [("ar", 1024, 768, False)],
    "errors/kiosk_500": [("fi", 1024, 768, False), ("fi", 320, 700, False)],
}


def render(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "static"
    if not link.exists():
        link.symlink_to(ROOT / "testing" / "static")
    for page, views in VIEWS.items():
        for language in {view[0] for view in views}:
            text = environment(language).get_template(f"{page}.html").render(context(language))
            (folder / f"{page.replace('/', '-')}-{language}.html").write_text(text)
            if page in PAPERS:
                import weasyprint

                static = (ROOT / "testing" / "static").as_uri()
                weasyprint.HTML(string=text.replace('"/static/', f'"{static}/')).write_pdf(folder / f"{page}.pdf")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        pass


def picture_all(folder: pathlib.Path, only: str, *, with_axe: bool) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for page_name, views in VIEWS.items():
            if only not in page_name:
                continue
            for language, width, height, dark in views:
                page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light")
                page.on("pageerror", lambda trouble, name=page_name: print(name, trouble))
                name = page_name.replace("/", "-")
                page.goto(f"{address}/{name}-{language}.html")
                page.wait_for_load_state("networkidle")
                shown = f"{name}-{language}-{width}{'-dark' if dark else ''}"
                page.screenshot(path=folder / f"{shown}.png", full_page=width == 320)
                wide = page.evaluate("document.documentElement.scrollWidth")
                if wide > width:
                    print(f"{shown}: {wide} px wide")
                if with_axe:
                    for violation in Axe().run(page).response["violations"]:
                        print(shown, violation["impact"], violation["id"], [node["target"] for node in violation["nodes"]][:4])
                page.close()
        browser.close()
    server.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--axe", action="store_true")
    chosen = parser.parse_args()
    render(chosen.folder)
    picture_all(chosen.folder, chosen.only, with_axe=chosen.axe)


if __name__ == "__main__":
    main()
