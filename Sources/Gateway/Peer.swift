import CFastCGI
import Glibc

/// The other end of a request's connection: the web server, for whoever waits behind it.
struct Peer: Sendable {
    /// What it means that the web server sends no more.
    enum EndOfInput: Sendable {
        /// It has closed its end: FastCGI.
        case isGone
        /// It has sent the body, and waits: CGI, where standard output may be a socket.
        case isNothing
    }

    /// The connection of a FastCGI request, or the standard output of a CGI process.
    let descriptor: Int32
    let endOfInput: EndOfInput

    /// Whether the web server has closed its end, as it does when its client leaves.
    ///
    /// nginx does so unless it is told otherwise (`fastcgi_ignore_client_abort`), Apache when it
    /// notices, which may be with the answer only. Costs one system call.
    var hasGone: Bool {
        // The same bit for poll, whose header shows it to GNU programs only.
        let closed = endOfInput == .isGone ? Int16(EPOLLRDHUP.rawValue) : 0
        var state = pollfd(fd: descriptor, events: closed, revents: 0)
        let gone = closed | Int16(POLLHUP) | Int16(POLLERR)
        return poll(&state, 1, 0) > 0 && state.revents & gone != 0
    }
}
