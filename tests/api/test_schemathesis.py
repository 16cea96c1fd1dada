"""The published description against the service: nothing that it lets anybody send is a fault of ours.

Three officers send what the description allows, and what it forbids; every answer must be one that is described there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from states.vocabulary import Role
from tests.api.permissions.kept import objects_in
from tests.api.support import OWN, PARENT, Service
from tests.conftest import SOAK, Figures, MigratedTemplate
from tests.support.postgres import Cluster

ROLES = {
    "township clerk": (Role.EMPLOYER, OWN),
    "county officer": (Role.HRSS, PARENT),
    "supervisor": (Role.SUPERVISOR, PARENT),
}
pytestmark = pytest.mark.timeout(900)  # a minute of work, on a busy machine
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
#: requests of each kind, per operation and role
EXAMPLES = 8 if SOAK else 1

#: ends the session that the others are to use
LEFT_OUT = {"POST /api/v1/sign-out"}


@pytest.fixture(scope="module")
def filled(postgres_cluster: Cluster, migrated_template: MigratedTemplate) -> Iterator[Service]:
    """One for the three: what one of them wrote the next may meet."""
    service = Service.on(postgres_cluster.new_database(migrated_template.postgresql(postgres_cluster)))
    objects_in(service)
    yield service
    service.close()


@pytest.mark.parametrize("who", ROLES)
def test_every_answer_is_described(filled: Service, who: str, figures: Figures) -> None:
    client = filled.as_(ROLES[who])
    found: dict[str, str] = {}
    asked = [0, 0, 0]
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", filled.app)
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]  # a description that cannot be read fails here
        if operation.label in LEFT_OUT:
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                try_out(operation, mode, client, asked)
            except Unsatisfiable:
                continue  # nothing that could be wrong about a request that takes nothing
            except (Exception, BaseExceptionGroup) as failure:  # every operation is tried before the test fails
                found[f"{operation.label} {mode.value}"] = "\n".join(str(one) for one in causes(failure))[:1500]
    figures("fuzz by the description", requests=asked[0], server_faults=asked[1], undescribed_answers=len(found))
    assert not found, "\n\n".join(f"== {label}\n{why}" for label, why in found.items())


def causes(failure: BaseException) -> Iterator[BaseException]:
    """The failures in a group of them."""
    if isinstance(failure, BaseExceptionGroup):
        for inner in failure.exceptions:
            yield from causes(inner)
    else:
        yield failure


def try_out(operation: Any, mode: GenerationMode, client: TestClient, asked: list[int]) -> None:
    """Sends some requests of one kind; raises for the first answer that is not described."""
    strategy = operation.as_strategy(generation_mode=mode)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def send(case: Any) -> None:
        response = case.call(session=client, headers=dict(client.headers))
        asked[0] += 1
        asked[1] += response.status_code >= 500
        case.validate_response(response, checks=CHECKS)

    send()
