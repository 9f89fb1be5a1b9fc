"""Installing Asterisk from a package archive: a fake one here, so that every failure can be had."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from cti.asterisk import debian
from cti.asterisk.binaries import Binaries, SwitchSetupError
from cti.asterisk.render import fill
from cti.settings import read_settings


def test_installed_root_is_found_at_once() -> None:
    root = read_settings().asterisk_root_path
    if (found := Binaries.find(root)) is None:
        pytest.skip("needs Asterisk unpacked")
    said: list[str] = []
    assert debian.install(root, said.append) == found
    assert said == []
    assert found.major >= 20


def test_install_without_apt_says_what_to_do_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SwitchSetupError, match=r"apt-get is not on this machine.*HOTLINE_AMI_HOST"):
        debian.install(tmp_path / "root", lambda text: None)
    assert not (tmp_path / "root").exists()


def fake_tool(folder: Path, name: str, script: str) -> None:
    """Put a program of ours in front of the machine's."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


class Archive(msgspec.Struct):
    """A package archive that is two shell scripts, and what was asked of it."""

    tools: Path

    def answers(self, apt: str, asterisk: str = "22.10.1~dfsg-1") -> None:
        """Let apt-get run `apt` after its index; what it downloads unpacks to an Asterisk of that version."""
        codename = debian._os_release().get("VERSION_CODENAME", "")
        index = f'case "$*" in *indextargets*) echo "http://mirror {codename} main"; exit;; esac'
        fake_tool(self.tools, "apt-get", f'echo "$@" >> {self.tools}/asked\n{index}\n{apt}')
        unpack = 'mkdir -p "$3/usr/sbin" "$3/usr/lib/asterisk/modules"; printf "#!/bin/sh\\necho Asterisk '
        fake_tool(
            self.tools,
            "dpkg-deb",
            f'{unpack}{asterisk}\\n" > "$3/usr/sbin/asterisk"; chmod +x "$3/usr/sbin/asterisk"',
        )

    @property
    def asked(self) -> list[str]:
        """Every apt-get command line so far."""
        return (self.tools / "asked").read_text(encoding="utf-8").splitlines()


DOWNLOADS = """
folder=$(dirname "$2")
case "$*" in *install*) touch "$folder/archives/asterisk_22.deb";; esac
"""


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An archive of our own in front of the machine's."""
    tools = tmp_path / "tools"
    tools.mkdir()
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    return Archive(tools)


def test_install_downloads_unpacks_and_leaves_only_the_root(archive: Archive, tmp_path: Path) -> None:
    archive.answers(DOWNLOADS)
    said: list[str] = []
    found = debian.install(tmp_path / "here" / "root", said.append)
    assert found.version == "22.10.1~dfsg-1"
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == [".root.lock", "root"]
    assert said[-1].startswith("Asterisk 22.10.1~dfsg-1 is in ")
    assert not any("Check-Valid-Until" in line for line in archive.asked)


def test_index_past_its_date_is_used_and_said_so(archive: Archive, tmp_path: Path) -> None:
    fresh = 'case "$*" in *Check-Valid-Until=false*) ;; *) echo "E: Release file is expired" >&2; exit 100;; esac'
    archive.answers(fresh + DOWNLOADS)
    said: list[str] = []
    debian.install(tmp_path / "root", said.append)
    assert any("past its date" in text for text in said)


def test_second_suite_is_tried_when_the_first_has_no_asterisk(archive: Archive, tmp_path: Path) -> None:
    if debian._os_release().get("ID") != "debian":
        pytest.skip("needs Debian: elsewhere there is one source only")
    first = 'case "$*" in *apt-0*install*) echo "E: Unable to locate package asterisk" >&2; exit 100;; esac'
    archive.answers(first + DOWNLOADS)
    said: list[str] = []
    debian.install(tmp_path / "root", said.append)
    assert [text.split()[-1] for text in said if "looking" in text] == list(debian.SUITES)


@pytest.mark.parametrize("words", ["Temporary failure resolving 'mirror'", "No space left on device"])
def test_failing_download_keeps_its_words_and_leaves_nothing_behind(
    archive: Archive, tmp_path: Path, words: str
) -> None:
    archive.answers(f'echo "E: {words}" >&2; exit 100')
    with pytest.raises(SwitchSetupError) as refused:
        debian.install(tmp_path / "here" / "root", lambda text: None)
    assert words in refused.value.message
    assert [path.name for path in (tmp_path / "here").iterdir()] == [".root.lock"]


def test_archive_with_an_old_asterisk_is_refused(archive: Archive, tmp_path: Path) -> None:
    archive.answers(DOWNLOADS, asterisk="18.10.0")
    with pytest.raises(SwitchSetupError, match=r"18\.10\.0; 20 or newer"):
        debian.install(tmp_path / "root", lambda text: None)
    assert not (tmp_path / "root").exists()


def test_folder_without_room_is_named(archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive.answers(DOWNLOADS)
    monkeypatch.setattr(debian, "_UNPACKED_BYTES", 2**62)
    with pytest.raises(SwitchSetupError, match="make room") as refused:
        debian.install(tmp_path / "root", lambda text: None)
    assert refused.value.code == "switch.disk"


def test_folder_below_a_file_is_named(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(SwitchSetupError, match="HOTLINE_ASTERISK_ROOT"):
        debian.install(tmp_path / "file" / "root", lambda text: None)


def test_half_finished_root_is_replaced_as_a_whole(archive: Archive, tmp_path: Path) -> None:
    archive.answers(DOWNLOADS)
    (tmp_path / "here" / "root" / "half").mkdir(parents=True)
    debian.install(tmp_path / "here" / "root", lambda text: None)
    assert [path.name for path in (tmp_path / "here" / "root").iterdir()] == ["usr"]
    assert sorted(path.name for path in (tmp_path / "here").iterdir()) == [".root.lock", "root"]


def test_secrets_with_line_breaks_cannot_enter_the_configuration() -> None:
    for value in ("a\nb", "a;b", "a\0b"):
        with pytest.raises(SwitchSetupError):
            fill("secret = @S@", {"S": value})
    assert fill("sip:robot@@HOST@:@PORT@", {"HOST": "h", "PORT": 5}) == "sip:robot@h:5"
