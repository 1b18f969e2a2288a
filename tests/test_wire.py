"""Frames: what is sent arrives; what is no frame is refused before it costs anything."""

import json
import socket
import threading

import numpy as np
import pytest

from autograder.judge.wire import HEADER, MAX_ARRAY_BYTES, Wire, WireError


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Wire(ours), theirs


def send_raw(connection, message, described, data=b""):
    text = json.dumps([message, described]).encode()
    connection.sendall(HEADER.pack(len(text), len(data)) + text + data)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.float32(2.5),
        np.zeros((0, 4), np.int16),
        np.array(["a", "bcd"]),
        np.array([True, False]),
        np.arange(12).reshape(3, 4).T,
        np.array(1 + 2j),
    ],
)
def test_an_array_arrives_as_it_was_sent(ends, array):
    wire, other = ends
    Wire(other).send({"a": 1}, [np.asarray(array)])
    message, (found,) = wire.receive(5)
    assert message == {"a": 1}
    np.testing.assert_array_equal(found, array)
    assert found.dtype == np.asarray(array).dtype


def test_a_large_frame_arrives_whole(ends):
    wire, other = ends
    array = np.random.default_rng().random(1_000_000)
    sender = threading.Thread(target=lambda: Wire(other).send(None, [array]))
    sender.start()
    _, (found,) = wire.receive(30)
    sender.join()
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    ("described", "data"),
    [
        ([["|O", [1]]], b"x" * 8),
        ([["<f8", [2]]], b"x" * 8),
        ([["<f8", [-1]]], b""),
        ([["<f8", [2**62, 2**62]]], b""),
        ([["<f8", "ab"]], b""),
        ([["<f8", [1.0]]], b"x" * 8),
        ([["<V0", [2**40]]], b""),
        ([["nonsense", [1]]], b"x"),
        ([["<M8[ns]", [1]]], b"x" * 8),
        ({"no": "list"}, b""),
        ([7], b""),
    ],
)
def test_an_array_that_is_none_is_refused(ends, described, data):
    wire, other = ends
    send_raw(other, None, described, data)
    with pytest.raises(WireError, match="malformed"):
        wire.receive(5)


def test_a_frame_too_large_is_refused_before_it_is_read(ends):
    wire, other = ends
    other.sendall(HEADER.pack(2, MAX_ARRAY_BYTES + 1))
    with pytest.raises(WireError, match="too large"):
        wire.receive(5)


@pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b"[" * 100_000, b"3", b"[1]", b"9" * 10_000])
def test_text_that_is_no_message_is_refused(ends, text):
    wire, other = ends
    other.sendall(HEADER.pack(len(text), 0) + text)
    with pytest.raises(WireError, match="malformed"):
        wire.receive(5)


def test_silence_ends_at_the_deadline(ends):
    wire, _ = ends
    with pytest.raises(WireError, match="no answer in time"):
        wire.receive(0.05)


def test_a_frame_in_drips_ends_at_the_deadline(ends):
    wire, other = ends
    other.sendall(HEADER.pack(10, 0) + b"[")
    with pytest.raises(WireError, match="no answer in time"):
        wire.receive(0.05)


def test_after_half_a_frame_nothing_is_taken_for_a_new_one(ends):
    wire, other = ends
    other.sendall(HEADER.pack(4, 0) + b"[")
    with pytest.raises(WireError, match="no answer in time"):
        wire.receive(0.05)
    Wire(other).send("forged")
    with pytest.raises(WireError, match="broken off"):
        wire.receive(5)


def test_a_closed_end_is_noticed(ends):
    wire, other = ends
    other.close()
    with pytest.raises(WireError, match="gone"):
        wire.receive(5)


def test_a_word_on_the_stop_socket_breaks_off_waiting():
    ours, theirs = socket.socketpair()
    stop, stopper = socket.socketpair()
    with ours, theirs, stop, stopper:
        stopper.send(b"!")
        with pytest.raises(WireError, match="broken off"):
            Wire(ours, stop).receive(5)
