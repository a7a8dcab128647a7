"""A FastCGI client that writes the records itself, so that a test decides about every byte."""

import socket
import struct

BEGIN_REQUEST, ABORT_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT, STDERR = range(1, 8)
GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE = 9, 10, 11
RESPONDER, AUTHORIZER, FILTER = 1, 2, 3
REQUEST_COMPLETE, CANT_MULTIPLEX = 0, 1
KEEP_CONNECTION = 1


def record(kind, content=b"", request_id=1, padding=0):
    """One record; content of at most 65535 bytes."""
    header = struct.pack(">BBHHBB", 1, kind, request_id, len(content), padding, 0)
    return header + content + b"\0" * padding


def begin(role=RESPONDER, flags=0, request_id=1):
    return record(BEGIN_REQUEST, struct.pack(">HB5x", role, flags), request_id)


def pair(name, value):
    """A name-value pair; a length over 127 takes four bytes."""
    name, value = (part.encode() if isinstance(part, str) else part for part in (name, value))

    def length(part):
        size = len(part)
        return bytes([size]) if size < 128 else struct.pack(">I", size | 0x80000000)

    return length(name) + length(value) + name + value


def stream(kind, content, request_id=1, size=65535):
    """Content in records of at most `size` bytes, with the empty record that ends it."""
    parts = [content[start : start + size] for start in range(0, len(content), size)]
    return b"".join(record(kind, part, request_id) for part in [*parts, b""])


def parameters(pairs, request_id=1):
    return stream(PARAMS, b"".join(pair(name, value) for name, value in pairs), request_id)


def variables(method="GET", target="/scim/v2/ServiceProviderConfig", **more):
    """What a web server sends at least, as pairs; `more` adds to it or replaces."""
    named = {
        "GATEWAY_INTERFACE": "CGI/1.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REQUEST_METHOD": method,
        "REQUEST_URI": target,
        "HTTP_HOST": "directory.example",
    }
    named.update(more)
    return list(named.items())


class Answer:
    """What came back until the responder closed the connection or ended the request."""

    def __init__(self, records):
        self.records = records
        self.output = b"".join(content for kind, _, content in records if kind == STDOUT)
        self.errors = b"".join(content for kind, _, content in records if kind == STDERR)
        ends = [content for kind, _, content in records if kind == END_REQUEST]
        self.is_complete = bool(ends)
        self.protocol_status = ends[-1][4] if ends else None
        head, _, self.body = self.output.partition(b"\r\n\r\n")
        self.fields = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n") if line]

    def field(self, name):
        values = [value for key, value in self.fields if key.lower() == name.lower()]
        assert len(values) < 2, f"{name} occurs more than once"
        return values[0] if values else None

    @property
    def status(self):
        return int((self.field("Status") or "0").split()[0])

    def check(self):
        """The answer is whole: ended, and as long as it says."""
        assert self.is_complete, self.records
        if self.field("Content-Length") is not None:
            assert len(self.body) == int(self.field("Content-Length"))
        return self


class Connection:
    """A connection to a responder at a unix socket's path or a (host, port)."""

    def __init__(self, address, timeout=20):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(address)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *parts):
        self.socket.sendall(b"".join(parts))

    def read_record(self):
        """The next record as (kind, request id, content); None at the end of the connection."""
        while True:
            if len(self.buffer) >= 8:
                _, kind, request_id, size, padding, _ = struct.unpack(">BBHHBB", self.buffer[:8])
                end = 8 + size + padding
                if len(self.buffer) >= end:
                    content, self.buffer = self.buffer[8 : 8 + size], self.buffer[end:]
                    return kind, request_id, content
            try:
                data = self.socket.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                return None
            self.buffer += data

    def answer(self):
        """Everything up to the end of the request or of the connection."""
        records = []
        while (next_record := self.read_record()) is not None:
            records.append(next_record)
            if next_record[0] == END_REQUEST:
                break
        return Answer(records)


def request(address, pairs, body=b"", flags=0):
    """One whole request on its own connection."""
    with Connection(address) as connection:
        connection.send(begin(flags=flags), parameters(pairs), stream(STDIN, body))
        return connection.answer()
