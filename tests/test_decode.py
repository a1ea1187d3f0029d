import codecs

import pytest

from cleaner.encoding import decode, encode, from_text, to_text
from cleaner.errors import RecordError

RUSSIAN = "Сегодня в Москве открылась выставка, на которую пришли сотни человек. " * 3


@pytest.mark.parametrize(
    ("raw", "codec", "text"),
    [
        (b"", "utf-8", ""),
        (b"plain", "utf-8", "plain"),
        ("déjà vu".encode(), "utf-8", "déjà vu"),
        (codecs.BOM_UTF8 + "né".encode(), "utf-8", "né"),
        (codecs.BOM_UTF16_LE + "né".encode("utf-16-le"), "utf-16-le", "né"),
        (codecs.BOM_UTF32_BE + "né".encode("utf-32-be"), "utf-32-be", "né"),
        (
            "No mark, but every other byte is zero.".encode("utf-16-be"),
            "utf-16-be",
            "No mark, but every other byte is zero.",
        ),
        (RUSSIAN.encode("cp1251"), "cp1251", RUSSIAN),
    ],
)
def test_codec_and_text(raw: bytes, codec: str, text: str) -> None:
    decoded = decode(raw)
    assert (decoded.codec, decoded.text) == (codec, text)
    assert encode(decoded.text, decoded) == raw


def test_a_declared_charset_is_used_when_utf8_fails() -> None:
    raw = "Kraków, Łódź".encode("iso8859-2")
    assert decode(raw, "ISO-8859-2").text == "Kraków, Łódź"


def test_valid_utf8_wins_over_a_declared_charset() -> None:
    assert decode("Łódź".encode(), "windows-1252").text == "Łódź"


@pytest.mark.parametrize(("end", "text"), [("\r\n", "a\r\nb\r\n"), ("\r", "a\rb"), ("\n", "a\nb")])
def test_uniform_line_ends_are_noted(end: str, text: str) -> None:
    decoded = decode(text.encode())
    assert decoded.newline == end
    assert decoded.text == text.replace(end, "\n")
    assert encode(decoded.text, decoded) == text.encode()


def test_mixed_line_ends_stay() -> None:
    decoded = decode(b"a\r\nb\nc\r")
    assert (decoded.text, decoded.newline) == ("a\r\nb\nc\r", "\n")


def test_bytes_that_do_not_decode_are_kept() -> None:
    raw = codecs.BOM_UTF8 + b"one\r\ntwo \xff three\r\nfour \xe2\x80"
    decoded = decode(raw)
    assert decoded.text == "one\ntwo \ufffd three\nfour \ufffd"
    assert decoded.odd == ((8, b"\xff"), (21, b"\xe2\x80"))
    assert encode(decoded.text, decoded) == raw


@pytest.mark.parametrize("raw", [b"\x89PNG\r\n\x1a\n" + bytes(40), b"PK\x03\x04" + bytes(30), bytes(range(32)) * 4])
def test_binary_is_refused(raw: bytes) -> None:
    with pytest.raises(RecordError, match="not text: "):
        decode(raw)


def test_surrogates_in_characters() -> None:
    text = "a\ud83d\ude00\r\nb\udc00\r\n"
    decoded = from_text(text)
    assert decoded.text == "a😀\nb\ufffd\n"
    assert to_text(decoded.text, decoded) == text


def test_a_false_charset_is_not_believed() -> None:
    assert decode(RUSSIAN.encode("cp1251"), "iso-8859-1").text == RUSSIAN
    assert decode(RUSSIAN.encode("koi8-r"), "windows-1252").codec == "koi8-r"


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1250", "Rząd ogłosił nowe prawo, które wchodzi w życie w środę."),
        ("gb18030", "今天的新闻说，这个国家的人不会在这里生活。"),
        ("cp932", "これは今日のニュースです。東京で雨が降りました。"),
        ("mac-roman", "Die Behörden prüfen, ob die Straße geöffnet wird."),
        ("cp1252", "The café in the old town reopened on Monday after two years of repairs."),
        ("cp1252", "The fiancée of Zoë Brödel"),
        ("cp1252", "Le marché – fermé hier – a rouvert."),
        ("cp1251", "Привет, как дела?"),
        ("koi8-r", "Привет"),
        ("cp1255", "שלום לכולם, אמר ראש הממשלה היום."),
        ("cp1256", "قال الرئيس اليوم إن الحكومة ستعمل."),
        ("cp874", "นายกรัฐมนตรีกล่าวว่าวันนี้"),
        ("cp949", "한국어 문장입니다."),
    ],
)
def test_the_encoding_is_told_by_the_text(codec: str, text: str) -> None:
    assert decode(text.encode(codec)).text == text


def test_bytes_of_windows_1252_amid_utf8_are_read_where_their_neighbours_say_what_they_are() -> None:
    sound = "Für mehr als hundert Jahre – so heißt es – war “das Café” geöffnet, übrigens täglich. Größe, Höhe. "
    raw = (
        sound.encode() * 4
        + b"na\xefve \x93quoted\x94 it\x92s caf\xe9, \xa35 \x96 yes\x85 1\x80 A\xffB \x81 \xe2\x80 \xb0"
    )
    decoded = decode(raw)
    assert decoded.codec == "utf-8"
    assert decoded.text == sound * 4 + "naïve “quoted” it’s café, £5 – yes… 1€ A\ufffdB \ufffd \ufffd \ufffd"
    assert encode(decoded.text, decoded) == raw
