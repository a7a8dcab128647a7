import CFastCGI
import Foundation
import Testing

@testable import Gateway

/// A listening unix socket in a directory of its own, removed with it.
final class ListeningSocket {
    let descriptor: Int32
    let path: String
    private let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "gateway-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: false
        )
        path = directory + "/socket"
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        try #require(withUnixAddress(path) { bind(descriptor, $0, $1) } == 0)
        try #require(listen(descriptor, 16) == 0)
    }

    deinit {
        close(descriptor)
        try? FileManager.default.removeItem(atPath: directory)
    }
}

/// Calls a function that takes a socket address with the one of a path.
func withUnixAddress(
    _ path: String,
    _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            call($0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
    }
}

/// What a responder's thread tells the test, which looks when that has ended.
final class Flag: @unchecked Sendable {
    var value = false
}

/// Runs a responder on a thread of its own while `body` talks to the socket at the given path, then
/// stops it.
func withResponder(
    limits: RequestLimits,
    handle: @escaping @Sendable (Incoming) -> Answer,
    _ body: (String) throws -> Void
) throws {
    let socket = try ListeningSocket()
    let listener = socket.descriptor
    let stop = eventfd(0, Int32(EFD_CLOEXEC))
    let ended = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
        let responder = FastCGIResponder(listener: listener, stop: stop, limits: limits)
        #expect(responder?.run(handle: handle) == true)
        ended.signal()
    }
    defer {
        eventfd_write(stop, 1)
        ended.wait()
        close(stop)
    }
    try body(socket.path)
}
