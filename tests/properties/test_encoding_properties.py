from hypothesis import given, settings
from hypothesis import strategies as st

from cleaner.documents import apply
from cleaner.encoding import decode, encode, from_text, repair, to_text
from cleaner.errors import RecordError

PIECES = st.sampled_from(
    [
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xfe\xff",
        b"\xed\xa0\x80",
        b"\xe2\x80",
        b"word ",
        b"caf\xe9",
    ]
)
CHARSETS = st.sampled_from(
    [None, "utf-8", "latin-1", "shift_jis", "big5", "gbk", "utf-16", "koi8-r", "nonsense", "utf-7"]
)
DAMAGE = st.sampled_from(
    [
        "Ã©",
        "â€™",
        "&amp;",
        "&#8217",
        "=C3=A9",
        "%C3%A9",
        "\\u00e9",
        "\\'",
        "\r",
        "\n",
        "\xad",
        "\u200b",
        "\xa0",
        "é",
        "word ",
        "Ò",
        "Õ",
        " ",
    ]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=6))).map(b"".join), CHARSETS)
def test_bytes_come_back(raw: bytes, charset: str | None) -> None:
    try:
        decoded = decode(raw, charset)
    except RecordError as error:
        assert str(error).startswith("not text: ")  # noqa: PT017
        return
    assert encode(decoded.text, decoded) == raw
    assert decoded.text.encode("utf-8").decode("utf-8") == decoded.text


@settings(deadline=None)
@given(st.text(st.characters(codec=None)))
def test_characters_come_back(text: str) -> None:
    decoded = from_text(text)
    assert to_text(decoded.text, decoded) == text
    assert decoded.text.encode("utf-8").decode("utf-8") == decoded.text


@settings(deadline=None, max_examples=200)
@given(st.one_of(st.text(max_size=60), st.lists(st.one_of(DAMAGE, st.text(max_size=3)), max_size=12).map("".join)))
def test_repairs_are_idempotent_and_sorted(text: str) -> None:
    edits = repair(text)
    assert edits == sorted(edits)
    assert repair(apply(edits, text)) == []
