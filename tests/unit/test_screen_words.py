"""Every code that the service sends to the screen has words in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.text.flaws import SENTENCES

ROOT = Path(__file__).resolve().parents[2]
TEXT = ROOT / "dashboards/web/src/text"
REFUSING = (
    "cti/domain/errors.py",
    "cti/domain/rules.py",
    "cti/domain/transfers.py",
    "cti/domain/colleagues.py",
    "cti/domain/calling.py",
    "cti/domain/controls.py",
    "cti/errands.py",
    "cti/desk.py",
    "cti/telephones.py",
    "cti/store/people.py",
    "cti/web/*.py",
    "cti/domain/rulebook.py",
    "recordings/*.py",
    "ivr/blocking.py",
    "ivr/promises/callbacks.py",
    "ivr/promises/promise.py",
    "ivr/language/stepping.py",
    "ivr/hotline_rules.py",
    "ivr/api/*.py",
    "ivr/service/*.py",
    "ivr/store/*.py",
    "ivr/own_prompts/*.py",
    "tickets/*.py",
    "tickets/*/*.py",
)
"""Where a request may be refused."""
AT_THE_START = {"port.taken", "procedure.broken"}
"""What only the command line says stays English."""
LOOKING = (
    "cti/vitals.py",
    "cti/web/check.py",
    "cti/web/audit_watch.py",
    "cti/asterisk/conf_*.py",
    "ivr/findings.py",
    "ivr/flow_findings.py",
    "ivr/library.py",
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_refusal_of_a_request_is_translated(language: str) -> None:
    codes = {code for path in _files(REFUSING) for code in _refusals(path)}
    assert "transfer.target_busy" in codes
    assert "sign_in.wrong" in codes
    missing = codes - AT_THE_START - _keys(TEXT / f"{language}.ts", "problem")
    assert not missing, f"add to `problem` in {language}.ts: {sorted(missing)}"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_reason_why_a_recording_is_not_taken_is_translated(language: str) -> None:
    """Those are handed on from process to process, not raised where they are named."""
    audited = {"prompt.add", "prompt.choose", "prompt.text", "prompt.delete", "prompt.by_phone"}
    sources = "".join(path.read_text(encoding="utf-8") for path in _files(("ivr/own_prompts/*.py",)))
    codes = {*re.findall(r'"(prompt\.[a-z_]+)"', sources)} - audited
    assert {"prompt.clipped", "prompt.not_kept"} <= codes
    assert not codes - _keys(TEXT / f"{language}.ts", "problem")


def test_every_finding_has_a_chinese_sentence() -> None:
    codes = {code for path in _files(LOOKING) for code in _codes(path, calls={"Finding"})}
    assert {"conf.version", "disk.short"} <= codes
    sentences = {key.split(":")[0] for key in _keys(TEXT / "findings.ts", "SENTENCES")}
    assert not codes - sentences, f"add to SENTENCES in findings.ts: {sorted(codes - sentences)}"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_gauge_is_translated(language: str) -> None:
    source = (ROOT / "cti/vitals.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'\("([a-z]+\.[a-z0-9_]+)", .+, "(?:s|ms|count|bytes|ratio)"\)', source))
    assert len(codes) > 10
    assert "pop.p95" in codes
    missing = codes - _keys(TEXT / f"{language}.ts", "gauge")
    assert not missing, f"add to `gauge` in {language}.ts: {sorted(missing)}"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_flaw_of_a_flow_has_words_that_use_its_values(language: str) -> None:
    texts = TEXT / language / "flaws.ts"
    assert _keys(texts, "flaw") == set(SENTENCES)
    table = texts.read_text(encoding="utf-8").partition("export const flawWanted")[0]
    words = dict(re.findall(r'^  (\w+): "(.*)",$', table, re.MULTILINE))
    for code, sentence in SENTENCES.items():
        assert set(re.findall(r"\{(\w+)\}", words[code])) == set(re.findall(r"\{(\w+)\}", sentence)), code


def _files(patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        found = sorted(ROOT.glob(pattern))
        assert found, pattern
        yield from found


def _refusals(path: Path) -> Iterator[str]:
    """Codes given to errors, and those an error class has of its own."""
    yield from _codes(path, calls=None)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ClassDef):
            continue
        for line in node.body:
            if isinstance(line, ast.Assign) and any(
                isinstance(one, ast.Name) and one.id == "code" for one in line.targets
            ):
                assert isinstance(line.value, ast.Constant)
                yield str(line.value.value)


def _codes(path: Path, calls: set[str] | None) -> Iterator[str]:
    """Constant `code=` arguments of these calls; None: of whatever is raised."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    raised = {id(node.exc) for node in ast.walk(tree) if isinstance(node, ast.Raise)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if not (id(node) in raised if calls is None else name in calls):
            continue
        for given in node.keywords:
            if given.arg == "code":
                yield from _texts(given.value)


def _texts(value: ast.expr) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.IfExp):
        yield from _texts(value.body)
        yield from _texts(value.orelse)


def _keys(path: Path, table: str) -> set[str]:
    """Keys of one table of a text file."""
    body = re.search(rf"\b{table}\b[^={{]*(?:= )?\{{\n(.*?)\n\s*\}}[,;]", path.read_text(encoding="utf-8"), re.DOTALL)
    assert body, f"{path.name} has no {table}"
    return {bare or quoted for quoted, bare in re.findall(r'^\s*(?:"([^"]+)"|(\w+)):', body.group(1), re.MULTILINE)}
