"""A file is what its content says, and too large a picture is refused before anyone decodes it."""

import struct
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from feedback import attachments
from feedback.attachments import AttachmentError, Refusal, examine, kept, location, sniff
from tests.feedback import files


def refusal(content: bytes) -> Refusal:
    with pytest.raises(AttachmentError) as caught:
        sniff(content)
    assert str(caught.value.message)
    return caught.value.refusal


def test_kinds_and_sizes() -> None:
    for content, expected in (
        (files.png(2, 3), ("image/png", 2, 3)),
        (files.jpeg(4, 5), ("image/jpeg", 4, 5)),
        (files.jpeg(4, 5, marker=0xC2), ("image/jpeg", 4, 5)),  # progressive
        (files.webp(6, 7), ("image/webp", 6, 7)),
        (files.pdf(), ("application/pdf", None, None)),
    ):
        found = sniff(content)
        assert (found.media_type, found.width, found.height) == expected


def test_webp_of_the_other_two_forms() -> None:
    extended = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0" * 4 + b"\x1f\0\0" + b"\x3f\0\0"
    assert sniff(b"RIFF" + struct.pack("<I", len(extended)) + extended).width == 32
    lossy = b"WEBPVP8 " + struct.pack("<I", 10) + b"\0\0\0" + b"\x9d\x01\x2a" + struct.pack("<HH", 33, 44)
    assert sniff(b"RIFF" + struct.pack("<I", len(lossy)) + lossy).height == 44


def test_telephones_append_data_behind_a_jpeg() -> None:
    assert sniff(files.jpeg() + b"SEFT" + b"\0" * 50).width == 4


@pytest.mark.parametrize(
    "content",
    [
        *(files.EXECUTABLE, files.SCRIPT, b"\x7fELF" + b"\0" * 99, b"PK\x03\x04" + b"\0" * 99, b"GIF89a" + b"\0" * 99),
        *(b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF", b"%PDF-1.7 and nothing more", b"a", b"\0" * 1000),
        b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40,
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    assert refusal(content) == Refusal.WRONG_TYPE


def test_a_bomb_is_refused_by_its_header() -> None:
    assert len(files.bomb()) < 10_000
    assert refusal(files.bomb()) == Refusal.TOO_MANY_PIXELS
    assert refusal(files.png(20_001, 1, rows=b"x")) == Refusal.TOO_MANY_PIXELS
    assert refusal(files.jpeg(65_000, 65_000)) == Refusal.TOO_MANY_PIXELS
    assert refusal(files.webp(16_383, 16_383)) == Refusal.TOO_MANY_PIXELS
    assert sniff(files.png(10_000, 10_000, rows=b"x")).width == 10_000


def test_broken_pictures() -> None:
    for whole in (files.png(), files.jpeg(), files.webp()):
        assert refusal(whole[: len(whole) - 3]) == Refusal.BROKEN
    assert refusal(files.png() + files.EXECUTABLE) == Refusal.BROKEN
    assert refusal(files.png(0, 5)) == Refusal.BROKEN
    assert refusal(files.jpeg(5, 0)) == Refusal.BROKEN


def test_size() -> None:
    assert refusal(b"") == Refusal.EMPTY
    full = files.jpeg() + b"\0" * (attachments.MOST_BYTES - len(files.jpeg()))
    assert sniff(full).width == 4
    assert refusal(full + b"\0") == Refusal.TOO_LARGE


@given(st.sampled_from([files.png(), files.jpeg(), files.webp(), files.pdf()]), st.data())
def test_damage_is_refused_or_read_but_never_breaks_the_reader(whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole)))
    damaged = whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + data.draw(st.integers(0, 8)) :]
    try:
        found = sniff(damaged)
    except AttachmentError:
        return
    assert (found.width or 1) <= attachments.MOST_SIDE


def test_one_bad_file_refuses_all_and_names_itself() -> None:
    good = SimpleUploadedFile("a.jpg", files.jpeg())
    with pytest.raises(AttachmentError) as caught:
        examine([good, SimpleUploadedFile("holiday.jpg", files.EXECUTABLE, content_type="image/jpeg")])
    assert (caught.value.index, caught.value.refusal) == (1, Refusal.WRONG_TYPE)
    with pytest.raises(AttachmentError) as caught:
        examine([SimpleUploadedFile(f"{n}.jpg", files.jpeg()) for n in range(6)])
    assert (caught.value.index, caught.value.refusal) == (5, Refusal.TOO_MANY)


def test_files_go_again_when_what_they_were_written_for_fails(settings: Settings, tmp_path: Path) -> None:
    settings.ATTACHMENTS_ROOT = tmp_path
    with kept([sniff(files.pdf()), sniff(files.png())]) as (first, second):
        pass
    assert location(first).read_bytes() == files.pdf()
    assert location(second).stat().st_mode & 0o777 == 0o600
    with pytest.raises(ZeroDivisionError), kept([sniff(files.pdf())]):
        raise ZeroDivisionError
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2
