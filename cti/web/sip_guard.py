"""May this SIP message of a browser go on to Asterisk? Pure.

Asterisk knows the trunk by its address, the loopback: a message whose From names no endpoint would be taken for a
customer's. So whatever begins something must name the agent's own endpoint, written so plainly that Asterisk cannot
read it otherwise than we do: our page's SIP library never folds a line, shortens a name or sends two messages at once.
"""

from __future__ import annotations

import re

import msgspec

LIMIT_BYTES = 16 * 1024
LINES_LIMIT = 80
LINE_LIMIT = 2_000
"""Of one head. The longest line our page sends is that of its credentials, some 300 characters."""
METHODS = frozenset({"REGISTER", "INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "UPDATE", "PRACK", "INFO", "NOTIFY"})

_REQUEST = re.compile(r"([A-Z]+) (sips?:[^\s<>\"]+) SIP/2\.0")
HEADERS = frozenset(
    {
        *(
            "via",
            "max-forwards",
            "from",
            "to",
            "call-id",
            "cseq",
            "contact",
            "expires",
            "content-type",
            "content-length",
        ),
        *("authorization", "proxy-authorization", "allow", "supported", "require", "accept", "user-agent", "server"),
        *("session-expires", "min-se", "event", "subscription-state", "reason", "warning", "retry-after", "date"),
        *("rack", "rseq"),
    }
)
"""What our page's SIP library writes, and what a browser telephone could need. Not among them, because each would make
Asterisk do more than carry this agent's call: Route, Record-Route and Path (who is asked next), Replaces and Join
(calls of others), Refer-To and Referred-By, Diversion, History-Info and the identities (who calls)."""

_RESPONSE = re.compile(r"SIP/2\.0 ([1-6])[0-9]{2}(?: [^\r\n]*)?")
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]*):(.*)")
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_TOKEN = r"[A-Za-z0-9.!%*_+`'~-]+"
# No quotation mark or angle bracket inside a name, and no backslash: there is then nothing to escape.
_PARTY = re.compile(
    rf"""\s* (?: "[^"\\<>]*" \s* | (?:{_TOKEN}\s+)* )
         < sips?: ([A-Za-z0-9._+*#%-]+) @ [A-Za-z0-9.-]+ (?: : [0-9]{{1,5}} )? (?: ; [A-Za-z0-9._=-]+ )* >
         ( (?: ; {_TOKEN} = {_TOKEN} )* ) \s*""",
    re.VERBOSE | re.ASCII,
)
_QUOTED = re.compile(r'"[^"\\]*"')
_NAMES = {
    **{"f": "from", "t": "to", "l": "content-length", "i": "call-id", "v": "via", "m": "contact"},
    **{"c": "content-type", "k": "supported", "x": "session-expires", "o": "event"},
}


class Verdict(msgspec.Struct, frozen=True):
    """What is to become of a message. `refusal` empty: it goes on."""

    refusal: str = ""
    """`binary`, `size`, `broken`, `parts`, `header`, `contact`, `forward`, `method`, `from`."""
    begins_call: bool = False
    """An INVITE outside any dialog."""


class _Head(msgspec.Struct, frozen=True):
    start: str
    fields: list[tuple[str, str]]
    """Name in lower case and whole, value; in order."""

    def only(self, name: str) -> str | None:
        """The value of a header that must be there exactly once; None when it is not."""
        found = [value for given, value in self.fields if given == name]
        return found[0] if len(found) == 1 else None


def judge(message: str | bytes, endpoint: str) -> Verdict:
    """Judge one message of the page that may be `endpoint` and nobody else."""
    if isinstance(message, bytes):
        return Verdict("binary")
    if len(message) > LIMIT_BYTES or _bytes_in(message) > LIMIT_BYTES:
        return Verdict("size")
    text, separator, body = message.partition("\r\n\r\n")
    head = _read_head(text) if separator else None
    if head is None:
        return Verdict("broken")
    if not _is_one_message(head, body):
        return Verdict("parts")
    if any(name not in HEADERS for name, _ in head.fields):
        return Verdict("header")
    if not _has_one_contact_at_most(head):
        return Verdict("contact")
    response = _RESPONSE.fullmatch(head.start)
    if response is None:
        return _judge_request(head, endpoint)
    # Asterisk takes the user of "moved to" for a channel to dial when there is a slash in it (chan_pjsip, app_dial).
    return Verdict("forward") if response[1] == "3" else Verdict()


def _judge_request(head: _Head, endpoint: str) -> Verdict:
    request = _REQUEST.fullmatch(head.start)
    if request is None:
        return Verdict("broken")
    if request[1] not in METHODS:
        return Verdict("method")
    sender, target = _PARTY.fullmatch(head.only("from") or ""), _PARTY.fullmatch(head.only("to") or "")
    if sender is None or target is None:
        return Verdict("from")
    # Inside a dialog the page's From is what Asterisk itself wrote as its To, and the dialog is found by Call-ID and
    # tags alone: with a tag that Asterisk does not know, nothing begins (481). Not so REGISTER: it may have tags.
    is_inside = ";tag=" in target[2] and request[1] != "REGISTER"
    if not is_inside and sender[1] != endpoint:
        return Verdict("from")
    return Verdict(begins_call=request[1] == "INVITE" and not is_inside)


def _read_head(text: str) -> _Head | None:
    """Split the head strictly; None for folded lines, single CR or LF, NUL, anything that is no `name: value`."""
    lines = text.split("\r\n")
    if len(lines) > LINES_LIMIT or any(len(line) > LINE_LIMIT or _UNSAFE.search(line) for line in lines):
        return None
    fields = []
    for line in lines[1:]:
        header = _HEADER.fullmatch(line)
        if header is None:
            return None
        name = header[1].lower()
        fields.append((_NAMES.get(name, name), header[2]))
    return _Head(lines[0], fields)


def _is_one_message(head: _Head, body: str) -> bool:
    """Tell whether the message ends where it says it does.

    Asterisk: a WebSocket counts as a stream, and what follows the body is read as the next message (pjsip,
    sip_transport.c): with a From nobody looked at.
    """
    length = (head.only("content-length") or "").strip(" \t")
    return re.fullmatch(r"[0-9]{1,5}", length) is not None and int(length) == _bytes_in(body)


def _has_one_contact_at_most(head: _Head) -> bool:
    """Tell whether there is one address at most where this telephone wants to be rung.

    Asterisk: for a WebSocket it puts the socket in place of the first one only (res_pjsip_transport_websocket); at a
    second one it would ring whatever stands there, the carrier included.
    """
    found = [_QUOTED.sub("", value) for name, value in head.fields if name == "contact"]
    return not found or (len(found) == 1 and found[0].count("<") <= 1 and not set(found[0]) & {",", '"', "\\"})


def _bytes_in(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
