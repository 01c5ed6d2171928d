"""Small files of each kind, made by hand from their specifications."""

import struct
import zlib


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int = 2, height: int = 3, rows: bytes | None = None) -> bytes:
    """A grey PNG; `rows` stands for its compressed content."""
    content = zlib.compress(b"\0" * ((width + 1) * height)) if rows is None else rows
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def jpeg(width: int = 4, height: int = 5, marker: int = 0xC0) -> bytes:
    """The segments of a JPEG with a comment before its frame; the scan is not a real one."""
    comment = b"\xff\xfe" + struct.pack(">H", 7) + b"hello"
    frame = bytes([0xFF, marker]) + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    scan = b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\x00\x00\x3f\x00" + b"\x12\x34"
    return b"\xff\xd8" + comment + frame + scan + b"\xff\xd9"


def webp(width: int = 6, height: int = 7) -> bytes:
    """A lossless WebP header."""
    bits = struct.pack("<I", (width - 1) | (height - 1) << 14)
    body = b"WEBPVP8L" + struct.pack("<I", 6) + b"\x2f" + bits + b"\0"
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def bomb() -> bytes:
    """A picture of 60,000 × 60,000 pixels in a few kilobytes."""
    return png(60_000, 60_000, rows=zlib.compress(b"\0" * 4_000_000, 9))


EXECUTABLE = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0" + b"\0" * 200
SCRIPT = b"<script>alert(1)</script>"
