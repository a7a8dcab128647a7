import Glibc
import Testing

@testable import Transport

struct ChildProcessTests {
    private func run(
        _ script: String,
        input: String = "",
        millisecondsMax: Int = 60_000
    ) throws(ChildProcess.Failure) -> ChildProcess.Result {
        try ChildProcess.run(
            ["sh", "-c", script],
            input: Array(input.utf8),
            outputBytesMax: 100_000,
            millisecondsMax: millisecondsMax
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
            try run(script, millisecondsMax: 1_000)
        } throws: {
            if case ChildProcess.Failure.late = $0 { true } else { false }
        }
    }

    /// What it has started goes on, and has its output.
    @Test func doesNotWaitForTheHeirsOfAProgram() throws {
        let result = try run("sleep 20 & echo said", millisecondsMax: 1_000)
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
                millisecondsMax: 1_000
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

    /// More than any pipe holds, on both: neither waits for the other.
    @Test func feedsTwoDescriptors() throws {
        let (first, second) = (
            String(repeating: "x", count: 300_000), String(repeating: "y", count: 400_000)
        )
        let result = try ChildProcess.run(
            ["sh", "-c", "wc -c <&3; wc -c"],
            input: Array(first.utf8),
            more: Array(second.utf8),
            outputBytesMax: 100,
            millisecondsMax: 60_000
        )
        #expect(result.output == Array("400000\n300000\n".utf8))
    }

    @Test func startsAProgramWithoutWhatElseIsOpen() throws {
        let file = open("/dev/null", O_RDONLY)
        defer { close(file) }
        // 3 is what it can read besides; the next is the folder that `ls` reads.
        #expect(try run("ls /proc/self/fd").output == Array("0\n1\n2\n3\n4\n".utf8))
    }

    // MARK: Detached

    /// Runs a script that goes on by itself and writes a file, as soon as it has ended.
    private func writtenDetached(_ script: String) throws -> String {
        let path = "/tmp/roster-detached-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        defer { unlink(path) }
        try ChildProcess.startDetached(
            ["/bin/sh", "-c", "(\(script)) >\(path).new; mv \(path).new \(path)"]
        )
        // While one has ended and nobody has asked for it, Testing's own wait for children spins.
        for _ in 0..<30_000 where access(path, F_OK) != 0 || ChildProcess.reapDetached() > 0 {
            usleep(2_000)
        }
        return String(decoding: try run("cat \(path)").output, as: UTF8.self)
    }

    @Test func startsAProgramInASessionOfItsOwn() throws {
        let fields = try writtenDetached("cat /proc/$$/stat").split(separator: " ")
        let (process, session) = (try #require(pid_t(fields[0])), try #require(pid_t(fields[5])))
        #expect(process == session && session != getsid(0))
    }

    @Test func detachesAProgramFromAllThatIsOpen() throws {
        let file = open("/dev/null", O_RDONLY)
        defer { close(file) }
        let lines = try writtenDetached("ls -l /proc/$$/fd").split(separator: "\n").dropFirst()
        #expect(lines.count { $0.hasSuffix("-> /dev/null") } == 3)
        // The shell keeps what it redirects at 10 or above.
        let numbers = lines.compactMap {
            $0.split(separator: " ").dropLast(2).last.flatMap { Int($0) }
        }
        #expect(numbers.allSatisfy { $0 < 3 || $0 >= 10 }, "\(lines)")
    }

    @Test func tellsNothingElseToADetachedProgram() throws {
        setenv("ROSTER_SECRET_OF_A_TEST", "x", 1)
        defer { unsetenv("ROSTER_SECRET_OF_A_TEST") }
        let text = try writtenDetached("env")
        #expect(text.contains("PATH=") && !text.contains("ROSTER_SECRET_OF_A_TEST"))
    }

    @Test func leavesNothingBehind() throws {
        let process = try #require(pid_t(try writtenDetached("echo $$").dropLast()))
        #expect(kill(process, 0) != 0)
    }

    @Test(arguments: ["no-such-program-here", "/no/such/program"])
    func tellsThatADetachedProgramIsMissing(name: String) {
        #expect {
            try ChildProcess.startDetached([name])
        } throws: {
            if case ChildProcess.Failure.missing = $0 { true } else { false }
        }
    }

    @Test func tellsThatADetachedProgramCannotBeStarted() {
        #expect {
            try ChildProcess.startDetached(["/etc/passwd"])
        } throws: {
            if case ChildProcess.Failure.system(EACCES) = $0 { true } else { false }
        }
    }
}
