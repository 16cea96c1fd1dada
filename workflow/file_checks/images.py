"""Photographs (照片): their structure and their size in pixels, read from the headers without decoding anything."""

from __future__ import annotations

import struct

from states.say import say
from workflow.file_checks.faults import Unfit, broken, mixed

#: what a phone takes at its usual settings is a fifth of this; more only hurts whoever opens it
MOST_PIXELS = 64_000_000
MOST_SIDE = 20_000
MOST_PARTS = 20_000
#: JPEG segments that give the size of the picture
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})


def jpeg(data: bytes) -> str:
    """Segments up to the picture itself. What phones append after it is judged by ``check_only_one``."""
    at, size = 2, None
    for _ in range(MOST_PARTS):
        if data[at : at + 1] != b"\xff" or at + 4 > len(data):
            raise broken()
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xFF:
            at += 1
            continue
        if length < 2 or at + 2 + length > len(data):
            raise broken()
        if marker in _FRAMES and length >= 8:
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = (width, height)
        if marker == 0xDA:
            break
        at += 2 + length
    if size is None or b"\xff\xd9" not in data[at:]:
        raise broken()
    _check_size(*size)
    return "image/jpeg"


def png(data: bytes) -> str:
    """Chunks from the first to the last, and nothing after it."""
    if data[12:16] != b"IHDR" or len(data) < 33:
        raise broken()
    _check_size(*struct.unpack_from(">II", data, 16))
    at = 8
    for _ in range(MOST_PARTS):
        if at + 12 > len(data):
            raise broken()
        name, at = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if name == b"IEND":
            if at != len(data):
                raise mixed()
            return "image/png"
    raise broken()


def webp(data: bytes) -> str:
    """One RIFF container that fills the file."""
    if data[:4] != b"RIFF" or len(data) < 30:
        raise broken()
    told = int.from_bytes(data[4:8], "little") + 8
    if told < len(data):
        raise mixed()
    kind = data[12:16]
    if told > len(data) + 1 or kind not in (b"VP8 ", b"VP8L", b"VP8X"):
        raise broken()
    if kind == b"VP8X":
        _check_size(1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little"))
    elif kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        _check_size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    else:
        width, height = struct.unpack_from("<HH", data, 26)
        _check_size(width & 0x3FFF, height & 0x3FFF)
    return "image/webp"


def heic(data: bytes) -> str:
    """Boxes that fill the file, of a brand for still pictures, and every size that they tell."""
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, min(int.from_bytes(data[:4], "big"), 256), 4))}
    if not brands & _HEIC:
        raise Unfit(say("这是视频或不常见的照片格式，不接收。请改存为JPEG后再上传"))
    at = 0
    for _ in range(MOST_PARTS):
        length = int.from_bytes(data[at : at + 4], "big")
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        if length == 0:
            length = len(data) - at
        if length < 8 or at + length > len(data):
            raise broken()
        at += length
        if at == len(data):
            break
    else:
        raise broken()
    _check_extents(data)
    return "image/heic"


def _check_extents(data: bytes) -> None:
    at, found = data.find(b"ispe"), 0
    while at >= 0 and found < MOST_PARTS:
        if at + 16 <= len(data) and data[at + 4 : at + 8] == b"\0\0\0\0":
            _check_size(*struct.unpack_from(">II", data, at + 8))
            found += 1
        at = data.find(b"ispe", at + 4)
    if not found:
        raise broken()


def _check_size(width: int, height: int) -> None:
    if not width or not height:
        raise broken()
    if max(width, height) > MOST_SIDE or width * height > MOST_PIXELS:
        raise Unfit(say("照片的像素过多，未予接收。请用较低的分辨率重新拍照或另存后再上传"))
