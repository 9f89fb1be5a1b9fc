"""What a browser may send to Asterisk, and how a hostile one would try to be somebody else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.web.sip_guard import LIMIT_BYTES, LINE_LIMIT, LINES_LIMIT, METHODS, Verdict, judge

ENDPOINT = "web1001"
OWN = "<sip:web1001@hotline>;tag=abc"
CUSTOMER = "<sip:13800138000@127.0.0.1>;tag=abc"
PASSES = Verdict()


def message(
    start: str = "REGISTER sip:hotline SIP/2.0",
    *extra: str,
    sender: str = OWN,
    target: str = "<sip:web1001@hotline>",
    body: str = "",
    length: str = "",
) -> str:
    lines = [
        start,
        "Via: SIP/2.0/WS 4gfg.invalid;branch=z9hG4bK1",
        "Max-Forwards: 69",
        f"To: {target}",
        f"From: {sender}",
        "Call-ID: q1w2e3",
        "CSeq: 1 REGISTER",
        f"Content-Length: {length or len(body.encode())}",
        *extra,
    ]
    return "\r\n".join(lines) + "\r\n\r\n" + body


INVITE = message("INVITE sip:1002@hotline SIP/2.0", body="v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n")


# --- what our page sends --------------------------------------------------------------------------------------------


def test_registering_and_calling_as_oneself_passes() -> None:
    assert judge(message(), ENDPOINT) == PASSES
    assert judge(INVITE, ENDPOINT) == Verdict(begins_call=True)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_every_method_of_a_telephone_passes(method: str) -> None:
    assert judge(message(f"{method} sip:1002@hotline SIP/2.0"), ENDPOINT).refusal == ""


@pytest.mark.parametrize("name", ['"王芳" ', '"Wang, Fang" ', "Wang ", "", '""'])
def test_a_name_beside_the_address_passes(name: str) -> None:
    assert judge(message(sender=name + OWN), ENDPOINT) == PASSES


def test_answers_pass_whoever_they_are_from() -> None:
    assert judge(message("SIP/2.0 200 OK", sender=CUSTOMER), ENDPOINT) == PASSES
    assert judge(message("SIP/2.0 180 ", sender=CUSTOMER), ENDPOINT) == PASSES


def test_inside_a_dialog_the_page_is_called_what_asterisk_called_it() -> None:
    bye = message("BYE sip:asterisk@127.0.0.1:8088 SIP/2.0", sender="<sip:k2j3h4@8sd7.invalid;transport=ws>;tag=x",
                  target="<sip:13800138000@127.0.0.1>;tag=as-1")  # fmt: skip
    assert judge(bye, ENDPOINT) == PASSES


def test_holding_inside_a_dialog_begins_no_call() -> None:
    held = message("INVITE sip:asterisk@127.0.0.1 SIP/2.0", target="<sip:1002@hotline>;tag=as-1")
    assert judge(held, ENDPOINT) == PASSES


def test_a_body_with_chinese_text_counts_in_bytes() -> None:
    assert judge(message(body="s=王芳\r\n"), ENDPOINT) == PASSES


# --- who would be somebody else -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sender",
    [
        CUSTOMER,
        "<sip:web1002@hotline>;tag=abc",
        "<sip:web10011@hotline>;tag=abc",
        "<sip:WEB1001@hotline>;tag=abc",
        "<sip:trunk@hotline>;tag=abc",
        "<sip:hotline>;tag=abc",
        "<sip:%77eb1001@hotline>;tag=abc",
        "<sip:web1001:secret@hotline>;tag=abc",
        "<sip:web1001@evil@hotline>;tag=abc",
        "<tel:web1001>;tag=abc",
        "sip:web1001@hotline;tag=abc",
        f'"x" {CUSTOMER}, {OWN}',
        f"{OWN}, {CUSTOMER}",
        f"{OWN} {CUSTOMER}",
        f'"<sip:web1001@hotline>" {CUSTOMER}',
        f'"\\"<sip:web1001@hotline>" {CUSTOMER}',
        f'"<sip:13800138000@x>" {OWN}',
        f'"\\" {OWN}',
        f'"unclosed {OWN}',
        "<sip:web1001@hotline>;tag=abc\t<sip:138@x>",
        "<sip:138@x>;web1001@hotline",
        "<sip:web1001@hotline;tag=abc",
        "",
    ],
)
def test_a_from_that_is_not_plainly_our_own_is_refused(sender: str) -> None:
    assert judge(message(sender=sender), ENDPOINT).refusal == "from"


@pytest.mark.parametrize(
    "extra", [f"From: {CUSTOMER}", f"f: {CUSTOMER}", f"F: {OWN}", f"FROM: {OWN}", "To: <sip:a@b>;tag=x", "t: <sip:a@b>"]
)
def test_a_second_from_or_to_is_refused(extra: str) -> None:
    assert judge(message("INVITE sip:1@h SIP/2.0", extra), ENDPOINT).refusal == "from"


def test_the_short_name_of_from_is_from() -> None:
    assert judge(message().replace("From:", "f:"), ENDPOINT) == PASSES
    assert judge(message(sender=CUSTOMER).replace("From:", "f:"), ENDPOINT).refusal == "from"


def test_without_from_nothing_passes() -> None:
    assert judge(message().replace(f"From: {OWN}\r\n", ""), ENDPOINT).refusal == "from"


@pytest.mark.parametrize("target", ['"x;tag=1" <sip:1002@hotline>', "<sip:1002@hotline;tag=1>", "<sip:1@h>;xtag=1"])
def test_a_tag_that_only_looks_like_one_is_no_dialog(target: str) -> None:
    disguised = message("INVITE sip:95001@hotline SIP/2.0", sender=CUSTOMER, target=target)
    assert judge(disguised, ENDPOINT).refusal == "from"


def test_registering_with_a_tag_is_not_inside_a_dialog() -> None:
    registers = message(sender=CUSTOMER, target="<sip:web1001@hotline>;tag=x")
    assert judge(registers, ENDPOINT).refusal == "from"


def test_a_caller_from_abroad_is_hung_up_like_any_other() -> None:
    bye = message("BYE sip:asterisk@127.0.0.1:8088 SIP/2.0", target="<sip:+8613800138000@127.0.0.1>;tag=as-1")
    assert judge(bye, ENDPOINT) == PASSES


# --- who would lead Asterisk elsewhere ------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["300", "301", "302", "305", "380"])
def test_a_telephone_in_a_page_forwards_nobody(status: str) -> None:
    moved = message(f"SIP/2.0 {status} Moved", "Contact: <sip:PJSIP%2F0090012345678%40carrier@127.0.0.1>")
    assert judge(moved, ENDPOINT).refusal == "forward"


CONTACT = '<sip:k2j3h4@8sd7.invalid;transport=ws>;+sip.ice;reg-id=1;+sip.instance="<urn:uuid:1-2>";expires=120'


@pytest.mark.parametrize("contact", [CONTACT, "*", "sip:k2j3h4@8sd7.invalid;transport=ws"])
def test_one_address_to_be_rung_at_passes(contact: str) -> None:
    assert judge(message("REGISTER sip:hotline SIP/2.0", f"Contact: {contact}"), ENDPOINT) == PASSES


@pytest.mark.parametrize(
    "contacts",
    [
        [f"Contact: {CONTACT}", "Contact: <sip:0090012345678@10.0.0.1>"],
        [f"Contact: {CONTACT}", "m: <sip:0090012345678@10.0.0.1>"],
        [f"Contact: {CONTACT}, <sip:0090012345678@10.0.0.1>"],
        ["Contact: <sip:x@8sd7.invalid>;expires=0,<sip:0090012345678@10.0.0.1>"],
        ["Contact: sip:x@8sd7.invalid, sip:0090012345678@10.0.0.1"],
        ['Contact: "x\\" <sip:x@8sd7.invalid>, "<sip:0090012345678@10.0.0.1>'],
    ],
)
def test_a_second_address_to_be_rung_at_is_refused(contacts: list[str]) -> None:
    assert judge(message("REGISTER sip:hotline SIP/2.0", *contacts), ENDPOINT).refusal == "contact"
    assert judge(message("SIP/2.0 200 OK", *contacts), ENDPOINT).refusal == "contact"


@pytest.mark.parametrize(
    "header",
    [
        *("Route: <sip:10.0.0.1;lr>", "Record-Route: <sip:10.0.0.1;lr>", "Path: <sip:10.0.0.1;lr>"),
        *("Replaces: q1;to-tag=a;from-tag=b", "Join: q1;to-tag=a;from-tag=b", "Target-Dialog: q1"),
        *("Refer-To: <sip:1002@h>", "r: <sip:1002@h>", "Referred-By: <sip:a@h>", "b: <sip:a@h>"),
        *("Diversion: <sip:138@h>", "History-Info: <sip:138@h>", "P-Asserted-Identity: <sip:138@h>"),
        *("P-Preferred-Identity: <sip:138@h>", "Remote-Party-ID: <sip:138@h>", "Identity: x", "y: x", "Record: on"),
    ],
)
@pytest.mark.parametrize("start", ["INVITE sip:1002@hotline SIP/2.0", "SIP/2.0 200 OK"])
def test_a_header_that_would_do_more_than_carry_a_call_is_refused(start: str, header: str) -> None:
    assert judge(message(start, header), ENDPOINT).refusal == "header"


# --- messages that are read otherwise than they look ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("From: <sip", "From:\r\n <sip"),
        ("Max-Forwards: 69", f"Subject: x\r\n From: {CUSTOMER}"),
        ("Max-Forwards: 69", f"Subject: x\n From: {CUSTOMER}"),
        ("Max-Forwards: 69", f"Subject: x\nFrom: {CUSTOMER}"),
        ("Max-Forwards: 69", f"Subject: x\rFrom: {CUSTOMER}"),
        ("Max-Forwards: 69", "Subject: \x00"),
        ("Max-Forwards: 69", "Subject"),
        ("Max-Forwards: 69", f"From : {CUSTOMER}"),
        ("Max-Forwards: 69", f"Fr\x00om: {CUSTOMER}"),
        ("Max-Forwards: 69", f": {CUSTOMER}"),
        ("\r\n", "\n"),
        ("REGISTER sip", "\r\nREGISTER sip"),
        ("REGISTER sip", " REGISTER sip"),
        ("REGISTER sip:hotline SIP/2.0", "REGISTER  sip:hotline SIP/2.0"),
        ("REGISTER sip:hotline SIP/2.0", "REGISTER sip:hotline SIP/1.0"),
        ("REGISTER sip:hotline SIP/2.0", "REGISTER sip:hotline"),
        ("REGISTER sip:hotline SIP/2.0", ""),
        ("\r\n\r\n", "\r\n"),
        ("\r\n\r\n", ""),
    ],
)
def test_a_head_that_is_not_plain_is_refused(before: str, after: str) -> None:
    assert judge(message().replace(before, after), ENDPOINT).refusal == "broken"


@pytest.mark.parametrize("smuggled", [INVITE.replace(OWN, CUSTOMER), "\r\n", "x", "\x00"])
@pytest.mark.parametrize("carrier", [message(), message("SIP/2.0 200 OK")])
def test_a_second_message_behind_the_first_is_refused(carrier: str, smuggled: str) -> None:
    assert judge(carrier + smuggled, ENDPOINT).refusal == "parts"


@pytest.mark.parametrize("length", ["7", "-0", "+0", "0x0", "٠", "0 0", "0,0", "99999999999999999999"])
def test_a_length_that_is_not_the_bodys_is_refused(length: str) -> None:
    assert judge(message(length=length), ENDPOINT).refusal == "parts"


def test_two_lengths_or_none_are_refused() -> None:
    assert judge(message("BYE sip:a@b SIP/2.0", "l: 0"), ENDPOINT).refusal == "parts"
    assert judge(message().replace("Content-Length: 0\r\n", ""), ENDPOINT).refusal == "parts"


@pytest.mark.parametrize("method", ["MESSAGE", "SUBSCRIBE", "REFER", "PUBLISH", "invite", "Register", "FOO"])
def test_other_methods_are_refused(method: str) -> None:
    refusal = judge(message(f"{method} sip:1002@hotline SIP/2.0"), ENDPOINT).refusal
    assert refusal == ("method" if method.isupper() else "broken")


def test_bytes_are_no_message_of_ours() -> None:
    assert judge(message().encode(), ENDPOINT).refusal == "binary"


def test_what_is_too_large_is_refused() -> None:
    assert judge(message(body="王" * (LIMIT_BYTES // 3 + 1)), ENDPOINT).refusal == "size"
    assert judge(message("BYE sip:a@b SIP/2.0", f"X: {'y' * LINE_LIMIT}"), ENDPOINT).refusal == "broken"
    assert judge(message("BYE sip:a@b SIP/2.0", *["X: y"] * LINES_LIMIT), ENDPOINT).refusal == "broken"


# --- whatever comes -------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        *("\r\n", "\n", "\r", " ", "\t", ":", ";", "<", ">", '"', "\\", "\x00", ",", "From", "f", "To", ";tag=1"),
        *("sip:web1001@hotline", "sip:138@x", OWN, CUSTOMER, "Content-Length: 0", "INVITE sip:1@h SIP/2.0"),
    ]
)


def users_asterisk_might_see(text: str) -> set[str]:
    """A reader as generous as can be: unfolds, takes any line end, spaces and the short name; every address counts."""
    head = re.split(r"\r\n\r\n|\n\n", text)[0]
    head = re.sub(r"(\r\n|\n|\r)[ \t]+", " ", head)
    senders = [line for line in re.split(r"\r\n|\n|\r", head) if re.match(r"\s*(from|f)\s*:", line, re.IGNORECASE)]
    return {user for line in senders for user in re.findall(r"sips?:([^@>;\s]*)@", line)}


@given(st.text(max_size=400))
def test_any_text_gets_a_verdict(text: str) -> None:
    assert judge(text, ENDPOINT).refusal


@given(st.lists(PIECES, max_size=12), st.integers(0, 400), st.booleans())
def test_what_passes_a_generous_reader_too_takes_for_ours(pieces: list[str], place: int, in_invite: bool) -> None:
    whole = message("INVITE sip:1@h SIP/2.0") if in_invite else message()
    spoilt = whole[:place] + "".join(pieces) + whole[place:]
    verdict = judge(spoilt, ENDPOINT)
    if not verdict.refusal and ";tag=" not in spoilt.split("To:")[1].split("\r\n")[0]:
        assert users_asterisk_might_see(spoilt) == {ENDPOINT}
