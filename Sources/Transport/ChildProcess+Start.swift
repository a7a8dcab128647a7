import Glibc

extension ChildProcess {
    /// With what a program starts.
    enum Surroundings {
        /// Its descriptors from 0 on.
        case connected([Descriptor])
        /// The standard streams of this process.
        case shared
        /// A session of its own, and standard streams that lead nowhere.
        case detached
    }

    /// The variables that a program needs to find others, proxies and certificates.
    ///
    /// What else the environment holds is none of its business.
    private static let inherited = [
        "PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "http_proxy", "https_proxy",
        "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY", "SSL_CERT_FILE",
        "SSL_CERT_DIR", "CURL_CA_BUNDLE",
    ]

    /// POSIX_SPAWN_SETSID, which glibc's headers show to GNU programs only.
    private static let newSession: Int32 = 0x80

    /// Starts a program, by its path or found in PATH.
    static func start(
        _ arguments: [String],
        _ surroundings: Surroundings
    ) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        setDescriptors(by: &actions, surroundings)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        setSignals(of: &attributes, surroundings)
        let words = CStrings(arguments)
        let variables = CStrings(
            inherited.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
        )
        var process = pid_t()
        let code = withExtendedLifetime((words, variables)) {
            posix_spawnp(
                &process,
                arguments[0],
                &actions,
                &attributes,
                words.pointers,
                variables.pointers
            )
        }
        guard code != ENOENT else { throw .missing }
        guard code == 0 else { throw .system(code) }
        return process
    }

    private static func setDescriptors(
        by actions: inout posix_spawn_file_actions_t,
        _ surroundings: Surroundings
    ) {
        var count: Int32 = 3
        switch surroundings {
        case .connected(let descriptors):
            for (number, descriptor) in descriptors.enumerated() {
                posix_spawn_file_actions_adddup2(&actions, descriptor.number, Int32(number))
            }
            count = Int32(descriptors.count)
        case .shared: break
        case .detached:
            for number in 0..<count {
                posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
            }
        }
        // Whatever else this process has open is no child's: a web server waits for the end of a
        // connection, and a lock lasts as long as somebody has the file.
        for number in openDescriptors() where number >= count {
            posix_spawn_file_actions_addclose(&actions, number)
        }
    }

    /// Also one or another that is closed by now, which does no harm.
    private static func openDescriptors() -> [Int32] {
        guard let folder = opendir("/proc/self/fd") else { return [] }
        defer { closedir(folder) }
        var numbers: [Int32] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if let number = Int32(name) { numbers.append(number) }
        }
        return numbers
    }

    /// Signals as a program expects them: a serving process blocks those that stop it, and ignores
    /// SIGPIPE, and a child inherits both.
    private static func setSignals(
        of attributes: inout posix_spawnattr_t,
        _ surroundings: Surroundings
    ) {
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        if case .detached = surroundings { flags |= newSession }
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    /// Texts as `execve` wants them, freed with the object.
    private final class CStrings {
        let pointers: [UnsafeMutablePointer<CChar>?]

        init(_ texts: [String]) { pointers = texts.map { strdup($0) } + [nil] }

        deinit { for pointer in pointers { free(pointer) } }
    }

    /// A file descriptor that is closed once.
    final class Descriptor {
        private(set) var number: Int32

        init(_ number: Int32) { self.number = number }

        func close() {
            if number >= 0 { _ = Glibc.close(number) }
            number = -1
        }

        deinit { close() }
    }

    struct Pipe {
        let reader: Descriptor
        let writer: Descriptor

        init() throws(Failure) {
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw .system(errno) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            reader = Descriptor(ends[0])
            writer = Descriptor(ends[1])
        }
    }
}
