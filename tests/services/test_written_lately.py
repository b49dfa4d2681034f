"""A content that was written lately is at hand once more, and never more of it than the bound allows."""

from services.written_lately import WrittenLately


def test_the_oldest_contents_go_when_there_are_too_many_bytes():
    lately = WrittenLately(most=10)
    for digest in ("a", "b", "c"):
        lately.keep(digest, digest.encode() * 4)

    assert [lately.get(digest) for digest in ("a", "b", "c")] == [None, b"bbbb", b"cccc"]


def test_a_content_that_is_taken_leaves_its_room_to_others():
    lately = WrittenLately(most=10)
    lately.keep("a", b"aaaaaa")
    lately.keep("a", b"aaaaaa")

    assert (lately.take("a"), lately.take("a")) == (b"aaaaaa", None)
    lately.keep("b", b"bbbbb")
    lately.keep("c", b"ccccc")
    assert (lately.get("b"), lately.get("c")) == (b"bbbbb", b"ccccc")


def test_a_content_above_the_bound_is_not_kept_at_all():
    lately = WrittenLately(most=3)
    lately.keep("a", b"aaaa")

    assert lately.get("a") is None
