import CFastCGI
import Foundation
import Testing

/// FastCGI records, written and read byte by byte.
enum Records {
    enum Kind: UInt8 {
        case beginRequest = 1
        case abortRequest, endRequest, parameters, stdin, stdout, stderr, data
        case getValues, getValuesResult, unknownType
    }

    struct Record {
        let kind: Kind
        let request: UInt8
        let content: [UInt8]
    }

    /// How far an exchange is followed.
    enum Extent {
        /// Everything was sent; nothing is read.
        case sent
        /// The first request ended, or the connection did.
        case answer
        /// The connection ended.
        case end
    }

    static func record(
        _ kind: Kind,
        _ content: some Collection<UInt8>,
        request: UInt8 = 1
    ) -> [UInt8] {
        let length = UInt16(content.count)
        return [1, kind.rawValue, 0, request, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0]
            + content
    }

    static func begin(role: UInt8 = 1, flags: UInt8 = 0, request: UInt8 = 1) -> [UInt8] {
        record(.beginRequest, [0, role, flags, 0, 0, 0, 0, 0], request: request)
    }

    /// Content in as many records as it takes, and the empty one that ends the stream.
    static func stream(_ kind: Kind, _ content: [UInt8]) -> [UInt8] {
        var records: [UInt8] = []
        for start in stride(from: 0, to: content.count, by: 60_000) {
            records += record(kind, content[start..<min(start + 60_000, content.count)])
        }
        return records + record(kind, [])
    }

    static func pair(_ name: String, _ value: String) -> [UInt8] {
        length(name.utf8.count) + length(value.utf8.count) + name.utf8 + value.utf8
    }

    private static func length(_ count: Int) -> [UInt8] {
        if count < 128 { return [UInt8(count)] }
        return stride(from: 24, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: count >> $0) | ($0 == 24 ? 0x80 : 0)
        }
    }

    static func parameters(_ variables: [(String, String)]) -> [UInt8] {
        stream(.parameters, variables.flatMap { pair($0.0, $0.1) })
    }
}

extension Records {
    /// What a responder sent back.
    struct Answer {
        var records: [Record] = []
        var isClosed = false

        var output: [UInt8] { records.filter { $0.kind == .stdout }.flatMap(\.content) }
        var text: String { String(decoding: output, as: UTF8.self) }
        var isEnded: Bool { records.contains { $0.kind == .endRequest && $0.request == 1 } }
    }

    /// Calls a function with a connection, which is closed behind it.
    static func withConnection<Result>(
        to path: String,
        _ body: (Int32) throws -> Result
    ) throws -> Result {
        let connection = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(connection) }
        try #require(withUnixAddress(path) { connect(connection, $0, $1) } == 0)
        return try body(connection)
    }

    static func send(_ bytes: [UInt8], on connection: Int32) throws {
        let count = Foundation.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        try #require(count == bytes.count)
    }

    /// Sends bytes on a connection of their own and reads what comes back.
    static func exchange(
        with path: String,
        _ bytes: [UInt8],
        until extent: Extent = .answer
    ) throws -> Answer {
        try withConnection(to: path) { connection in
            try send(bytes, on: connection)
            return try receive(from: connection, until: extent)
        }
    }

    private static func receive(from connection: Int32, until extent: Extent) throws -> Answer {
        var answer = Answer()
        if extent == .sent { return answer }
        if extent == .end { shutdown(connection, Int32(SHUT_WR)) }
        var unread: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while !answer.isClosed, extent == .end || !answer.isEnded {
            let count = recv(connection, &buffer, buffer.count, 0)
            answer.isClosed = count <= 0
            unread += buffer.prefix(max(count, 0))
            while let record = try takeRecord(from: &unread) { answer.records.append(record) }
        }
        return answer
    }

    private static func takeRecord(from bytes: inout [UInt8]) throws -> Record? {
        guard bytes.count >= 8 else { return nil }
        let length = Int(bytes[4]) << 8 | Int(bytes[5])
        let end = 8 + length + Int(bytes[6])
        guard bytes.count >= end else { return nil }
        defer { bytes.removeFirst(end) }
        return Record(
            kind: try #require(Kind(rawValue: bytes[1])),
            request: bytes[3],
            content: Array(bytes[8..<(8 + length)])
        )
    }
}
