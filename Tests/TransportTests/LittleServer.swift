import Foundation
import Testing

/// An HTTP server on this machine that answers one request and keeps what it was.
final class LittleServer: @unchecked Sendable {
    let port: UInt16
    private let listener: Int32
    private let ended = DispatchSemaphore(value: 0)
    private var bytes: [UInt8] = []

    /// - Parameters:
    ///   - answer: Sent as it is, as soon as the request is there.
    ///   - silence: How long it says nothing before, in milliseconds.
    /// - Throws: Where it cannot listen.
    init(answer: String = "HTTP/1.1 204 No Content\r\n\r\n", silence: UInt32 = 0) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        port = withUnsafeMutablePointer(to: &address) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, length)
                _ = getsockname(listener, $0, &length)
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
        try #require(listen(listener, 1) == 0 && port > 0)
        Thread.detachNewThread { [self] in serve(answer, silence) }
    }

    deinit { close(listener) }

    private func serve(_ answer: String, _ silence: UInt32) {
        let connection = accept(listener, nil, nil)
        while !isWhole {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        usleep(1_000 * silence)
        // Who has gone away is no reason to end.
        let text = Array(answer.utf8)
        _ = send(connection, text, text.count, Int32(MSG_NOSIGNAL))
        close(connection)
        ended.signal()
    }

    private var isWhole: Bool {
        guard let end = Data(bytes).range(of: Data("\r\n\r\n".utf8)) else { return false }
        let header = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        let field = header.components(separatedBy: "\r\nContent-Length: ").dropFirst().first
        let length = field.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        return bytes.count >= end.upperBound + length
    }

    /// The request: its header's lines, and its body.
    func request() throws -> (header: [String], body: [UInt8]) {
        try #require(ended.wait(timeout: .now() + 60) == .success)
        let end = try #require(Data(bytes).range(of: Data("\r\n\r\n".utf8)))
        let header = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        return (header.components(separatedBy: "\r\n"), Array(bytes[end.upperBound...]))
    }
}
