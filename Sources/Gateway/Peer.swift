import CFastCGI
import Glibc

/// The other end of a request's connection: the web server, for whoever waits behind it.
struct Peer: Sendable {
    /// The connection of a FastCGI request, or the standard output of a CGI process.
    let descriptor: Int32

    /// Whether the web server has closed its end, as it does when its client leaves.
    ///
    /// nginx does so unless it is told otherwise (`fastcgi_ignore_client_abort`), Apache when it
    /// notices, which may be with the answer only. Costs one system call.
    var hasGone: Bool {
        // The same bit for poll, whose header shows it to GNU programs only.
        let closed = Int16(EPOLLRDHUP.rawValue)
        var state = pollfd(fd: descriptor, events: closed, revents: 0)
        let gone = closed | Int16(POLLHUP) | Int16(POLLERR)
        return poll(&state, 1, 0) > 0 && state.revents & gone != 0
    }
}
