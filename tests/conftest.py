"""What tests share: a clock that can be moved, and the whole application in process on a fresh database."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import hypothesis
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from service.api.app import create_app
from service.bank import Banks, load_banks
from service.settings import ROOT, Settings
from tests.fresh import fresh
from tests.postgres import Postgres, in_memory, running

hypothesis.settings.register_profile("viva", deadline=None)  # no test fails on the clock
hypothesis.settings.load_profile("viva")

os.environ["VIVA_GRADER"] = "keyword"  # most tests are not of graders: this one takes no time

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running(in_memory()) as server:
        yield server


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """A fresh database with the schema of this release."""
    with postgres.database(template="viva") as url:
        yield url


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=fresh(tmp_path / "data"))


@cache
def banks() -> Banks:
    """The bank of this repository, read once: no test can change it."""
    return load_banks(ROOT, {}, anchors=False)


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Iterator[FastAPI]:
    app = create_app(settings, clock=clock, banks=banks())
    yield app
    app.state.services.store.close()  # without a client nobody else does


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client
