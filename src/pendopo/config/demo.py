"""The people of the demo, how one becomes one of them, and the proof that a permit goes all the way. Never in production."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import httpx
from django.contrib.auth.hashers import make_password

from pendopo.agencies.api import employ
from pendopo.catalogue.api import list_agencies
from pendopo.config import permit
from pendopo.identity.api import (
    SYSTEM,
    Role,
    User,
    accept_mandate,
    actor_of_person,
    give_mandate,
    list_businesses,
    list_mandates_given,
    open_account,
    person_of_user,
    register_business,
    register_person,
)
from pendopo.kernel import clock

PASSWORD: Final = "pendopo-demo"  # noqa: S105 - printed on the demo's own page
OPERATOR_AGENCY: Final = "dpmptsp-batam"


@dataclass(frozen=True, slots=True)
class Character:
    """Somebody one can be in the demo."""

    email: str
    name: str
    part: str
    nik: str = ""
    agency: str = ""
    roles: tuple[Role, ...] = ()
    title: str = ""
    group: str = "Pemohon"


CITIZENS: Final = (
    Character("siti@demo.local", "Siti Rahmawati", "perawat, mengurus SIP", nik="2171105708950002"),
    Character("andi@demo.local", "Andi Wijaya", "ayah baru, mengurus akta kelahiran", nik="2171091203880003"),
    Character(
        "hendra@demo.local",
        "Hendra Gunawan",
        "membangun rumah, mengurus PBG; pemilik CV dengan NIB 9120104830002",
        nik="2171120101800005",
    ),
    Character("mei@demo.local", "Ng Mei Ling", "pemilik PT Laut Jaya Sejahtera", nik="2171064210850006"),
    Character(
        "aminah@demo.local", "Aminah", "ibu Siti, memberi kuasa kepada anaknya", nik="2171105503600007"
    ),
    Character("sari@demo.local", "Sari Dewanti", "personalia PT Laut Jaya Sejahtera", nik="2171064708900008"),
    Character("baru@demo.local", "Warga baru", "baru mendaftar, belum mengisi identitas"),
)

_OFFICE: Final = (
    ("loket", "Dewi Anggraini", "Petugas loket", (Role.FRONT_OFFICER,)),
    ("verifikasi", "Rizal Pratama", "Verifikator berkas", (Role.BACK_OFFICER,)),
    ("kabid", "Yuliana Sitorus", "Kepala Bidang Perizinan", (Role.SECTION_HEAD,)),
    ("kepala", "Reza Mahendra", "Kepala Dinas", (Role.SIGNATORY,)),
)

STAFF: Final = (
    *(
        Character(
            f"{key}@dpmptsp.demo.local", name, f"{title}, DPMPTSP", agency=OPERATOR_AGENCY, roles=roles, title=title,
            group="Petugas DPMPTSP",
        )
        for key, name, title, roles in _OFFICE
    ),
    Character(
        "dinkes@demo.local", "dr. Laksmi Paramita", "tim teknis Dinas Kesehatan", agency="dinkes-batam",
        roles=(Role.TECHNICAL_TEAM,), title="Tim teknis", group="Petugas instansi lain",
    ),
    Character(
        "cktr@demo.local", "Ir. Bonar Simanjuntak", "tim teknis Cipta Karya dan Tata Ruang", agency="cktr-batam",
        roles=(Role.TECHNICAL_TEAM,), title="Penilai teknis bangunan", group="Petugas instansi lain",
    ),
    Character(
        "loket@dukcapil.demo.local", "Fitri Handayani", "petugas Disdukcapil", agency="disdukcapil-batam",
        roles=(Role.FRONT_OFFICER, Role.BACK_OFFICER), title="Operator pencatatan sipil", group="Petugas instansi lain",
    ),
    Character(
        "kepala@dukcapil.demo.local", "Heryanto Lubis", "kepala Disdukcapil, menandatangani", agency="disdukcapil-batam",
        roles=(Role.SECTION_HEAD, Role.SIGNATORY), title="Kepala Dinas", group="Petugas instansi lain",
    ),
    Character(
        "operator@demo.local", "Nadia Kusuma", "pengelola mal", agency=OPERATOR_AGENCY,
        roles=(Role.MALL_OPERATOR, Role.CATALOGUE_EDITOR), title="Pengelola mal", group="Pengelola",
    ),
    Character(
        "walikota@demo.local", "Amelia Siregar", "wali kota, hanya melihat", agency="pemko-batam",
        roles=(Role.MAYOR,), title="Wali Kota", group="Pengelola",
    ),
    Character(
        "sekda@demo.local", "Faisal Harahap", "sekretaris daerah, hanya melihat", agency="pemko-batam",
        roles=(Role.REGIONAL_SECRETARY,), title="Sekretaris Daerah", group="Pengelola",
    ),
)  # fmt: skip

ALL_ROLES: Final = (
    Role.FRONT_OFFICER, Role.BACK_OFFICER, Role.TECHNICAL_TEAM, Role.SECTION_HEAD, Role.SIGNATORY, Role.CASHIER,
)  # fmt: skip


def create_people() -> list[tuple[str, str, str]]:
    """Make everybody who is missing; returns (name, e-mail, part) of those worth printing. Safe to run again."""
    password = make_password(PASSWORD)
    for character in CITIZENS:
        user = open_account(email=character.email, password=password, display_name=character.name)
        _verified_address(user)
        if not character.nik:
            continue
        person = register_person(user=user, full_name=character.name, nik=character.nik, by=SYSTEM)
        if character.name == "Ng Mei Ling":
            register_business(
                name="PT Laut Jaya Sejahtera", nib="8120207730001", person_id=person.id, by=SYSTEM
            )
    _mandates()
    for character in STAFF:
        _employ(character, password)
    for agency in list_agencies():
        _employ(_everyman(agency.id, agency.name), password)
    return [(c.name, c.email, c.part) for c in (*CITIZENS, *STAFF)]


def _mandates() -> None:
    """Aminah lets her daughter Siti act for her; Mei's company lets Sari file for its workers. Made once."""
    people = {c.name: person_of_user(User.objects.get(email=c.email)) for c in CITIZENS if c.nik}
    for giver, agent, reach, purpose in (
        ("Aminah", "Siti Rahmawati", "all", "Mengurus semua urusan ibu saya"),
        ("Ng Mei Ling", "Sari Dewanti", "category:labour", "Mendaftarkan pekerja"),
    ):
        principal, hand = people[giver], people[agent]
        assert principal is not None
        assert hand is not None
        if list_mandates_given(principal.id):
            continue
        firm = next(iter(list_businesses(principal.id)), None) if giver != "Aminah" else None
        today = clock.today()
        _offer, code = give_mandate(
            agent_nik=next(c.nik for c in CITIZENS if c.name == agent), agent_name=agent, reach=[reach], valid_from=today,
            valid_until=today + timedelta(days=365), purpose=purpose, by=actor_of_person(principal), business_id=firm.id if firm else None,
        )  # fmt: skip
        accept_mandate(code=code, by=actor_of_person(hand))


def _everyman(agency_id: str, agency_name: str) -> Character:
    """One officer with every role at each agency, so that any service can be concluded in the demo."""
    return Character(
        f"petugas@{agency_id}.demo.local", f"Petugas {agency_name}", f"semua peran di {agency_name}", agency=agency_id,
        roles=ALL_ROLES, title="Petugas", group="Petugas instansi lain",
    )  # fmt: skip


def _employ(character: Character, password: str) -> None:
    user = open_account(email=character.email, password=password, display_name=character.name)
    _verified_address(user)
    employ(
        user=user,
        agency_id=character.agency,
        roles=[role.value for role in character.roles],
        by=SYSTEM,
        title=character.title,
    )


def _verified_address(user: User) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )


def characters() -> Iterator[Character]:
    """Everybody one can be, in the order of the page."""
    yield from (*CITIZENS, *STAFF)
    for agency in list_agencies():
        yield _everyman(agency.id, agency.name)


def check(base_url: str) -> bool:
    """Take one permit through the running demo, telling each step; False when something failed."""
    try:
        permit.walk(base_url)
    except (permit.Failed, httpx.HTTPError) as failed:
        print(f"  failed: {failed}")
        return False
    return True
