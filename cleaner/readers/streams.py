"""Bytes from wherever they are: local files and fsspec URLs, compressed or not, within limits."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import zlib
from typing import Any, BinaryIO, cast

from cleaner.errors import InputError, RecordError, reason_of
from cleaner.readers.options import ReaderOptions

#: What to install for a URL scheme that needs a driver.
EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "hf": "hf", "http": "http", "https": "http"}

#: A file may unpack to this much whatever the ratio.
FREE_BYTES = 64 << 20


def scheme(path: str) -> str | None:
    """Return the scheme of a URL, or None for a local path."""
    head, separator, _ = path.partition("://")
    return head.lower() if separator and head.replace("+", "").isalnum() else None


def filesystem(url: str) -> tuple[Any, str]:
    """Return the fsspec file system of a URL and the path in it.

    Raises:
        InputError: no such scheme, or its driver is not installed.
    """
    import fsspec

    name = scheme(url) or "file"
    try:
        return cast(tuple[Any, str], fsspec.core.url_to_fs(url))
    except ImportError:
        extra = EXTRAS.get(name)
        advice = f"pip install 'news-corpus-cleaner[{extra}]'" if extra else "install its fsspec driver"
        raise InputError(f"{url}: the driver for {name}:// is not installed: {advice}") from None
    except ValueError as problem:
        raise InputError(f"{url}: cannot be read: {reason_of(problem)}; check the address") from None


def open_bytes(path: str) -> BinaryIO:
    """Open a local path or a URL, buffered; a web page can only be read forward.

    Raises:
        OSError: a local file cannot be opened.
        RecordError: a URL cannot be opened, or later be read.
        InputError: the driver of a URL is not installed.
    """
    if scheme(path) is None:
        return open(path, "rb")
    system, inner = filesystem(path)
    # A block size of 0 streams: many web servers cannot serve a part of a file.
    options = {"block_size": 0} if is_web(path) else {}
    try:
        stream = system.open(inner, "rb", **options)
    except Exception as problem:  # drivers raise errors of their own
        missing = isinstance(problem, FileNotFoundError)
        raise RecordError(f"it cannot be opened: {'nothing is there' if missing else reason_of(problem)}") from None
    return cast(BinaryIO, io.BufferedReader(_Remote(stream, not options), 1 << 18))


def is_web(path: str) -> bool:
    """Say whether a URL is one of the web, where nothing can be listed."""
    return scheme(path) in {"http", "https"}


def unpack(stream: BinaryIO, compression: str, options: ReaderOptions) -> BinaryIO:
    """Decompress a stream while it is read.

    Reading raises RecordError where the data is broken or cut off, or unpacks to more than the limits.
    """
    return cast(BinaryIO, io.BufferedReader(_Unpacked(stream, compression, options), 1 << 18))


def recode(stream: BinaryIO) -> BinaryIO:
    """Turn a stream of UTF-16 into one of UTF-8 while it is read."""
    return cast(BinaryIO, io.BufferedReader(_Recoded(stream), 1 << 18))


class Guard:
    """Counts the bytes that something unpacks to, and raises RecordError where they are too many."""

    def __init__(self, options: ReaderOptions) -> None:
        self._options = options
        self._size = 0

    def add(self, size: int, packed: int) -> None:
        """Count ``size`` bytes more, of ``packed`` compressed bytes so far."""
        self._size += size
        limit = min(max(FREE_BYTES, packed * self._options.max_ratio), self._options.max_file_bytes)
        if self._size > limit:
            raise RecordError(
                f"it unpacks to more than {limit:,} bytes, like a decompression bomb: "
                "raise --max-ratio or --max-file-bytes if it is right"
            )


class _Unpacked(io.RawIOBase):
    """Decompressed bytes, counted against the limits; all errors as RecordError."""

    def __init__(self, stream: BinaryIO, compression: str, options: ReaderOptions) -> None:
        self._packed = Forward(stream)
        self._name = compression
        self._size = 0
        self._guard = Guard(options)
        self._source = DECOMPRESSORS[compression](io.BufferedReader(self._packed, 1 << 16))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._source.read1(len(buffer))
        except EOFError:
            raise RecordError(f"its {self._name} data is cut off after {self._size:,} bytes") from None
        except (OSError, ValueError, zlib.error, lzma.LZMAError) as problem:
            doubt = "" if self._size else f"; is it {self._name} data at all?"
            where = f"its {self._name} data is broken after {self._size:,} bytes"
            raise RecordError(f"{where}: {reason_of(problem)}{doubt}") from None
        self._size += len(data)
        self._guard.add(len(data), self._packed.count)
        buffer[: len(data)] = data
        return len(data)


class _Remote(io.RawIOBase):
    """A file of an fsspec driver; all errors as RecordError."""

    def __init__(self, stream: Any, seekable: bool) -> None:
        self._stream = stream
        self._seekable = seekable

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._seekable

    def seek(self, place: int, whence: int = 0) -> int:
        return cast(int, self._stream.seek(place, whence))

    def tell(self) -> int:
        return cast(int, self._stream.tell())

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except Exception as problem:  # drivers raise errors of their own
            raise RecordError(f"it cannot be read on: {reason_of(problem)}") from None
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


class _Recoded(io.RawIOBase):
    """UTF-16 as UTF-8; lone surrogates stay what they are."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-16")("surrogatepass").decode

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = b""
        while not data:
            block = self._stream.read(len(buffer) // 2)  # two bytes can become three
            data = self._decode(block, not block).encode("utf-8", "surrogatepass")
            if not block:
                break
        buffer[: len(data)] = data
        return len(data)


class Forward(io.RawIOBase):
    """A stream that can only be read forward, and counts what was read of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read on, as much as fits; 0 at the end."""
        data = self._stream.read(len(buffer))
        self.count += len(data)
        buffer[: len(data)] = data
        return len(data)


class _Zstd:
    """Zstandard frames one after the other; unlike the library's reader it tells when the last is cut off."""

    _CHUNK = 2048  # a run-length block of 4 bytes gives 128 KiB: small chunks keep the output of one bounded

    def __init__(self, stream: BinaryIO) -> None:
        import zstandard

        self._new = zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj
        self._error = zstandard.ZstdError
        self._frame: Any = None
        self._stream = stream
        self._ready = memoryview(b"")
        self._rest = b""

    def read1(self, size: int) -> bytes:
        while not self._ready:
            chunk = self._rest or self._stream.read(self._CHUNK)
            if not chunk and self._frame is not None:
                raise EOFError
            if not chunk:
                return b""
            self._feed(chunk)
        data, self._ready = self._ready[:size], self._ready[size:]
        return bytes(data)

    def _feed(self, chunk: bytes) -> None:
        self._frame = self._frame or self._new()
        try:
            self._ready = memoryview(self._frame.decompress(chunk))
        except self._error as problem:
            raise ValueError(str(problem)) from None
        self._rest = self._frame.unused_data if self._frame.eof else b""
        if self._frame.eof:
            self._frame = None


def _gzip(stream: BinaryIO) -> gzip.GzipFile:
    return gzip.GzipFile(fileobj=stream)


DECOMPRESSORS: dict[str, Any] = {"gzip": _gzip, "bzip2": bz2.BZ2File, "xz": lzma.LZMAFile, "zstd": _Zstd}
