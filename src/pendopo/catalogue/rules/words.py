"""Words as citizens type them, folded to words the catalogue can be searched by. Leaves out ranking (one SQL statement)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

MAX_TERMS: Final = 12
MAX_QUERY: Final = 200
_TOKEN: Final = re.compile(r"[a-z]+|[0-9]+")

# Words that say that somebody wants something, not what. Dropped from queries, kept in names.
_FILLER: Final = """
a ada adalah agar akan aku ambil anda apa apakah atau atas bagaimana bagi bagian bahwa batam bikin bila bisa boleh buat
bukan butuh cara caranya dalam dan dapat dapatkan dari daftar dengan di dimana dong gimana gmn hendak hilangkan ingin ini itu
jadi jika juga kah kak kalau kalo kami kapan karena ke kepada ketika kita kota ku lagi lah layanan lewat mana
masih mau melakukan membikin membuat memperoleh mencari mengajukan mengambil mengurus menjadi mendapatkan meminta mendaftar
min minta mohon mpp nya oleh pada pak pelayanan per perlu permohonan proses punya pun
saat saja saya sebagai secara sedang seperti si sih sudah supaya syarat persyaratan tapi tentang terhadap tolong tuk
tidak untuk urus urusan ngurus nguru utk via yang yg ya
an and at apply can do for from get how i in is make me my need of on or the to want what where with
"""
FILLER: Final = frozenset(_FILLER.split())

# Spellings of the same word. Left: as typed; right: as the catalogue writes it.
SPELLINGS: Final[Mapping[str, str]] = {
    "ijin": "izin",
    "perijinan": "perizinan",
    "akte": "akta",
    "mall": "mal",
    "apotik": "apotek",
    "praktek": "praktik",
    "propinsi": "provinsi",
    "nomer": "nomor",
    "sertipikat": "sertifikat",
    "pasport": "paspor",
    "passport": "paspor",
    "pasfor": "paspor",
    "resto": "restoran",
    "kelakukan": "kelakuan",
    "surah": "surat",
    "ektp": "ktp",
    "kitap": "itap",
    "kitas": "itas",
    "samsat": "samsat",
    "nikah": "nikah",
    "kawin": "kawin",
    "catin": "pengantin",
    "aktif": "aktif",
    "legalisir": "legalisasi",
    "pbb": "pbb",
}


def fold(text: str) -> list[str]:
    """Lower-case words and numbers without accents, hyphens or invisible marks: ``Izin-mendirikan AK1`` -> izin mendirikan ak 1."""
    plain = unicodedata.normalize("NFKD", text[: MAX_QUERY * 20]).encode("ascii", "ignore").decode().lower()
    return [SPELLINGS.get(word, word) for word in _TOKEN.findall(plain)]


def terms(query: str) -> list[str]:
    """The telling words of a query, each once, in order. When every word is filler, all of them."""
    words = list(dict.fromkeys(fold(query[:MAX_QUERY])))
    telling = [word for word in words if word not in FILLER]
    return (telling or words)[:MAX_TERMS]


def phrases(
    content: Mapping[str, Any], said: Iterable[str], category_words: str
) -> Iterator[tuple[str, str]]:
    """Yield (kind, phrase) by which a service is found; ``said`` are citizens' words for it."""
    yield "A", content["name"]
    for phrase in said:
        yield "A", phrase
    yield "B", content["name_en"]
    yield "B", content["output"]["document"]
    yield "C", content["agency"]["name"]
    yield "C", content["agency"]["name_en"]
    yield "C", category_words
    if content["legal_basis"]:
        yield "D", " ".join(content["legal_basis"])


def folded(text: str) -> str:
    """Return the words of a phrase in one line, ready to be stemmed."""
    return " ".join(fold(text))


def stands_for(said: Iterable[str], official: str) -> list[tuple[str, str]]:
    """Pairs (citizens' phrase, official word) of one entry; a phrase never stands for its own words."""
    pairs = []
    for phrase in said:
        own = set(fold(phrase))
        pairs += [(folded(phrase), word) for word in dict.fromkeys(fold(official)) if word not in own]
    return pairs
