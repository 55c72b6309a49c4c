"""Takes DGX_MUSIC_DATABASE_URL apart for settings.sh: what others may see, and the password.

PostgreSQL's tools read the rest of the URL themselves, so each of its parameters counts for a
backup as it does for the program. Prints shell lines: ``database=…`` and ``export PGPASSWORD=…``.
Needs nothing but Python, as a machine for backups may have no more.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from urllib.parse import unquote

UNDERSTOOD = ("postgresql://", "postgres://")


def divided(url: str) -> tuple[str, str]:
    """The URL without its password, and that, which is empty where there is none.

    Divided as libpq does it: a login ends at the first "@" if no "/" comes before it, and a
    parameter wins over the login. Ends the program for what it can't pass on.
    """
    if not url.startswith(UNDERSTOOD):
        sys.exit(
            "DGX_MUSIC_DATABASE_URL can't be understood. It looks like"
            " postgresql://name:password@host:5432/database."
        )
    password = ""
    if login := re.match(r"(\w+://[^:@/]*):([^@/]*)(?=@)", url):
        password = unquote(login[2])
        url = login[1] + url[login.end() :]
    address, mark, query = url.partition("?")
    kept = []
    for pair in query.split("&"):
        name, _, value = pair.partition("=")
        match unquote(name):
            case "password":
                password = unquote(value)
            case "sslpassword":
                sys.exit(
                    "DGX_MUSIC_DATABASE_URL: sslpassword can't be passed on without showing it to"
                    " all who list processes. Name an sslkey that needs none."
                )
            case _:
                kept.append(pair)
    return (address + mark + "&".join(kept)).rstrip("?"), password


if __name__ == "__main__":
    database, password = divided(os.environ["DGX_MUSIC_DATABASE_URL"])
    print(f"database={shlex.quote(database)}")
    if password:
        print(f"export PGPASSWORD={shlex.quote(password)}")
