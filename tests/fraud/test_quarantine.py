from base64 import b64decode

from fraud.quarantine import QuarantinedWindow, raw


def window_record(message_id: str | None, body: bytes) -> QuarantinedWindow:
    return QuarantinedWindow(reason="r", raw_base64=raw(body), message_id=message_id, enqueued_time=None)


def test_a_redelivered_message_lands_on_the_same_path():
    assert window_record("m", b"x").path == window_record("m", b"x").path


def test_other_messages_land_on_other_paths():
    paths = {window_record(name, body).path for name in ("m", "n", None) for body in (b"x", b"y")}

    assert len(paths) == 6


def test_a_message_id_cannot_choose_its_path():
    assert ".." not in window_record("../../x", b"x").path


def test_raw_bytes_come_back_as_they_were():
    every_byte = bytes(range(256))

    assert b64decode(raw(every_byte)) == every_byte
