"""Settings of a language model."""

from typing import Any

import pytest
from pydantic import ValidationError

from service.llm.settings import LlmSettings

LEAST = {"base_url": "http://127.0.0.1:8080/v1", "model": "m"}


def made(**fields: Any) -> LlmSettings:
    return LlmSettings.model_validate(LEAST | fields)


def test_an_address_and_a_model_are_enough() -> None:
    config = made()
    assert (config.api, config.timeout_seconds) == ("chat", 60)
    assert config.hosts == {"127.0.0.1"}
    assert config.api_key is None


def test_the_key_is_not_printed() -> None:
    config = made(api_key="sk-very-secret")
    assert "sk-very-secret" not in repr(config) + str(config) + config.model_dump_json()


@pytest.mark.parametrize(
    "fields",
    [
        {"base_url": "ftp://host/v1"},
        {"base_url": "http://user:pass@host/v1"},
        {"base_url": "http://host/v1?key=1"},
        {"base_url": "http://host/v1#a"},
        {"base_url": "host"},
        {"model": " "},
        {"timeout_seconds": 0},
        {"max_reply_bytes": 10},
        {"concurrency": 0},
        {"price_in": -1},
        {"api": "completions"},
        {"allowed_hosts": ["models.example"]},
        {"modle": "m"},
    ],
)
def test_what_cannot_work_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        made(**fields)


def test_the_base_urls_host_has_to_be_one_that_is_allowed() -> None:
    allowed = made(base_url="https://models.example/v1", allowed_hosts=["models.example", "other.example"])
    assert allowed.hosts == {"models.example", "other.example"}


def test_a_price_is_known_where_prices_and_counts_are() -> None:
    priced = made(price_in=2.0, price_out=8.0)
    assert priced.price(1_000_000, 500_000) == 6.0
    assert made(price_in=0, price_out=0).price(10, 10) == 0
    assert priced.price(None, 5) is None
    assert made(price_in=2.0).price(5, 5) is None


def test_every_setting_is_described() -> None:
    assert [name for name, field in LlmSettings.model_fields.items() if not field.description] == []
