import contextlib

from pendopo.documents import api
from pendopo.documents.connectors.files import client as files
from tests.documents import samples
from tests.documents.conftest import SITI, together


def test_one_of_many_equal_pieces_is_stored_and_all_learn_the_place(committed: None) -> None:
    data = samples.pdf()
    sent = api.begin(by=SITI, name="thread.pdf", size=len(data))

    def push(_: int) -> list[int]:
        stored, offset = [], 0
        while offset < len(data):
            with contextlib.suppress(api.WrongOffset):
                stored.append(
                    api.append(
                        by=SITI, upload_id=sent.id, offset=offset, piece=data[offset : offset + 50]
                    ).offset
                )
            offset = api.get_upload(sent.id, SITI).offset
        return stored

    places = sorted(place for stored in together(5, push) for place in stored)
    assert places == sorted({*range(50, len(data), 50), len(data)})
    assert files.upload_path(sent.id).read_bytes() == data
    assert api.open_upload(sent.id, SITI).size == len(data)
