import Glibc
import Testing

@testable import Transport

struct ChildProcessTests {
    private func run(
        _ script: String,
        input: String = "",
        secondsMax: Int = 60
    ) throws(ChildProcess.Failure) -> ChildProcess.Result {
        try ChildProcess.run(
            ["sh", "-c", script],
            input: Array(input.utf8),
            outputBytesMax: 100_000,
            secondsMax: secondsMax
        )
    }

    @Test func feedsAndListens() throws {
        let result = try run("cat; echo wrong >&2; exit 3", input: "text")
        #expect(result.status == 3)
        #expect(result.output == Array("text".utf8))
        #expect(result.errors == Array("wrong\n".utf8))
    }

    @Test func doesNotWaitForAProgramThatReadsNothing() throws {
        #expect(try run("exit 0", input: String(repeating: "x", count: 1_000_000)).status == 0)
    }

    @Test func endsAProgramThatSaysTooMuch() throws {
        #expect(try run("exec yes").status == 128 + SIGTERM)
    }

    /// Each ends by itself after a while: where nobody ends it before, the test fails.
    @Test(arguments: [
        "exec sleep 20",
        "trap '' TERM; exec sleep 20",
        "exec sleep 20 >/dev/null 2>&1",
        "trap '' TERM; exec sleep 20 >/dev/null 2>&1",
    ])
    func endsAProgramThatTakesTooLong(script: String) {
        #expect {
            try run(script, secondsMax: 1)
        } throws: {
            if case ChildProcess.Failure.late = $0 { true } else { false }
        }
    }

    /// What it has started goes on, and has its output.
    @Test func doesNotWaitForTheHeirsOfAProgram() throws {
        let result = try run("sleep 20 & echo said", secondsMax: 1)
        #expect(result.status == 0)
        #expect(result.output == Array("said\n".utf8))
    }

    @Test func endsAProgramThatSaysTooMuchAndDoesNotListen() throws {
        let script = "trap '' TERM; head -c 120000 /dev/zero; exec sleep 20"
        #expect(try run(script).status == 128 + SIGKILL)
    }

    @Test func tellsTheSignalThatEndedIt() throws {
        #expect(try run("kill -KILL $$").status == 128 + SIGKILL)
    }

    @Test func tellsThatAProgramIsMissing() {
        #expect {
            try ChildProcess.run(
                ["no-such-program-here"],
                input: [],
                outputBytesMax: 1,
                secondsMax: 1
            )
        } throws: {
            if case ChildProcess.Failure.missing = $0 { true } else { false }
        }
    }

    /// As a serving process has them: the signals that stop it blocked, and SIGPIPE ignored.
    @Test func startsAProgramWithSignalsAsTheyComeByNature() throws {
        var blocked = sigset_t()
        var before = sigset_t()
        sigemptyset(&blocked)
        sigaddset(&blocked, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &blocked, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        let text = String(decoding: try run("cat /proc/self/status").output, as: UTF8.self)
        for (name, signal) in [("SigBlk", SIGTERM), ("SigIgn", SIGPIPE)] {
            let line = try #require(
                text.split(separator: "\n").first { $0.hasPrefix("\(name):\t") }
            )
            let signals = try #require(UInt64(line.dropFirst(name.utf8.count + 2), radix: 16))
            // Bit 0 is signal 1. glibc has every child ignore two signals of its own.
            #expect(signals & 1 << UInt64(signal - 1) == 0)
        }
    }
}
