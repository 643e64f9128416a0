"""The steps of docs/path.md in their order, each through the public function that the page names."""

import pytest

from pendopo.applications import api as applications
from pendopo.applications.api import State, StepKind
from pendopo.catalogue import api as catalogue
from pendopo.documents import api as documents
from pendopo.documents.api import Standing
from pendopo.feedback import api as feedback
from pendopo.kernel import tasks
from pendopo.payments import api as payments
from tests import factories
from tests.factories import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.usefixtures("house", "silent_bank")
def test_one_permit(city: Cast) -> None:
    hendra = factories.citizen("hendra@contoh.id", "Hendra Gunawan", "2171120101800005").actor

    # 1. Find. 2. Read.
    found = catalogue.search("mau bangun rumah")
    assert "dpmptsp-pbg-rumah" in [card.id for card in found]
    version = catalogue.get_service("dpmptsp-pbg-rumah")

    # 3. Begin. 4. Type.
    draft = applications.start(service_id=version.service_id, by=hendra)
    assert applications.open_answers(draft.answers)["person_nik"] == "2171120101800005"
    told = factories.valid_answers(version, hendra) | {"person_nik": "2171120101800005"}
    applications.save(application_id=draft.id, answers=told, by=hendra)

    # 5. Submit.
    number = applications.submit(application_id=draft.id, by=hendra)
    assert applications.submit(application_id=draft.id, by=hendra) == number
    subject = f"application:{draft.id}"

    # 6. Act, until money is waited for.
    kinds = []
    while (step := factories.open_step(draft.id)) is not None and step.kind is not StepKind.PAYMENT:
        kinds.append(step.kind)
        factories.proceed(draft.id, step)
    assert kinds == [
        StepKind.COMPLETENESS,
        StepKind.VERIFICATION,
        StepKind.INSPECTION,
        StepKind.RECOMMENDATION,
    ]

    # 7. Pay. 8. React.
    bill = payments.get_bill(subject)
    assert bill.total_idr == sum(line.amount_idr for line in bill.lines) > 0
    factories.settle(bill)
    tasks.drain()
    assert applications.load(draft.id).case.state is State.IN_PROCESS

    # 6. Act, to the signature. 9. Issue.
    assert factories.conclude(draft.id) is State.COMPLETED
    row = applications.get_own(draft.id, hendra)
    assert row.document_id is not None
    paper = documents.get_document(row.document_id, hendra)
    with documents.open_document(paper.id, hendra).path.open("rb") as pdf:
        assert documents.verify_pdf(pdf.read()).good

    # 10. Verify.
    verified = documents.verify(paper.code)
    assert verified.standing is Standing.VALID
    assert verified.paper is not None
    assert verified.paper.holder_name == "Hendra Gunawan"

    # 11. Ask.
    feedback.answer_survey(
        application_id=draft.id, scores=dict.fromkeys(feedback.ELEMENTS, 4), comment="", by=hendra
    )
    assert feedback.is_answered(draft.id)
    assert [entry.verb for entry in applications.timeline(draft.id)][:2] == ["submit", "complete"]
