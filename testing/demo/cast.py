"""Who plays in the demo: invented people, offices and staff. Nobody here exists."""

from dataclasses import dataclass
from datetime import date

from testing.models import OfficeKind, Purpose, Role

CENTRE = "Lähtötason demokeskus"
PASSWORD = "lumi-hanki-polku"  # noqa: S105 - printed on the screen of whoever starts the demo


@dataclass(frozen=True)
class OfficeRole:
    key: str
    kind: OfficeKind
    name: str
    former_name: str = ""


@dataclass(frozen=True)
class StaffRole:
    email: str
    name: str
    title: str
    roles: tuple[Role, ...]
    does: str
    office: str | None = None


@dataclass(frozen=True)
class PersonRole:
    """One invented person and how far their way has come."""

    key: str
    surname: str
    given_names: str
    birth_date: date
    contact_language: str
    mother_tongue: str
    #: Language of the test.
    language: str
    purpose: Purpose
    office: str
    training: str = ""
    needs: str = ""
    #: What the scripted candidate can do, and what they write.
    knows_up_to: str | None = None
    texts: tuple[str, ...] = ()


OFFICES = (
    OfficeRole("area", OfficeKind.EMPLOYMENT_AUTHORITY, "Rannikon työllisyysalue", "TE-toimisto"),
    OfficeRole("town", OfficeKind.MUNICIPALITY, "Koivulan kunta"),
    OfficeRole("past", OfficeKind.EMPLOYMENT_AUTHORITY, "Sisämaan työllisyysalue (keksitty)"),
)

STAFF = (
    StaffRole(
        "virkailija@demo.fi", "Kaisa Kallio", "asiantuntija", (Role.CLERK,),
        "refers people, books places, receives results", "area",
    ),
    StaffRole(
        "kunta@demo.fi", "Ville Virta", "kotoutumiskoordinaattori", (Role.CLERK,),
        "does the same in another office, which sees only its own people", "town",
    ),
    StaffRole(
        "johtaja@demo.fi", "Aino Aalto", "testikeskuksen johtaja", (Role.ADMINISTRATOR,),
        "checks identity, gives seat codes, watches the board, sets the centre up",
    ),
    StaffRole(
        "arvioija1@demo.fi", "Risto Rinne", "arvioija", (Role.RATER,), "rates writing, blind",
    ),
    StaffRole(
        "arvioija2@demo.fi", "Saara Salo", "arvioija", (Role.RATER,), "rates second, as blind",
    ),
    StaffRole(
        "lausunto@demo.fi", "Maija Mäki", "suomen kielen asiantuntija, FM", (Role.ASSESSOR,),
        "sees the whole profile, decides and signs",
    ),
    StaffRole(
        "tehtavat@demo.fi", "Oona Oja", "tehtävänlaatija", (Role.AUTHOR, Role.PSYCHOMETRICIAN),
        "keeps the item bank, compares groups of an invented year on the page Fairness",
    ),
    StaffRole(
        "tarkastus@demo.fi", "Tapio Tuomi", "tarkastaja", (Role.AUDITOR,),
        "reads the log and has it checked",
    ),
)  # fmt: skip

BOOKED = PersonRole(
    "booked", "Hassan", "Amina", date(1991, 5, 4), "ar", "ar", "fi",
    Purpose.INTEGRATION_PLAN, "area", needs="lukulasit",
)  # fmt: skip
BOOKED_SWEDISH = PersonRole(
    "booked-swedish", "Ahmadi", "Reza", date(1986, 11, 19), "fa", "prs", "sv",
    Purpose.LEVEL_CHECK, "town",
)  # fmt: skip
WITHOUT_PLACE = PersonRole(
    "without-place", "Nguyen", "Thi Lan", date(1998, 2, 27), "en", "vi", "fi",
    Purpose.INTEGRATION_PLAN, "area",
)  # fmt: skip
TO_RATE = PersonRole(
    "to-rate", "Abdi", "Nimo", date(1979, 8, 13), "so", "so", "fi",
    Purpose.INTEGRATION_PLAN, "area", knows_up_to="A1.3",
    texts=("Hei! minä olen Nimo. Minä asun Helsinki. minulla on kolme lapsi. Kiitos!",),
)  # fmt: skip
TO_ASSESS = PersonRole(
    "to-assess", "Kovalenko", "Oksana", date(1983, 3, 30), "uk", "uk", "fi",
    Purpose.VOCATIONAL_TRAINING, "area", training="lähihoitaja", knows_up_to="A2.2",
    texts=(
        "Hei Liisa! Kiitos viestistä. Minä en voi tulla maanantaina, koska olen töissä. Tiistaina "
        "minulla on aikaa kello viiden jälkeen. Voimmeko me tavata kahvilassa? Terveisin Oksana",
        "Asun kerrostalossa toisessa kerroksessa. Asunto on pieni mutta hyvä. Naapurit ovat "
        "ystävällisiä. Illalla pihalla on joskus kova ääni, ja minä en voi nukkua.",
    ),
)  # fmt: skip
SIGNED = PersonRole(
    "signed", "Petrov", "Ivan", date(1975, 12, 6), "ru", "ru", "fi",
    Purpose.INTEGRATION_PLAN, "area", knows_up_to="B1.1",
    texts=(
        "Hyvä vuokranantaja, kirjoitan teille, koska asuntoni lämpö ei toimi kunnolla. Olen "
        "soittanut huoltoon jo kaksi kertaa, mutta kukaan ei ole tullut. Toivon, että korjaatte "
        "asian tällä viikolla, koska lapseni ovat olleet kipeinä. Ystävällisin terveisin Ivan",
        "Mielestäni työpaikalla on tärkeää, että kaikki auttavat toisiaan. Entisessä työssäni "
        "olin varastossa ja opin siellä paljon sanoja. Haluaisin opiskella sähköasentajaksi, "
        "mutta ensin minun täytyy oppia kirjoittamaan paremmin.",
    ),
)  # fmt: skip

#: What the assessor writes for the signed one.
RECOMMENDATION = (
    "Kirjoittamiseen kannattaa varata lisäharjoittelua ennen ammatillisia opintoja."
)

#: Who waits at a kiosk with a seat code, one after another: the newcomer plays them.
ARRIVING = (
    PersonRole(
        "arrived-1", "Shevchuk", "Oleksandr", date(1994, 6, 21), "uk", "uk", "fi",
        Purpose.INTEGRATION_PLAN, "area",
    ),
    PersonRole(
        "arrived-2", "Santos", "Maria", date(1989, 1, 15), "en", "tl", "fi",
        Purpose.LEVEL_CHECK, "area",
    ),
    PersonRole(
        "arrived-3", "Hosseini", "Zahra", date(1996, 9, 9), "fa", "fa", "sv",
        Purpose.INTEGRATION_PLAN, "town",
    ),
    PersonRole(
        "arrived-4", "Warsame", "Ahmed", date(2001, 4, 2), "so", "so", "fi",
        Purpose.VOCATIONAL_TRAINING, "town", training="logistiikan perustutkinto",
    ),
)  # fmt: skip
