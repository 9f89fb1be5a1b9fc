"""AGI command lines for what a flow asks, and what their results mean. Pure.

All words that go into a line (prompts, queues) are checked by `ivr.nodes.Name`: no spaces, quotes or commas.
"""

from __future__ import annotations

from collections.abc import Sequence

from cti.domain.switch import MenuResult

ANSWER = "ANSWER"
BREAK = "ASYNCAGI BREAK"
HANG_UP = "HANGUP"
TARGET_VARIABLE = "HOTLINE_TARGET"
KEYS_VARIABLE = "HOTLINE_KEYS"

ASK_RESULT = f"GET FULL VARIABLE ${{READSTATUS}}/${{{KEYS_VARIABLE}}}"
SAY_RESULT = "GET FULL VARIABLE ${PLAYBACKSTATUS}"


def say(prompts: Sequence[str], folder: str) -> str:
    """Play prompts. Asterisk: a missing one must not be played by STREAM FILE, which then ends the menu (res_agi.c)."""
    return f"EXEC Playback {_files(prompts, folder)}"


def ask(prompts: Sequence[str], folder: str, *, max_digits: int, wait_s: float) -> str:
    """Play prompts and read keys, in one command.

    Asterisk: keys pressed between two commands, or while Playback runs, are dropped (res_agi.c, idle frames).
    """
    return f"EXEC Read {KEYS_VARIABLE},{_files(prompts, folder)},{max_digits},,1,{wait_s:g}"


def set_target(queue: str) -> str:
    """Tell the dialplan where the caller is bound."""
    return f"SET VARIABLE {TARGET_VARIABLE} {queue}"


def has_run(result: MenuResult) -> bool:
    """Tell whether the command ran: not refused (510, 511, 520) and its application exists (-2)."""
    return result.code == 200 and result.result != "-2"


def _files(prompts: Sequence[str], folder: str) -> str:
    return "&".join(f"{folder}/{prompt}" for prompt in prompts)
