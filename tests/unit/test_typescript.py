"""The browser's types are those of the service."""

from __future__ import annotations

from pathlib import Path

from cti.seams import protocol_text
from cti.web import typescript

ROOT = Path(__file__).resolve().parents[2]


def test_committed_protocol_equals_the_generated_one() -> None:
    committed = (ROOT / typescript.PROTOCOL).read_text(encoding="utf-8")
    assert committed == protocol_text(), "run: python -m cti types"


def test_generating_twice_gives_the_same_text() -> None:
    assert protocol_text() == protocol_text()


def test_an_answer_is_always_whole_and_a_request_may_leave_out_defaults() -> None:
    text = protocol_text()
    assert "  fix: string;" in _body(text, "Finding")
    assert "  extra_s?: number;" in _body(text, "WrapUpChange")
    assert '  action: "end" | "extend";' in _body(text, "WrapUpChange")


def test_live_messages_are_unions_told_apart_by_type() -> None:
    text = protocol_text()
    assert 'type: "snapshot";' in _body(text, "TopicSnapshot")
    assert "items: Record<string, CallView | AgentView" in _body(text, "TopicSnapshot")
    assert "export type ToBrowser = TopicSnapshot | TopicChanges | Stale | Ping | Bye | Refused;" in text


def test_writing_again_tells_that_nothing_changed(tmp_path: Path) -> None:
    (tmp_path / typescript.PROTOCOL).parent.mkdir(parents=True)
    assert typescript.write(tmp_path, "text")
    assert not typescript.write(tmp_path, "text")


def _body(text: str, name: str) -> str:
    return text.split(f"export interface {name} {{", 1)[1].split("\n}", 1)[0]
