"""From a name in the settings to an object."""

import sys
from pathlib import Path

import pytest

from service.errors import ConfigError, PluginError
from service.graders import BUILT_IN, make, offline
from service.llm.settings import LlmSettings
from service.plugins import load
from service.settings import Settings

NAMES = {"ordered": "collections:OrderedDict"}


def test_a_built_in_name_is_loaded() -> None:
    assert load("ordered", NAMES).__name__ == "OrderedDict"


def test_every_built_in_grader_can_be_loaded() -> None:
    llm = LlmSettings.model_validate({"base_url": "http://127.0.0.1:9/v1", "model": "m"})
    for name in BUILT_IN:
        made = make(Settings(grader=name, llm=llm, panel=("keyword", "llm"), cascade=("keyword", "llm")))
        assert made.identity.name == ("semantic" if name == "offline" else name)


def test_without_the_model_the_best_that_asks_nobody_is_the_keyword_grader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline, "PACKAGE", "no_such_package")
    assert make(Settings(grader="offline")).identity.name == "keyword"


def test_a_path_leads_to_a_class_of_one_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme_grading.py").write_text("class Strict:\n    class Inner: ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert load("acme_grading:Strict", NAMES).__name__ == "Strict"
    assert load("acme_grading:Strict.Inner", NAMES).__name__ == "Inner"
    monkeypatch.delitem(sys.modules, "acme_grading")


def test_nothing_is_loaded_before_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "acme_broken.py").write_text("raise RuntimeError('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    names = NAMES | {"broken": "acme_broken:Strict"}
    load("ordered", names)
    assert "acme_broken" not in sys.modules
    with pytest.raises(RuntimeError, match="imported"):
        load("broken", names)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(
        PluginError,
        match=r"no 'keywrod': use one of cascade, keyword, llm, offline, panel, semantic, or package\.module:Class",
    ):
        load("keywrod", BUILT_IN)


@pytest.mark.parametrize(
    "name",
    ["nosuchpackage:Class", "collections:NoSuchClass", "collections:", ":OrderedDict", ".abc:Mapping", "a..b:C", ":"],
)
def test_a_path_that_leads_nowhere_is_refused(name: str) -> None:
    with pytest.raises(PluginError, match=r"Cannot load|is not a class"):
        load(name, NAMES)


def test_what_cannot_be_called_is_no_plugin() -> None:
    with pytest.raises(ConfigError, match="is not a class or function"):
        load("string:ascii_letters", NAMES)
