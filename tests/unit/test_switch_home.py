from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cti.asterisk.conf_facts import check_restart
from cti.asterisk.home import RESTART_WANTED, SwitchHome, wanted_restart
from cti.asterisk.identity import Identity
from cti.asterisk.render import TEMPLATES, phones_conf
from cti.asterisk.sounds import NEEDED, place_prompts
from cti.domain.errors import Invalid
from cti.domain.findings import Level
from cti.settings import read_settings


def test_an_older_identity_gets_what_it_lacks_and_keeps_it(tmp_path: Path) -> None:
    path = tmp_path / "identity.json"
    old = msgspec.to_builtins(Identity.fresh())
    for name in ("hands_secret", "http_port"):
        del old[name]
    path.write_bytes(msgspec.json.encode(old))
    loaded = Identity.load(path)
    assert loaded is not None
    assert len(loaded.hands_secret) == 48
    assert (loaded.http_port, loaded.ami_secret) == (0, old["ami_secret"])
    loaded.save(path)
    assert Identity.load(path) == loaded


def test_what_a_running_switch_has_not_read_is_told_until_it_starts_anew(tmp_path: Path) -> None:
    home = SwitchHome(
        tmp_path,
        tmp_path / "recordings",
        prompts=tmp_path,
        own_prompts=None,
        messages=tmp_path / "messages",
        templates=TEMPLATES,
    )
    unread = tmp_path / RESTART_WANTED
    home.want_restart([])
    assert check_restart(wanted_restart(unread)).level is Level.OK
    home.want_restart(["sorcery.conf"])
    home.want_restart(["modules.conf"])
    found = check_restart(wanted_restart(unread))
    assert (found.level, found.about) == (Level.WARN, "modules.conf, sorcery.conf")
    assert "no call" in found.fix
    home.forget_restart()
    assert check_restart(wanted_restart(unread)).level is Level.OK


def test_every_agent_has_a_desk_and_a_browser_telephone_and_the_browsers_has_no_secret_in_a_file() -> None:
    text = phones_conf({"1001": "s3cret", "1002": "other"})
    for section in ("[1001](agent)", "[web1001](web)", "[web1001](web-aor)", "[web1002](web)"):
        assert section in text
    assert text.count("password = ") == 2
    assert "[web1001](agent-auth)" not in text


@pytest.mark.parametrize("uri", ["sip:127.0.0.1:5080", "sip:gw.example", ""])
def test_the_way_out_is_an_address_or_none(uri: str) -> None:
    assert read_settings({"HOTLINE_TRUNK_URI": uri}).trunk_uri == uri


@pytest.mark.parametrize("uri", ["127.0.0.1:5080", "sip:a;b", "sip:x\ncontext = y", "tel:110", "sip:a@b"])
def test_what_is_no_address_stops_the_start(uri: str) -> None:
    with pytest.raises(Invalid, match="HOTLINE_TRUNK_URI"):
        read_settings({"HOTLINE_TRUNK_URI": uri})


def test_no_context_that_callers_or_keypads_reach_names_the_way_out() -> None:
    """Looks at the file itself: which contexts dial the carrier, and that nothing but AMI, or a menu by its target
    (`chosen`, after HOTLINE_TARGET), leads to them."""
    contexts: dict[str, str] = {}
    for part in (TEMPLATES / "extensions.conf").read_text(encoding="utf-8").split("\n[")[1:]:
        name, _, body = part.partition("]")
        contexts[name] = "\n".join(line.split(";")[0] for line in body.splitlines())
    dialling = {name for name, body in contexts.items() if "@carrier" in body}
    assert dialling == {"transfer-out", "outward", "callback-dial", "menu-out"}
    for target in dialling:
        leads = {name for name, body in contexts.items() if f"({target}," in body or f"?{target}," in body}
        assert leads <= dialling | {"chosen"}, target
    leads = {name: body.count("chosen,s,1") for name, body in contexts.items() if "chosen,s,1" in body}
    assert leads == {"hotline": 2, "survey": 1}, "only after AGI(agi:async), where the service has set the target"


def test_prompts_are_found_by_set_and_by_name_and_a_tone_stands_in_for_what_is_missing(tmp_path: Path) -> None:
    shipped = tmp_path / "prompts"
    (shipped / "zh-female").mkdir(parents=True)
    (shipped / "zh-female" / "goodbye.alaw").write_bytes(b"bye")
    target = tmp_path / "sounds" / "hotline"
    for _ in range(2):  # a second start finds all of it
        missing = place_prompts(shipped, target)
    assert set(missing) == set(NEEDED) - {"goodbye"}
    assert (target / "zh-female" / "goodbye.alaw").read_bytes() == (target / "goodbye.alaw").read_bytes() == b"bye"
    assert not (target / "goodbye.wav").exists(), "of two formats Asterisk takes whichever it likes"
    assert (target / "nobody.wav").stat().st_size > 8000
    assert (tmp_path / "sounds" / "en_own" / "hotline").readlink() == shipped / "en-female"
    assert (target / "beep.wav").exists()
