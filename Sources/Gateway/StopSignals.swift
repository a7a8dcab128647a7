import CFastCGI
import Glibc

/// SIGTERM, SIGINT and SIGUSR1, taken as data instead of as interruptions.
///
/// The signals are blocked and read from a descriptor, so the request in flight never notices one:
/// libfcgi drops what it reads or writes when a call of its is interrupted. A program that the
/// process starts inherits the blocked signals unless its start clears them
/// (`posix_spawnattr_setsigmask`).
struct StopSignals {
    static let all = [SIGTERM, SIGINT, SIGUSR1]

    /// Readable once one of the signals came.
    let descriptor: Int32

    /// Blocks the signals in the calling thread and in those it starts later, so call it before
    /// there are others; nil when the process has no descriptor left.
    init?() {
        var signals = sigset_t()
        sigemptyset(&signals)
        for signal in Self.all { sigaddset(&signals, signal) }
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        descriptor = signalfd(-1, &signals, Int32(SFD_CLOEXEC))
        guard descriptor >= 0 else { return nil }
    }
}
