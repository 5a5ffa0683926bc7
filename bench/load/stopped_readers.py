"""Requests one path on many connections, reads the beginning of each response, then stops reading until it is killed.

Written in Python, because Node can set neither a small receive buffer nor the segment size of Ethernet. With the 64 KB
segments of the loopback interface the server's kernel would buffer 2.5 MB, and the server would have to hold nothing.

stopped_readers.py PORT PATH COUNT
"""

import socket
import sys
import time

RECEIVE_BUFFER_BYTES = 4096
SEGMENT_BYTES = 1460
BEGINNING_BYTES = 64
TIMEOUT_SECONDS = 60


def main(port: int, path: str, count: int) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    readers = [connect(port) for _ in range(count)]
    for reader in readers:
        reader.sendall(request)
    print(*(status(reader) for reader in readers), flush=True)
    while True:
        time.sleep(TIMEOUT_SECONDS)


def connect(port: int) -> socket.socket:
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT_BYTES)
    reader.settimeout(TIMEOUT_SECONDS)
    reader.connect(("127.0.0.1", port))
    return reader


def status(reader: socket.socket) -> str:
    try:
        return reader.recv(BEGINNING_BYTES).split(b" ")[1].decode()
    except (OSError, IndexError):
        return "none"


main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
