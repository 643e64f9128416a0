"""What a granted paper still waits for at a register outside."""

from uuid import UUID

from pendopo.applications.models import RegisterWait


def register_wait(application_id: UUID) -> str:
    """Code of why the register has not given the number yet; empty when nothing is waited for."""
    return (
        RegisterWait.objects.filter(application_id=application_id).values_list("reason", flat=True).first()
        or ""
    )
