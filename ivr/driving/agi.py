"""AGI command lines for what a flow asks, and what their results mean. Pure.

All words that go into a line (files, queues, nodes) are checked where they come in: no spaces, quotes or commas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cti.domain.switch import MenuResult

ANSWER = "ANSWER"
BREAK = "ASYNCAGI BREAK"
HANG_UP = "HANGUP"
MUSIC = "EXEC StartMusicOnHold"
NO_MUSIC = "EXEC StopMusicOnHold"
KEYS_VARIABLE = "HOTLINE_KEYS"

ASK_RESULT = f"GET FULL VARIABLE ${{READSTATUS}}/${{{KEYS_VARIABLE}}}"
SAY_RESULT = "GET FULL VARIABLE ${PLAYBACKSTATUS}"
OUT = "out"
"""The target that is no queue: a number outside."""
COMES_BACK_TO = "GET VARIABLE AFTER_NODE"
"""The dialplan's: the flow and node at which a caller who comes back goes on."""

FILES_LIMIT_BYTES = 800
"""Files of one command. Asterisk: a header of more than 1024 bytes fails the whole action (manager.c)."""


def say(files: Sequence[str]) -> str:
    """Play files. Asterisk: a missing one must not be played by STREAM FILE, which then ends the menu (res_agi.c)."""
    return f"EXEC Playback {'&'.join(files)}"


def ask(files: Sequence[str], *, max_digits: int, wait_s: float) -> str:
    """Play files and read keys, in one command.

    Asterisk: keys pressed between two commands, or while Playback runs, are dropped (res_agi.c, idle frames).
    """
    return f"EXEC Read {KEYS_VARIABLE},{'&'.join(files)},{max_digits},,1,{wait_s:g}"


def record(path: str, *, limit_s: float, silence_s: float) -> str:
    """Record into `path` and `.wav` until `#`, silence, hang-up or the limit.

    Asterisk: when the file cannot be opened, the menu ends (res_agi.c): look first whether the folder takes it.
    """
    return f'RECORD FILE "{path}" wav "#" {round(limit_s * 1000)} s={round(silence_s)}'


def set_variable(name: str, value: str) -> str:
    """Tell the dialplan something: `HOTLINE_<name>`."""
    return f"SET VARIABLE HOTLINE_{name} {value}"


def parts(files: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the files in as few commands as hold them; one empty part when there is none."""
    part: list[str] = []
    for file in files:
        if part and sum(len(one) + 1 for one in part) + len(file) > FILES_LIMIT_BYTES:
            yield tuple(part)
            part = []
        part.append(file)
    yield tuple(part)


def has_run(result: MenuResult) -> bool:
    """Tell whether the command ran: not refused (510, 511, 520) and its application exists (-2)."""
    return result.code == 200 and result.result != "-2"
