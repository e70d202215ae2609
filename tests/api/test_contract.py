"""The API keeps what its own description promises, for whatever is sent to it."""

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from service.api.app import create_app
from service.settings import Settings


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory):
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("contract")))
    config = schemathesis.Config()
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app, config=config, headers={"Host": "127.0.0.1"})
    schema.config.update(base_url="http://127.0.0.1")
    return schema


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(max_examples=12, derandomize=True, deadline=None, database=None)
def test_every_answer_is_as_described(case: schemathesis.Case) -> None:
    case.call_and_validate()
