"""The site's own music: what of a folder is played, who may fetch it, and where what was played stands afterwards."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.doors.hands import Hands
from tests.web.conftest import Log, text_of

from triptych.cli.tones import write_chord
from triptych.ledger import Filed
from triptych.web.music import Music, read_music

SESSION = "/participants/P-1/session/"


def tone(path: Path, pitch: int = 220) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_chord(path, (pitch,), seconds=2)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of music with one playlist of two phases."""
    made = tmp_path / "music"
    tone(made / "Evening" / "1 arrival" / "02 Door.wav", 230)
    tone(made / "Evening" / "1 arrival" / "10 Lamp.wav", 240)
    tone(made / "Evening" / "Return" / "01_Way-home.wav", 250)
    return made


def said(music: Music) -> dict[str, list[tuple[str, str | None]]]:
    """Each playlist with the titles and phases of its pieces."""
    return {one.title: [(track.title, track.phase) for track in one.tracks] for one in music.playlists}


def test_a_folder_or_a_list_is_a_playlist_and_its_phases_come_from_folders_names_and_groups(folder: Path) -> None:
    tone(folder / "Night" / "03 peak - Storm.wav", 260)
    tone(folder / "Night" / "Any_time.wav", 270)
    tone(folder / "_files" / "x.wav", 280)
    lines = [
        "#EXTM3U",
        "#PLAYLIST:Mixed",
        "#EXTGRP:ascent",
        "#EXTINF:9,Hill, slow",
        "_files/x.wav",
        "Night\\Any_time.wav",
    ]
    (folder / "mixed.m3u8").write_text("\n".join(lines), "utf-8")
    music = read_music(folder)
    assert said(music) == {
        "Evening": [("Door", "arrival"), ("Lamp", "arrival"), ("Way-home", "return")],
        "Night": [("Storm", "peak"), ("Any time", None)],
        "Mixed": [("Hill, slow", "ascent"), ("Any time", "ascent")],
    }
    assert music.left_out == ()
    assert len({track.digest for one in music.playlists for track in one.tracks}) == 6


