"""The site's own music, read from a folder: playlists, their phases and pieces, each known by the hash of its content.

Nothing is played that leads out of the folder, and no name that a browser sends is ever a path. Files are only read.
"""

import os
import re
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG

from msgspec import Struct

PHASES = ("arrival", "ascent", "peak", "return")
SUFFIXES = frozenset({".mp3", ".m4a", ".ogg", ".oga", ".opus", ".flac", ".wav"})
LISTS = frozenset({".m3u", ".m3u8"})
STARTS = ((0, b"ID3", "audio/mpeg"), (4, b"ftyp", "audio/mp4"), (0, b"OggS", "audio/ogg"), (0, b"fLaC", "audio/flac"))
"""At which byte files of the kinds that are played begin how, and what they are. A name is not believed."""
MOST_PIECES, MOST_BYTES, MOST_LIST = 5000, 1_000_000_000, 1_000_000
LONGEST = 200
"""Characters of a title, as the form takes them."""
CHUNK = 1 << 18
_PHASE = re.compile(rf"(?<![a-z])({'|'.join(PHASES)})(?![a-z])")
_NUMBER = re.compile(r"^\d{1,3}(?:\s*[-._)]\s*|\s+)(?=\S)")


class Track(Struct, frozen=True, kw_only=True):
    """A piece: its title, its phase (none: any), the SHA-256 of its content, its type, and the file as it was read."""

    title: str
    phase: str | None
    digest: str
    media_type: str
    size: int
    path: Path
    stamp: tuple[int, ...]


class Playlist(Struct, frozen=True):
    """A playlist and its pieces in order."""

    title: str
    tracks: tuple[Track, ...]


class Music(Struct, frozen=True):
    """What a folder holds, and what in it is not played, each with the reason."""

    playlists: tuple[Playlist, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many pieces stand in the playlists."""
        return sum(len(playlist.tracks) for playlist in self.playlists)


class Refused(Exception):
    """A file of the folder is not played; the text says why."""


def read_music(folder: Path) -> Music:
    """Read a folder of music: a folder or an M3U file is a playlist. Content that was read before is not read again."""
    try:
        root = folder.resolve(strict=True)
        entries = sorted(_shown(root), key=_natural)
    except OSError:
        return Music(left_out=(f"{folder.name}: the folder cannot be read",))
    reading = _Reading(root)
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink():
            reading.folder(entry)
        elif entry.suffix.lower() in LISTS:
            reading.listed(entry)
        elif entry.suffix.lower() not in SUFFIXES and entry.is_symlink():
            reading.left_out.append(f"{entry.name}: a link is no playlist")
    music = Music(tuple(reading.playlists), tuple(reading.left_out))
    with _lock:
        _last[folder] = music
    return music


def track_of(folder: Path, digest: str) -> Track | None:
    """The piece with a content, if the folder holds it now."""
    with _lock:
        last = _last.get(folder, Music())
    found = _within(last, digest)
    if found is not None and _is_as_read(found):
        return found
    return _within(read_music(folder), digest)


def _within(music: Music, digest: str) -> Track | None:
    return next((one for playlist in music.playlists for one in playlist.tracks if one.digest == digest), None)


def _is_as_read(track: Track) -> bool:
    try:
        return _stamp(track.path.lstat()) == track.stamp
    except OSError:
        return False


def content(track: Track, first: int, last: int) -> Iterator[bytes]:
    """The bytes of a piece from the first to the last, both counted; fewer where the file is not what it was."""
    at = first
    while at <= last:
        try:
            part = _read(track, at, min(CHUNK, last - at + 1))
        except (OSError, Refused):
            return
        if not part:
            return
        at += len(part)
        yield part


def _read(track: Track, at: int, size: int) -> bytes:
    with _Opened(track.path) as descriptor:
        if _stamp(descriptor.stat) != track.stamp:
            raise Refused("it was changed")
        return os.pread(descriptor.number, size, at)


class _Opened:
    """A regular file opened to be read, and what it was when it was opened; a link is not followed."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        self.stat = os.fstat(self.number)

    def __enter__(self) -> "_Opened":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.number)


