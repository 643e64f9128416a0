"""A city small enough to read: two agencies, three services. Tests break it one line at a time."""

from pathlib import Path

FILES = {
    "region.yaml": """\
code: "99.01"
name: Kota Contoh
timezone: Asia/Jakarta
operator_agency: dinas-izin
sites:
- id: aula
  kind: hall
  open:
    mon: ['07:30', '16:00', 60]
service_hours:
  ramadan:
    months:
    - {from: 2026-02-19, to: 2026-03-20}
late_submissions: same_day
local_holidays:
- {on: 2026-12-09, name: Pilkada}
""",
    "facts.yaml": """\
base_form:
  person: [person.nik, person.full_name]
  business: [business.name, business.nib]
facts:
  person.nik:
    name: NIK
    name_en: NIK
    type: string
    max_length: 16
    privacy: personal
  person.full_name:
    name: Nama lengkap
    name_en: Full name
    type: string
    max_length: 120
  person.birth_date:
    name: Tanggal lahir
    name_en: Date of birth
    type: date
  business.name:
    name: Nama usaha
    name_en: Business name
    type: string
  business.nib:
    name: NIB
    name_en: NIB
    type: string
    pattern: ^[0-9]{13}$
    max_length: 13
""",
    "requirements.yaml": """\
ktp:
  name: KTP
  name_en: Identity card
  kind: document
  digital: true
  facts: [person.birth_date]
izin-dagang:
  name: Izin dagang
  name_en: Trade licence
  kind: document
  from_service: izin-dagang
data-warung:
  name: Data warung
  name_en: Data of the stall
  kind: data
  fields:
  - id: area_m2
    title: Luas warung
    title_en: Floor area
    type: integer
    unit: m2
    minimum: 1
    maximum: 1000
    required: true
  - id: kind
    title: Jenis jualan
    title_en: What is sold
    type: enum
    options: [MAKANAN, MINUMAN]
    required: true
foto:
  name: Foto warung
  name_en: Photograph
  kind: document
""",
    "procedures.yaml": """\
short:
  name: Pendek
  name_en: Short
  description: Diperiksa lalu ditandatangani.
  clock_starts: complete
  steps:
  - {id: check, kind: completeness, name: Periksa, name_en: Check, agency: service, role: front_officer, share_of_deadline: 0.4, after: []}
  - id: pay
    kind: payment
    name: Bayar
    name_en: Pay
    agency: mall
    role: system
    share_of_deadline: 0.1
    after: [check]
    when: fee_idr > 0
  - id: sign
    kind: signing
    name: Tanda tangan
    name_en: Sign
    agency: service
    role: signatory
    share_of_deadline: 0.5
    after: [pay]
""",
    "references.yaml": """\
tarif_m2:
  value: 1500
  unit: Rp/m2
  name: Tarif per meter persegi
  name_en: Rate per square metre
  legal_basis: Perda 1/2026
  confidence: sourced
  valid_from: '2026-01-01'
""",
    "synonyms.yaml": """\
- say: [buka warung]
  services: [izin-dagang]
- say: [bule]
  words: dagang
""",
    "bundles.yaml": """\
questions:
  tempat:
    name: Di mana warungnya?
    name_en: Where is the stall?
    options:
      pasar: {name: Di pasar, name_en: In a market}
      rumah: {name: Di rumah, name_en: At home}
goals:
  buka-warung:
    name: Membuka warung
    name_en: Open a food stall
    category: business
    say: [buka warung, warung]
    questions: [tempat]
    services:
    - id: laik-sehat
    holds:
    - {requirements: [izin-dagang], when: 'answers.tempat == "pasar"'}
""",
    "agencies/dinas-izin.yaml": """\
id: dinas-izin
name: Dinas Perizinan
name_en: Licensing Office
level: city
services:
- id: izin-dagang
  name: Izin dagang
  name_en: Trade licence
  kind: permit
  category: business
  applicant: both
  channel_default: online
  requirements:
  - id: ktp
  - id: data-warung
  - id: foto
    optional: true
  sla_working_days: 5
  fee:
    type: formula
    amount_idr: null
    note: luas x tarif
    lines:
    - id: luas
      name: Luas kali tarif
      name_en: Area times rate
      formula: answers.data_warung_area_m2 * refs.tarif_m2.value
      legal_basis: Perda 1/2026
      confidence: sourced
  output:
    document: Izin dagang
    validity_months: 12
  tacit_approval: null
  legal_basis: [Perda 1/2026]
  source: contoh
  confidence: sourced
  sourced_facets: [requirements, fee]
  procedure: short
""",
    "agencies/dinas-sehat.yaml": """\
id: dinas-sehat
name: Dinas Kesehatan
name_en: Health Office
level: city
presence:
  status: confirmed-mpp
  source: contoh
services:
- id: laik-sehat
  name: Sertifikat laik sehat warung
  name_en: Food stall hygiene certificate
  kind: permit
  category: health
  applicant: business
  channel_default: counter
  requirements:
  - id: izin-dagang
  sla_working_days: 3
  fee: {type: free, amount_idr: 0}
  output: {document: Sertifikat laik sehat, validity_months: 36}
  confidence: general-knowledge
  sourced_facets: []
  procedure: short
- id: surat-sehat
  name: Surat keterangan sehat
  name_en: Health certificate
  kind: non-permit
  category: health
  applicant: person
  channel_default: counter
  requirements:
  - id: ktp
  sla_minutes: 30
  fee: {type: fixed, amount_idr: 25000, note: Perda 1/2026}
  output: {document: Surat keterangan sehat, validity_months: null}
  confidence: sourced
  sourced_facets: [fee]
  procedure: short
""",
}

FORM = """\
type: object
additionalProperties: false
required: [person_full_name, bukti, declaration]
properties:
  person_full_name: {type: string, maxLength: 120, title: Nama lengkap, x-title-en: Full name, x-fact: person.full_name}
  bukti: {type: string, format: uuid, title: Bukti, x-title-en: Proof, x-widget: file, x-requirement: izin-dagang}
  declaration: {type: boolean, const: true, title: Benar, x-title-en: True, x-widget: checkbox}
x-pages:
- {id: satu, title: Satu, title_en: One, fields: [person_full_name, bukti, declaration]}
"""


def write(folder: Path, **changed: str) -> Path:
    """Write the city; ``changed`` maps a path with / written as __ and without .yaml to another text."""
    texts = FILES | {f"{name.replace('__', '/')}.yaml": text for name, text in changed.items()}
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Replace the only ``old`` of a file; a test that edits nothing would prove nothing."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(folder: Path, name: str, piece: str) -> int:
    """Line (from 1) of the first line that holds ``piece``."""
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if piece in line)
