"""Renders sample pages of every surface with dummy data, and pictures of them, into a folder.

    python -m tools.preview_look FOLDER [--only NAME] [--axe]

For judging the look and for seeing each macro in use; nothing here is part of the service.
The pages in tools/preview_pages go through the real layouts and components, without Flask.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import pathlib
import threading

import jinja2

from tools.preview_data import ARABIC, context

ROOT = pathlib.Path(__file__).parents[1]


def environment(language: str) -> jinja2.Environment:
    templates = jinja2.FileSystemLoader([ROOT / "tools" / "preview_pages", ROOT / "templates"])
    env = jinja2.Environment(
        loader=templates,
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = ARABIC if language == "ar" else {}
    env.install_gettext_callables(
        lambda word: words.get(word, word),
        lambda one, many, n: one if n == 1 else many,
        newstyle=True,
    )
    env.globals.update(
        url_for=lambda _endpoint, filename: f"/static/{filename}",
        csrf_token=lambda: "token",
        csp_nonce=lambda: "nonce",
        get_flashed_messages=lambda with_categories=False: [],
    )
    return env


PAPERS = {"letter", "statement"}
VIEWS = {  # picture: page, language, width, height, dark
    "kiosk_reading": [
        ("fi", 1024, 768, False),
        ("fi", 320, 700, False),
        ("ar", 1024, 768, False),
        ("ar", 320, 700, False),
    ],
    "kiosk_long": [
        ("fi", 1024, 768, False),
        ("fi", 1920, 1080, False),
        ("ar", 512, 384, False),
        ("fi", 320, 700, False),
    ],
    "kiosk_price": [("fi", 1024, 768, False), ("fi", 320, 700, False)],
    "kiosk_listening": [
        ("fi", 1024, 768, False),
        ("ar", 1024, 768, False),
        ("fi", 320, 700, False),
    ],
    "kiosk_kinds": [("fi", 1024, 768, False), ("ar", 320, 700, False)],
    "kiosk_writing": [("fi", 1024, 768, False), ("fi", 320, 700, False)],
    "kiosk_languages": [("fi", 1024, 768, False), ("ar", 320, 700, False)],
    "kiosk_code": [("fi", 1024, 768, False), ("ar", 320, 700, False)],
    "kiosk_breath": [("fi", 1024, 768, False), ("ar", 1024, 768, False)],
    "desk_board": [
        ("fi", 1366, 768, False),
        ("fi", 1366, 768, True),
        ("fi", 320, 700, False),
        ("ar", 1366, 768, False),
    ],
    "office_inbox": [("fi", 1366, 768, False), ("fi", 1366, 768, True), ("fi", 320, 700, False)],
    "office_form": [("fi", 1366, 768, False), ("fi", 1366, 768, True), ("fi", 320, 700, False)],
    "assessment_profile": [
        ("fi", 1366, 768, False),
        ("fi", 1366, 768, True),
        ("fi", 320, 700, False),
        ("ar", 1366, 768, False),
    ],
    "rating_script": [("fi", 1366, 768, False), ("fi", 1366, 768, True)],
    "recorder": [("fi", 1366, 768, False)],
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
                weasyprint.HTML(string=text.replace('"/static/', f'"{static}/')).write_pdf(
                    folder / f"{page}.pdf"
                )


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        pass


def picture_all(folder: pathlib.Path, only: str, *, with_axe: bool) -> None:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for page_name, views in VIEWS.items():
            if only not in page_name:
                continue
            for language, width, height, dark in views:
                page = browser.new_page(
                    viewport={"width": width, "height": height},
                    color_scheme="dark" if dark else "light",
                )
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
                        print(
                            shown,
                            violation["impact"],
                            violation["id"],
                            [node["target"] for node in violation["nodes"]][:4],
                        )
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