def test_nothing_is_read_that_leads_out_of_the_folder_or_is_no_audio(folder: Path, tmp_path: Path) -> None:
    outside = tone(tmp_path / "secret" / "outside.wav", 300)
    evening = folder / "Evening"
    (evening / "1 arrival" / "link.wav").symlink_to(outside)
    (evening / "1 arrival" / "inside.wav").symlink_to(evening / "1 arrival" / "02 Door.wav")
    (evening / "1 arrival" / "text.mp3").write_text("not audio")
    (evening / "1 arrival" / "cover.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "Linked").symlink_to(outside.parent)
    (evening / "peak").symlink_to(outside.parent)
    (folder / "out.m3u").write_text(
        f"../secret/outside.wav\n{outside}\nhttp://example.org/a.mp3\nEvening/none.wav\n\0.wav"
    )
    (folder / "linked.m3u").symlink_to(outside)
    music = read_music(folder)
    assert said(music) == {
        "Evening": [("Door", "arrival"), ("Lamp", "arrival"), ("inside", "arrival"), ("Way-home", "return")]
    }
    told = "\n".join(music.left_out)
    assert told.count("leads out of the folder") == 4
    assert "text.mp3: its content is no audio" in told
    assert "Linked: a link is no playlist" in told
    assert "out: no piece in it can be played" in told
    assert "cover" not in told
    assert read_music(tmp_path / "gone").left_out == ("gone: the folder cannot be read",)


@pytest.fixture
def live(norway: Hands, folder: Path, monkeypatch: Any) -> Hands:
    """A session at a site that has music."""
    from django.conf import settings

    monkeypatch.setattr(settings, "MUSIC", folder)
    norway.contact()
    values = {"systolic": 120, "diastolic": 80, "heart_rate": 70, "temperature": 36.6}
    norway.file("therapist", "vitals", values, visit="dosing", cycle=1)
    return norway


def test_a_piece_is_sent_whole_or_in_part_to_who_may_record_it_and_to_nobody_else(
    live: Hands, folder: Path, log_in: Log
) -> None:
    client = log_in("therapist")
    (listed,) = client.get(f"{SESSION}music/").json()["playlists"]
    url = listed["tracks"][0]["url"]
    path = folder / "Evening" / "1 arrival" / "02 Door.wav"
    whole = path.read_bytes()

    def asked(part: str) -> tuple[int, bytes, str | None]:
        answer = client.get(url, headers={"Range": part} if part else {})
        return answer.status_code, b"".join(answer), answer.get("Content-Range")

    size = len(whole)
    assert asked("") == (200, whole, None)
    assert asked("bytes=0-") == (206, whole, f"bytes 0-{size - 1}/{size}")
    assert asked("bytes=5-9") == (206, whole[5:10], f"bytes 5-9/{size}")
    assert asked("bytes=-7") == (206, whole[-7:], f"bytes {size - 7}-{size - 1}/{size}")
    assert asked(f"bytes={size}-") == (416, b"", f"bytes */{size}")
    for whole_anyway in ("bytes=9-5", "bytes=0-1,3-4", "words=1-2", "bytes=-"):
        assert asked(whole_anyway)[0] == 200, whole_anyway
    assert client.get(url)["Content-Type"] == "audio/wav"

    for role in ("monitor", "rater", "coordinator", "administrator"):
        assert [log_in(role).get(one).status_code for one in (url, f"{SESSION}music/")] == [404, 404], role
    tone(path, 400)  # other content is another piece
    assert client.get(url).status_code == 404
    assert client.get(f"{SESSION}music/").json()["playlists"][0]["tracks"][0]["digest"] not in url


def test_without_a_folder_the_panel_says_what_to_do(live: Hands, log_in: Log, monkeypatch: Any) -> None:
    from django.conf import settings

    assert "data-do" in text_of(log_in("therapist").get(SESSION))
    monkeypatch.setattr(settings, "MUSIC", None)
    client = log_in("therapist")
    assert "--music FOLDER" in text_of(client.get(SESSION))
    assert client.get(f"{SESSION}music/").status_code == 404
    assert 'id="music"' not in text_of(log_in("monitor").get(SESSION))


@pytest.mark.requirement("REP-01")
def test_what_was_played_stands_on_the_timeline_the_summary_the_setting_and_the_therapists_recall_form(
    live: Hands, log_in: Log
) -> None:
    dose = {"part": "initial", "outcome": "taken", "amount": 80, "taken_at": live.now.isoformat()}
    live.file("therapist", "dose_administration", dose, visit="dosing", cycle=1)
    for number, (title, phase, why) in enumerate((("Door", "arrival", "next"), ("Hill", "ascent", "paused"))):
        live.later(minutes=5)
        piece = {"title": title, "playlist": "Evening", "phase": phase, "track": f"{number}" * 64}
        begun = live.file("therapist", "session_music", piece)
        assert isinstance(begun, Filed)
        live.later(minutes=5)
        ended = live.file("co_therapist", "session_music_end", {"about": begun.record.id, "why": why})
        assert isinstance(ended, Filed)
    live.file("therapist", "session_music", {"title": "Hill", "playlist": "Evening", "phase": "ascent", "start": 65})
    client = log_in("therapist")
    timeline = text_of(client.get(SESSION)).split('data-part="timeline"')[1].split("</section>")[0]
    assert timeline.count('class="piece"') == 4
    assert "Paused" in timeline
    assert "Another piece follows" not in timeline
    assert "0000" not in timeline
    summary = text_of(client.get(f"{SESSION}summary/")).split("<h2>Music</h2>")[1].split("<h2>")[0]
    assert "Arrival, Evening" in summary
    assert 'Hill <span class="quiet">(paused)</span>' in summary
    assert "–?</span> Hill" in summary  # nothing says when the last one ended
    assert "(from 1 min 5 s)" in summary
    assert "3 pieces played (Evening, phases arrival, ascent)" in text_of(client.get(f"{SESSION}setting/"))
    assert "Door\nHill" in text_of(client.get("/participants/P-1/recall/1/"))


def test_a_long_playlist_takes_no_other_entrys_place_on_the_timeline(live: Hands, log_in: Log) -> None:
    live.file("therapist", "observation", {"text": "Calm at first"})
    for _ in range(45):
        live.later(minutes=1)
        live.file("therapist", "session_music", {"title": "Loop", "phase": "peak"})
    page = text_of(log_in("therapist").get(SESSION))
    assert "Calm at first" in page
    assert page.count('class="piece"') == 40
    assert "5 earlier entries" in page
    room = json.loads(page.split('id="given">')[1].split("</script>")[0])["room"]["facts"]
    assert room["music"]["title"] == "Loop"
