"""The OpenAPI document says what the API does: requests made from it, broken ones too get an answer it declares."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS
from schemathesis.generation import GenerationMode

from gateway import api
from tests.integration.control_plane.served import served_plane


def document() -> schemathesis.BaseSchema:
    app = FastAPI()
    for router in api.PUBLIC:
        app.include_router(router)
    return schemathesis.openapi.from_dict(app.openapi()).exclude(path_regex="/stream$")  # endless by design


OPERATIONS = {operation.label: operation for operation in (found.ok() for found in document().get_all_operations())}

# What a schema cannot say (which numbers exist, which trunk lets strangers in), and query names that we do not know.
NOT_SAID = [CHECKS.get_one("positive_data_acceptance"), CHECKS.get_one("negative_data_rejection")]


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    with served_plane(tmp_path_factory.mktemp("plane")) as served:
        yield served


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", list(OPERATIONS))
def test_every_answer_is_one_that_is_declared(label: str, mode: GenerationMode, plane: tuple[str, str]) -> None:
    url, key = plane

    @settings(
        max_examples=20, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def run(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=url, headers={"Authorization": f"Bearer {key}"}, excluded_checks=NOT_SAID)

    run()
