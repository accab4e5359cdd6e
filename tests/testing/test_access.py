"""Every route has an access rule, and only the agreed ones are open to everybody."""

import re

from testing.access import Rule

PUBLIC_PREFIXES = (
    "/static/",
    "/sign-in",
    "/kiosk/",
    "/verify/",
    "/accessibility",
    "/privacy",
    "/feedback",
    "/language/",
    "/health",
)
#: At a kiosk that no seat code has bound, only these may be opened.
OPEN_AT_THE_KIOSK = {"/kiosk/code", "/kiosk/done"}


def test_every_route_names_who_may_open_it(app):
    without = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        and not isinstance(getattr(app.view_functions[rule.endpoint], "access_rule", None), Rule)
    ]
    assert without == []


def test_only_the_agreed_pages_are_open_to_everybody(app):
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        access: Rule = app.view_functions[rule.endpoint].access_rule
        if not access.needs_staff and not access.needs_seat:
            assert rule.rule == "/" or rule.rule.startswith(PUBLIC_PREFIXES), rule.rule
            if rule.rule.startswith("/kiosk/"):
                assert rule.rule in OPEN_AT_THE_KIOSK, rule.rule


def test_a_stranger_who_opens_any_staff_page_is_asked_to_sign_in(app):
    client = app.test_client()
    opened = 0
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access_rule", None)
        if access is None or not access.needs_staff or "GET" not in rule.methods:
            continue
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        response = client.get(path)
        assert response.status_code == 303, rule.rule
        assert response.headers["Location"].startswith("/sign-in?next="), rule.rule
        opened += 1
    assert opened


def test_a_stranger_who_sends_anything_to_a_staff_page_is_refused(app):
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    for rule in app.url_map.iter_rules():
        access = getattr(app.view_functions[rule.endpoint], "access_rule", None)
        if access is None or not access.needs_staff or "POST" not in rule.methods:
            continue
        path = re.sub(r"<[^>]+>", "1", rule.rule)
        response = client.post(path, data={"csrf_token": token.group(1)})
        assert response.status_code == 403, rule.rule
