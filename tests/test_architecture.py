"""The house stays as it was drawn: import rules, and the rules of `tests.house_rules`. Each rule is shown to bite."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests import house_rules
from tests.house_rules import SourceFile, read_project

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LINTER = PYPROJECT["tool"]["importlinter"]
CHECK_IMPORTS = "from importlinter.cli import lint_imports_command as check; check(['--no-cache', '--no-logo'])"
Rule = Callable[[Iterable[SourceFile]], list[str]]


@pytest.fixture(scope="module")
def project() -> list[SourceFile]:
    return read_project(ROOT)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The Python sources in a folder of their own, to be spoilt."""
    for package in LINTER["root_packages"]:
        left_out = shutil.ignore_patterns("web" if package == "dashboards" else "prompts", "static", "__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=left_out)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken_contracts(root: Path) -> set[str]:
    """Return the names of the import rules that the sources below `root` break."""
    done = subprocess.run([sys.executable, "-c", CHECK_IMPORTS], cwd=root, capture_output=True, text=True)
    names = set(re.findall(r"^(.+) BROKEN", done.stdout, re.MULTILINE))
    assert bool(names) == bool(done.returncode), done.stdout + done.stderr
    return names


# --- import rules ---------------------------------------------------------------------------------


def test_import_rules_are_kept(copy: Path) -> None:
    assert broken_contracts(copy) == set()


FAULTS = [
    ("cti/domain/phone.py", "import time", "Rules are pure"),
    ("ivr/language/stepping.py", "import asyncio", "Rules are pure"),
    ("cti/domain/ids.py", "import cti.settings", "Every package uses what is below it"),
    ("cti/engine.py", "import cti.hub", "Every package uses what is below it"),
    ("ivr/language/edition.py", "import tickets", "Every package uses what is below it"),
    ("cti/hub.py", "import ivr.driving.session", "Every package uses what is below it"),
    ("dashboards/__init__.py", "import cti.asterisk.frames", "Only the composition root"),
    ("staffing/__init__.py", "import cti.settings", "Settings are read once"),
    ("cti/setup/steps.py", "import cti.domain.ids", "The set-up runs before anything is installed"),
    ("cti/journal.py", "import pytest", "The product does not import its tests"),
]


@pytest.mark.parametrize(("name", "line", "rule"), FAULTS, ids=[f"{name} {line}" for name, line, _ in FAULTS])
def test_planted_import_breaks_its_rule(copy: Path, name: str, line: str, rule: str) -> None:
    (copy / name).write_text((copy / name).read_text("utf-8") + f"\n{line}\n", "utf-8")
    assert any(broken.startswith(rule) for broken in broken_contracts(copy))


def test_store_that_uses_its_api_breaks_the_order_inside_a_feature(copy: Path) -> None:
    (copy / "tickets" / "api.py").write_text("", "utf-8")
    (copy / "tickets" / "store.py").write_text("import tickets.api\n", "utf-8")
    assert any(broken.startswith("Inside a feature") for broken in broken_contracts(copy))


def test_every_module_of_the_service_has_a_place_in_the_layers() -> None:
    layers = next(contract for contract in LINTER["contracts"] if contract["id"] == "layers")["layers"]
    placed = set(re.findall(r"cti\.(\w+)", " ".join(layers)))
    found = (ROOT / "cti").iterdir()
    modules = {path.stem for path in found if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert modules - {"__init__"} <= placed


def test_every_package_is_checked_for_imports_and_types() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert packages == set(LINTER["root_packages"])
    assert packages == set(PYPROJECT["tool"]["mypy"]["packages"])


# --- rules no linter knows ------------------------------------------------------------------------

SPOILT: list[tuple[Rule, SourceFile]] = [
    (house_rules.too_long, SourceFile("cti/x.py", "pass\n" * (house_rules.LONGEST_FILE_LINES + 1))),
    (house_rules.mocks, SourceFile("tests/x.py", "from unittest" + ".mock import Mock\n")),
    (house_rules.mocks, SourceFile("tests/x.py", "from unittest import" + " mock\n")),
    (house_rules.nameless, SourceFile("cti/utils/x.py", "")),
    (house_rules.nameless, SourceFile("cti/helpers.py", "")),
    (house_rules.nameless, SourceFile("cti/x.py", "class Call" + "Manager:\n")),
    (house_rules.hosts, SourceFile("requirements/x.txt", "--index-url https://pypi" + ".org/simple")),
    (house_rules.hosts, SourceFile("docker/Dockerfile", "deb http://deb" + ".debian.org/debian sid main")),
    (house_rules.machine_paths, SourceFile("cti/x.py", 'open("/wo' + 'rk/x")')),
    (house_rules.machine_paths, SourceFile("README.md", "see /home" + "/anna/x")),
    (house_rules.locks_with_hosts, SourceFile("uv" + ".lock", "")),
    (house_rules.locks_with_hosts, SourceFile("dashboards/web/package-lock.json", '"resolved": "x"')),
    (house_rules.long_sleeps, SourceFile("tests/x.py", "await asyncio.sle" + "ep(0.2)  # why not")),
    (house_rules.long_sleeps, SourceFile("tests/asterisk/x.py", "await asyncio.sle" + "ep(0.2)")),
]
RULES = list(dict.fromkeys(rule for rule, _ in SPOILT))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_is_kept(project: list[SourceFile], rule: Rule) -> None:
    assert rule(project) == []


@pytest.mark.parametrize(
    ("rule", "spoilt"), SPOILT, ids=lambda value: getattr(value, "__name__", getattr(value, "name", ""))
)
def test_rule_bites(rule: Rule, spoilt: SourceFile) -> None:
    assert len(rule([spoilt])) == 1


def test_project_is_read(project: list[SourceFile]) -> None:
    assert {"bootstrap.py", "cti/domain/events.py", "tests/test_architecture.py"} <= {file.name for file in project}
