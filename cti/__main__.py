"""Commands: `python -m cti <command>`. Each imports what it needs, so that a broken part stops only its own command."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from cti import VERSION
from cti.domain.errors import DomainError
from cti.settings import Settings, read_settings


def _serve(settings: Settings, args: argparse.Namespace) -> int:
    from cti.app import serve
    from cti.logs import set_up

    set_up(settings.log_level)
    return asyncio.run(serve(settings))


def _migrate(settings: Settings, args: argparse.Namespace) -> int:
    from cti.migrations import migrate

    settings.data_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    asyncio.run(migrate(settings.effective_database_url))
    print("The database is at the newest version.")
    return 0


def _check(settings: Settings, args: argparse.Namespace) -> int:
    from cti.app import check

    findings = asyncio.run(check(settings))
    for finding in findings:
        print(f"{finding.level.upper():8} {finding.text}" + (f"\n         -> {finding.fix}" if finding.fix else ""))
    return 1 if any(finding.level == "bad" for finding in findings) else 0


def _replay(settings: Settings, args: argparse.Namespace) -> int:
    from cti.domain.floor import Floor, FloorOptions
    from cti.journal_lines import read_journal

    floor = Floor(FloorOptions())
    count = 0
    for event in read_journal(Path(args.file)):
        changes = floor.apply(event)
        count += 1
        if args.verbose:
            print(f"{event.at:%H:%M:%S.%f} {type(event).__name__}: {', '.join(c.topic + '/' + c.key for c in changes)}")
    print(f"{count} events; on the floor now: {', '.join(f'{t} {len(i)}' for t, i in floor.snapshot().items())}")
    return 0


def _user(settings: Settings, args: argparse.Namespace) -> int:
    from cti.app import new_sign_in_link

    print(asyncio.run(new_sign_in_link(settings, args.login)))
    return 0


def _types(settings: Settings, args: argparse.Namespace) -> int:
    from cti.seams import protocol_text

    print(protocol_text(), end="")
    return 0


def _openapi(settings: Settings, args: argparse.Namespace) -> int:
    from cti.seams import openapi_text

    print(openapi_text().decode())
    return 0


def _up(settings: Settings, args: argparse.Namespace) -> int:
    from cti.up import main

    return main(args.rest)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cti", description=f"Hotline {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("serve", help="run the service alone").set_defaults(run=_serve)
    commands.add_parser("migrate", help="bring the database to the newest version").set_defaults(run=_migrate)
    commands.add_parser("check", help="check Asterisk, database, folders").set_defaults(run=_check)
    replay = commands.add_parser("replay", help="replay a journal file and say what the floor looks like")
    replay.add_argument("file")
    replay.add_argument("-v", "--verbose", action="store_true")
    replay.set_defaults(run=_replay)
    user = commands.add_parser("user", help="print a new one-time sign-in link for an account")
    user.add_argument("login")
    user.set_defaults(run=_user)
    commands.add_parser("types", help="print the TypeScript types of the wire").set_defaults(run=_types)
    commands.add_parser("openapi", help="print the OpenAPI document").set_defaults(run=_openapi)
    up = commands.add_parser("up", help="run everything: the switch and the service", add_help=False)
    up.add_argument("rest", nargs=argparse.REMAINDER)
    up.set_defaults(run=_up)
    return parser


def main() -> int:
    """Run one command; a refusal is one clear line on stderr and exit code 2."""
    if sys.argv[1:2] == ["up"]:
        from cti.up import main as up

        return up(sys.argv[2:])
    args = _parser().parse_args()
    try:
        return int(args.run(read_settings(), args))
    except DomainError as refusal:
        print(f"hotline: {refusal.message}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
