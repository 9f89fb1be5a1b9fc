"""The set-up behind `./run` and `./test`: what is skipped, what is done again, what it says when it cannot go on."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import bootstrap
from cti.setup import steps
from cti.setup.environment import Environment, sha256_of
from cti.setup.steps import Stopped, apt_install, call, need_writable, remedy
from cti.setup.web import Web, node_is_fit, tree_hash

ROOT = Path(bootstrap.__file__).parent


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """An environment whose Python only writes down what it is asked to do."""
    made = Environment(tmp_path)
    made.python.parent.mkdir(parents=True)
    made.python.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/asked"\n[ ! -e "{tmp_path}/broken" ]\n')
    made.python.chmod(0o755)
    (tmp_path / "requirements").mkdir()
    for lock in ("run", "test"):
        (tmp_path / "requirements" / f"{lock}.txt").write_text(f"{lock}==1")
    return made


def asked(environment: Environment) -> list[str]:
    path = environment.root / "asked"
    return path.read_text().splitlines() if path.exists() else []


# --- Python -----------------------------------------------------------------------------------------------------------


def test_set_up_runs_on_a_python_without_any_package() -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import bootstrap; sys.exit(bootstrap.main(['run', '--help']))"
    )
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "usage: ./run" in done.stdout


def test_old_python_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 1))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Stopped, match=r"This is Python 3\.10; Hotline needs 3\.11") as stopped:
        bootstrap.require_python()
    assert "apt-get install python3.11" in str(stopped.value)


def test_same_lock_is_installed_once(environment: Environment) -> None:
    environment.install("run")
    environment.install("run")
    assert len(asked(environment)) == 1
    assert "--require-hashes" in asked(environment)[0]


def test_changed_lock_is_installed_again(environment: Environment) -> None:
    environment.install("run")
    (environment.root / "requirements" / "run.txt").write_text("run==2")
    environment.install("run")
    assert len(asked(environment)) == 2


def test_test_lock_serves_run_as_well_but_not_the_other_way(environment: Environment) -> None:
    environment.install("test")
    environment.install("run")
    assert len(asked(environment)) == 1
    (environment.root / "requirements" / "test.txt").write_text("test==2")
    environment.install("run")
    environment.install("test")
    assert [line.split("/")[-1] for line in asked(environment)] == ["test.txt", "test.txt"]


def test_failed_install_is_not_taken_for_done(environment: Environment) -> None:
    environment.install("run")
    (environment.root / "requirements" / "run.txt").write_text("run==2")
    (environment.root / "broken").touch()
    with pytest.raises(Stopped):
        environment.install("run")
    (environment.root / "requirements" / "run.txt").write_text("run==1")
    (environment.root / "broken").unlink()
    environment.install("run")
    assert len(asked(environment)) == 3


def test_missing_lock_says_the_checkout_is_not_complete(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match="not complete"):
        sha256_of(tmp_path / "run.txt")


def test_damaged_note_counts_as_nothing_known(environment: Environment) -> None:
    environment.note(run="x")
    assert environment.noted() == {"run": "x"}
    (environment.folder / "hotline-setup.json").write_text('{"run"')
    assert environment.noted() == {}


def real(root: Path) -> Environment:
    """An environment around the Python that runs this test."""
    made = Environment(root)
    made.python.parent.mkdir(parents=True)
    made.python.symlink_to(sys.executable)
    return made


def test_environment_runs_where_it_was_made(tmp_path: Path) -> None:
    made = real(tmp_path)
    made.note(place=str(made.folder), python=f"{sys.version_info[0]}.{sys.version_info[1]}")
    assert made.runs()


@pytest.mark.parametrize("fact", [{"place": "/elsewhere/.venv"}, {"python": "3.9"}])
def test_environment_of_another_place_or_python_does_not_run(tmp_path: Path, fact: dict[str, str]) -> None:
    made = real(tmp_path)
    made.note(**fact)
    assert not made.runs()


def test_environment_whose_python_went_away_does_not_run(tmp_path: Path) -> None:
    made = Environment(tmp_path)
    made.python.parent.mkdir(parents=True)
    made.python.symlink_to(tmp_path / "removed")
    assert not made.runs()


# --- browser application ----------------------------------------------------------------------------------------------


@pytest.fixture
def web(tmp_path: Path) -> Path:
    for name in ("src/main.ts", "package.json", "node_modules/x/index.js", "components.d.ts"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    return tmp_path


@pytest.mark.parametrize("name", ["src/main.ts", "src/new.vue", "package.json", "public/flag.svg"])
def test_changed_source_changes_the_hash(web: Path, name: str) -> None:
    before = tree_hash(web)
    (web / name).parent.mkdir(exist_ok=True)
    (web / name).write_text("2")
    assert tree_hash(web) != before


@pytest.mark.parametrize("name", ["node_modules/x/index.js", "components.d.ts", "tsconfig.tsbuildinfo"])
def test_what_tools_write_does_not_change_the_hash(web: Path, name: str) -> None:
    before = tree_hash(web)
    (web / name).write_text("2")
    assert tree_hash(web) == before


def test_renamed_source_changes_the_hash(web: Path) -> None:
    before = tree_hash(web)
    (web / "src/main.ts").rename(web / "src/other.ts")
    assert tree_hash(web) != before


def test_build_is_current_only_with_its_page_and_the_same_sources(tmp_path: Path) -> None:
    web = Web(tmp_path)
    web.built.mkdir(parents=True)
    web.built_from.write_text("abc")
    assert not web.is_built("abc")
    (web.built / "index.html").touch()
    assert web.is_built("abc")
    assert not web.is_built("abd")


@pytest.mark.parametrize(
    ("version", "fit"),
    [
        ("v18.20.4", False),
        ("v20.18.3", False),
        ("v20.19.0", True),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.19.0", True),
        ("", False),
        ("node?", False),
    ],
)
def test_node_versions_that_vite_runs_on(version: str, fit: bool) -> None:
    assert node_is_fit(version) is fit


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        ([], True),
        (["quick"], False),
        (["tests/unit", "-k", "phone"], False),
        (["tests/unit/test_phone.py::test_x"], False),
        (["tests/test_architecture.py"], False),
        (["tests/browser"], True),
        (["tests/unit", "tests/faults"], True),
        (["-k", "phone"], True),
    ],
)
def test_page_is_built_for_tests_that_look_at_it(arguments: list[str], needed: bool) -> None:
    assert bootstrap.needs_web(arguments) is needed


# --- what it says -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("npm error code ENOSPC", "disk is full"),
        ("Failed to establish a new connection: [Errno -3] Temporary failure in name resolution", "cannot be reached"),
        ("npm error code EAI_AGAIN", "cannot be reached"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer", "PIP_CERT"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "Do not use it"),
        ("E: Could not get lock /var/lib/dpkg/lock-frontend", "package manager is at work"),
        ("PermissionError: [Errno 13] Permission denied", "cannot be written"),
        ("ERROR: No matching distribution found for numpy==2.4.6", "No package fits"),
        ("something new", "Start again"),
    ],
)
def test_failure_says_what_to_do(output: str, advice: str) -> None:
    assert advice in remedy(output)


def test_failed_command_shows_its_last_words_and_the_remedy() -> None:
    with pytest.raises(Stopped) as stopped:
        call(["sh", "-c", "echo begin; echo 'No space left on device' >&2; exit 3"])
    assert "| No space left on device" in str(stopped.value)
    assert "ended with code 3" in str(stopped.value)
    assert "Free some space" in str(stopped.value)


def test_missing_command_is_named() -> None:
    with pytest.raises(Stopped, match="no-such-command"):
        call(["no-such-command"])


def test_who_is_not_root_gets_the_one_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(steps.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(Stopped, match="sudo apt-get install -y --no-install-recommends sox sip-tester"):
        apt_install(["sox", "sip-tester"], "Parts are missing.")


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match=f"ls -ld {tmp_path}/gone"):
        need_writable(tmp_path / "gone")


def test_second_set_up_waits_for_the_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []

    def second() -> None:
        with bootstrap.one_at_a_time(tmp_path):
            order.append("second")

    with bootstrap.one_at_a_time(tmp_path):
        waiting = threading.Thread(target=second)
        waiting.start()
        while "waiting" not in capsys.readouterr().out:
            assert waiting.is_alive()
        order.append("first")
    waiting.join(5)
    assert order == ["first", "second"]
