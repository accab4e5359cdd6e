"""Every route has an access rule, and only the agreed ones are open to everybody."""

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
OPEN_AT_THE_KIOSK = {"/kiosk/code"}


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


