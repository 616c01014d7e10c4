"""A little music for the demonstration: slow chords, made on the spot and nobody's work."""

import math
import wave
from pathlib import Path
from struct import pack

RATE = 8000
SECONDS = 24
PLAYLIST = "Slow chords"
PIECES = {
    "1 arrival": {"01 Low light": (110, 165, 220), "02 Open window": (131, 196, 262)},
    "2 ascent": {"01 Steps": (147, 220, 294), "02 Uphill": (165, 247, 330)},
    "3 peak": {"01 Wide": (110, 220, 330), "02 Still air": (98, 196, 294)},
    "4 return": {"01 Homeward": (131, 165, 196), "02 Evening": (110, 131, 165)},
}
"""Folders of phases, and their pieces as whole numbers of hertz, so that a second of a chord joins the next."""


def make_music(folder: Path) -> Path:
    """Make a folder of music with one playlist of four phases, unless it is there; where it is."""
    for phase, chords in PIECES.items():
        place = folder / PLAYLIST / phase
        place.mkdir(parents=True, exist_ok=True)
        for title, chord in chords.items():
            path = place / f"{title}.wav"
            if not path.exists():
                write_chord(path, chord)
    return folder


def write_chord(path: Path, chord: tuple[int, ...], seconds: int = SECONDS) -> None:
    """Write a chord that comes and goes as a WAV file of some seconds, at least two."""
    second = [9000 * sum(math.sin(math.tau * tone * at / RATE) for tone in chord) / len(chord) for at in range(RATE)]
    come = [part * at / RATE for at, part in enumerate(second)]
    go = [part * (1 - at / RATE) for at, part in enumerate(second)]
    first, whole, last = (pack(f"<{RATE}h", *map(int, parts)) for parts in (come, second, go))
    with wave.open(str(path), "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(RATE)
        made.writeframes(first + whole * (seconds - 2) + last)