def _stamp(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns


class _Reading:
    """One reading of a folder: what was found so far."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.playlists: list[Playlist] = []
        self.left_out: list[str] = []
        self.count = 0

    def folder(self, folder: Path) -> None:
        """Take a folder as a playlist: its pieces, and those of the folders in it that name a phase."""
        tracks = []
        for entry in sorted(_shown(folder), key=_natural):
            if entry.is_dir() and not entry.is_symlink():
                phase = phase_of(entry.name)
                if phase is None:
                    self.left_out.append(f"{folder.name}/{entry.name}: names no phase ({', '.join(PHASES)})")
                    continue
                tracks += [self.track(one, phase) for one in sorted(_shown(entry), key=_natural) if _is_audio(one)]
            elif _is_audio(entry):
                tracks.append(self.track(entry, _leading(entry.stem)))
        self.close(folder.name, tracks)

    def listed(self, file: Path) -> None:
        """Take an M3U file as a playlist: the files of this folder that it names, by lines."""
        tracks, name, title, phase = [], file.stem, "", None
        for line in self._lines(file):
            key, _, said = line.partition(":")
            match key.upper():
                case "#PLAYLIST":
                    name = said.strip() or name
                case "#EXTINF":
                    title = said.partition(",")[2]
                case "#EXTGRP":
                    phase = phase_of(said)
                case _ if not line.startswith("#"):
                    tracks.append(self.track(self.root / line.replace("\\", "/"), phase, title))
                    title = ""
        self.close(name, tracks)

    def _lines(self, file: Path) -> list[str]:
        try:
            resolved = file.resolve(strict=True)
            if not resolved.is_relative_to(self.root):
                raise Refused("leads out of the folder")
            with _Opened(resolved) as opened:
                raw = os.read(opened.number, MOST_LIST)
        except (OSError, Refused):
            self.left_out.append(f"{file.name}: cannot be read, or leads out of the folder")
            return []
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
        return [line.strip() for line in text.splitlines() if line.strip()]

    def track(self, path: Path, phase: str | None, title: str = "") -> Track | None:
        """A piece of a playlist; none, with the reason kept, where it is not played."""
        try:
            if self.count >= MOST_PIECES:
                raise Refused(f"there are more than {MOST_PIECES} pieces")
            found = self._found(path, phase, title)
        except (OSError, ValueError, Refused) as error:
            why = str(error) if isinstance(error, Refused) else "is not there or cannot be read"
            self.left_out.append(f"{path.name}: {why}")
            return None
        self.count += 1
        return found

    def _found(self, path: Path, phase: str | None, title: str) -> Track:
        resolved = path.resolve(strict=True)
        if not resolved.is_relative_to(self.root):
            raise Refused("leads out of the folder")
        if resolved.suffix.lower() not in SUFFIXES:
            raise Refused("is no audio file of a kind that is played")
        digest, media_type, stamp = _identified(resolved)
        return Track(
            title=_plain(title) or titled(path.stem),
            phase=phase,
            digest=digest,
            media_type=media_type,
            size=stamp[2],
            path=resolved,
            stamp=stamp,
        )

    def close(self, name: str, tracks: "list[Track | None]") -> None:
        """Keep a playlist that has any piece."""
        found = tuple(one for one in tracks if one is not None)
        if found:
            self.playlists.append(Playlist(_plain(name)[:LONGEST], found))
        else:
            self.left_out.append(f"{name}: no piece in it can be played")


_known: dict[tuple[int, ...], tuple[str, str]] = {}
_last: dict[Path, Music] = {}
_lock = threading.Lock()


def _identified(path: Path) -> tuple[str, str, tuple[int, ...]]:
    """The hash and the type of a file's content, read once for each state of the file."""
    with _Opened(path) as opened:
        stamp = _stamp(opened.stat)
        if not S_ISREG(opened.stat.st_mode) or opened.stat.st_size > MOST_BYTES:
            raise Refused(f"is no file of at most {MOST_BYTES // 1_000_000} MB")
        with _lock:
            known = _known.get(stamp)
        if known is None:
            known = _hashed(opened.number)
            with _lock:
                _known[stamp] = known
    return *known, stamp


def _hashed(descriptor: int) -> tuple[str, str]:
    start = os.pread(descriptor, 16, 0)
    media_type = next((kind for at, begins, kind in STARTS if start[at : at + len(begins)] == begins), None)
    if start[:4] == b"RIFF" and start[8:12] == b"WAVE":
        media_type = "audio/wav"
    elif len(start) > 1 and start[0] == 0xFF and start[1] & 0xE6 == 0xE2:  # MPEG audio, layer III, no tag before it
        media_type = "audio/mpeg"
    if media_type is None:
        raise Refused("its content is no audio of a kind that is played")
    digest, at = sha256(), 0
    while part := os.pread(descriptor, 1 << 20, at):
        digest.update(part)
        at += len(part)
    return digest.hexdigest(), media_type


def phase_of(name: str) -> str | None:
    """The phase that a name names; none where it names none."""
    found = _PHASE.search(name.lower())
    return found[1] if found else None


def _leading(stem: str) -> str | None:
    """The phase that the name of a file begins with, after its number."""
    found = _PHASE.match(_NUMBER.sub("", stem).lower())
    return found[1] if found else None


def titled(stem: str) -> str:
    """The title that a file's name gives: without its number and the phase that it begins with."""
    name = _NUMBER.sub("", stem)
    phase = _leading(stem)
    if phase is not None:
        name = _NUMBER.sub("", name[len(phase) :].lstrip(" -._"))
    return (_plain(name.replace("_", " ")) or _plain(stem) or "Untitled")[:LONGEST]


def _plain(text: str) -> str:
    """A text on one line, without what cannot be seen."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:LONGEST]


def _shown(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if not entry.name.startswith((".", "_"))]


def _is_audio(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _natural(path: Path) -> list[tuple[int, str]]:
    """Names in the order in which people count: 2 before 10."""
    parts = re.split(r"(\d+)", path.name.casefold())
    return [(int(part), "") if part.isascii() and part.isdigit() else (0, part) for part in parts]
