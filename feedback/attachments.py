"""What may be attached to a complaint: photos and PDF, told by their content and never by their name.

Nothing is decoded. The headers say what a file is and how large its picture would become, which is all that is
needed to refuse an executable in disguise or a picture that unpacks to gigabytes.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from feedback.models import Attachment

MOST_FILES = 5
MOST_BYTES = 10 * 1024 * 1024
MOST_SIDE = 20_000  # pixels
MOST_PIXELS = 100_000_000  # telephones take 50 million; a bomb has thousands of millions
MOST_IN_ALL = MOST_FILES * MOST_BYTES + 1024 * 1024  # a whole request: the files, and the form around them
ENDINGS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "application/pdf": ".pdf"}


class Refusal(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY = "too_many"
    WRONG_TYPE = "wrong_type"
    BROKEN = "broken"
    TOO_MANY_PIXELS = "too_many_pixels"


MESSAGES: dict[Refusal, Promise] = {
    Refusal.EMPTY: _("This file is empty."),
    Refusal.TOO_LARGE: _("This file is larger than 10 MB."),
    Refusal.TOO_MANY: _("At most 5 files can be attached."),
    Refusal.WRONG_TYPE: _("This is not a JPEG, PNG or WebP picture nor a PDF, whatever its name says."),
    Refusal.BROKEN: _("This picture is broken or not complete."),
    Refusal.TOO_MANY_PIXELS: _("This picture is too large: at most 100 million pixels, 20,000 to a side."),
}


class AttachmentError(ValueError):
    """A file that is not taken: which one (from 0) and why."""

    def __init__(self, refusal: Refusal, index: int = 0) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.index = index

    @property
    def message(self) -> Promise:
        return MESSAGES[self.refusal]


@dataclass(frozen=True)
class Found:
    """A file that may be kept."""

    content: bytes
    media_type: str
    width: int | None
    height: int | None
    digest: str


def examine(uploads: Iterable[UploadedFile[Any]]) -> list[Found]:
    """Read what was sent and refuse all of it when one file is not acceptable."""
    found = []
    for index, upload in enumerate(uploads):
        try:
            if index >= MOST_FILES:
                raise AttachmentError(Refusal.TOO_MANY)
            if (upload.size or 0) > MOST_BYTES:
                raise AttachmentError(Refusal.TOO_LARGE)
            found.append(sniff(b"".join(upload.chunks())))
        except AttachmentError as error:
            raise AttachmentError(error.refusal, index) from None
    return found


def sniff(content: bytes) -> Found:
    """Say what a file is from its content.

    Raises
    ------
    AttachmentError
        when it is empty, too large, of another type, broken, or would unpack to too large a picture.
    """
    if not content:
        raise AttachmentError(Refusal.EMPTY)
    if len(content) > MOST_BYTES:
        raise AttachmentError(Refusal.TOO_LARGE)
    digest = hashlib.sha256(content).hexdigest()
    if content.startswith(b"%PDF-") and b"%%EOF" in content[-2048:]:
        return Found(content, "application/pdf", None, None, digest)
    for magic, media_type, measure in (
        (b"\x89PNG\r\n\x1a\n", "image/png", _png_size),
        (b"\xff\xd8\xff", "image/jpeg", _jpeg_size),
        (b"RIFF", "image/webp", _webp_size),
    ):
        if content.startswith(magic):
            try:
                width, height = measure(content)
            except (struct.error, IndexError):
                raise AttachmentError(Refusal.BROKEN) from None
            if not width or not height:
                raise AttachmentError(Refusal.BROKEN)
            if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
                raise AttachmentError(Refusal.TOO_MANY_PIXELS)
            return Found(content, media_type, width, height, digest)
    raise AttachmentError(Refusal.WRONG_TYPE)


def _png_size(content: bytes) -> tuple[int, int]:
    """Walk the chunks from IHDR to IEND (PNG, section 5): the first says the size, and nothing may follow the last."""
    at, size = 8, (0, 0)
    while True:
        length, name = struct.unpack_from(">I4s", content, at)
        if (name == b"IHDR") != (at == 8):
            raise AttachmentError(Refusal.BROKEN)
        if name == b"IHDR":
            size = struct.unpack_from(">II", content, at + 8)
        at += length + 12
        if name == b"IEND":
            if at != len(content):
                raise AttachmentError(Refusal.BROKEN)
            return size


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Walk the segments to the frame header (ITU T.81, B.2.2). Telephones append data of their own behind the end."""
    at = 2
    while True:
        if content[at] != 0xFF:
            raise AttachmentError(Refusal.BROKEN)
        marker = content[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", content, at + 5)
            scan = content.find(b"\xff\xda", at)
            if scan < 0 or content.find(b"\xff\xd9", scan) < 0:
                raise AttachmentError(Refusal.BROKEN)
            return width, height
        elif marker in (0x01, 0xD8) or 0xD0 <= marker <= 0xD7:  # stand alone
            at += 2
        elif marker in (0xD9, 0xDA):  # an end or a scan before any frame
            raise AttachmentError(Refusal.BROKEN)
        else:
            (length,) = struct.unpack_from(">H", content, at + 2)
            at += 2 + max(length, 2)


def _webp_size(content: bytes) -> tuple[int, int]:
    """Read the first chunk (RFC 9649): VP8X, VP8L or VP8."""
    length, form, chunk = struct.unpack_from("<I4s4s", content, 4)
    if form != b"WEBP":
        raise AttachmentError(Refusal.WRONG_TYPE)
    if length + 8 > len(content) or length + 9 < len(content):
        raise AttachmentError(Refusal.BROKEN)
    if chunk == b"VP8X":
        return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
    if chunk == b"VP8L" and content[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", content, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if chunk == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise AttachmentError(Refusal.BROKEN)


def location(name: str) -> Path:
    """Say where the file of this name lies."""
    return Path(settings.ATTACHMENTS_ROOT) / name[:2] / name


@contextmanager
def kept(files: Iterable[Found]) -> Iterator[list[str]]:
    """Write files under random names; they go again when the block they are written for fails."""
    names: list[str] = []
    try:
        for file in files:
            name = secrets.token_hex(16)
            path = location(name)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            names.append(name)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                out.write(file.content)
        yield names
    except BaseException:
        for name in names:
            location(name).unlink(missing_ok=True)
        raise


def download(file: Attachment) -> FileResponse:
    """Send a file in a way that no browser opens or runs it within our pages."""
    ending = ENDINGS[file.media_type]
    response = FileResponse(
        location(file.name).open("rb"),
        as_attachment=True,
        filename=f"attachment-{file.name[:8]}{ending}",
        content_type=file.media_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
