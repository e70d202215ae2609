"""The release before this one, unpacked."""

import subprocess
from pathlib import Path

import pytest

ARCHIVE = Path(__file__).with_name("viva-0.1.0.tar.xz")


@pytest.fixture(scope="package")
def previous(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Settings with which the command `viva` is that release, with its own bank."""
    folder = tmp_path_factory.mktemp("previous")
    subprocess.run(["tar", "--extract", "--file", ARCHIVE, "--directory", folder], check=True)
    # The command of this environment looks for its entry here; that release had it elsewhere.
    (folder / "service" / "__main__.py").write_text("from service.cli import app as main\n")
    unmeasured = {"COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""}
    return {"PYTHONPATH": str(folder), "VIVA_BANK_DIR": str(folder), **unmeasured}
