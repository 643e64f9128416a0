"""Variants of a service's version for what is asked about a document that exists: made when first asked for, then for ever."""

import json
from typing import Final
from uuid import uuid4

from django.db import connection

from pendopo.catalogue.queries.purposes import parts_of_variants, purpose_plan
from pendopo.catalogue.queries.versions import get_service, get_version
from pendopo.catalogue.rules.content import digest
from pendopo.catalogue.rules.purposes import variant
from pendopo.catalogue.rules.shown import ServiceVersion
from pendopo.kernel import clock
from pendopo.kernel.errors import NotFound


def version_for(service_id: str, purpose: str) -> ServiceVersion:
    """The version under which a service is filed for this purpose: made from the current one when first asked for, then for ever.

    Raises: NotFound when the service is closed or the purpose is not offered for it.
    """
    current = get_service(service_id)
    if purpose == "new":
        return current
    plan = purpose_plan(service_id, purpose)
    if plan is None:
        raise NotFound(f"{service_id} {purpose}")
    content = variant(current.content, plan, **parts_of_variants())
    key = [service_id, purpose, digest(content)]
    with connection.cursor() as cursor:
        cursor.execute(_VARIANT, key)
        found = cursor.fetchone()
        if found is None:
            cursor.execute(
                "INSERT INTO catalogue_serviceversion (id, service_id, version, purpose, digest, content, created_at) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
                [uuid4(), service_id, current.number, purpose, key[2], json.dumps(content), clock.now()],
            )
            cursor.execute(_VARIANT, key)
            found = cursor.fetchone()
    return get_version(found[0])


_VARIANT: Final = (
    "SELECT id FROM catalogue_serviceversion WHERE service_id = %s AND purpose = %s AND digest = %s"
)
