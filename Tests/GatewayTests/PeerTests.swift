import Glibc
import Testing

@testable import Gateway

struct PeerTests {
    @Test func isThereUntilItClosesItsEnd() throws {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { close(ends[0]) }
        let peer = Peer(descriptor: ends[0], endOfInput: .isGone)
        #expect(!peer.hasGone)
        #expect(write(ends[1], "x", 1) == 1)
        #expect(!peer.hasGone)
        close(ends[1])
        #expect(peer.hasGone)
    }

    @Test func ofAPipeHasGoneWhenNobodyReads() throws {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { close(ends[1]) }
        let peer = Peer(descriptor: ends[1], endOfInput: .isNothing)
        #expect(!peer.hasGone)
        close(ends[0])
        #expect(peer.hasGone)
    }

    /// mod_cgid closes the sending half of the socket as soon as the body is sent.
    @Test func ofACGIProcessIsThereWhenItHasSentAll() throws {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { close(ends[0]) }
        let peer = Peer(descriptor: ends[0], endOfInput: .isNothing)
        #expect(shutdown(ends[1], Int32(SHUT_WR)) == 0)
        #expect(!peer.hasGone)
        close(ends[1])
        #expect(peer.hasGone)
    }
}
