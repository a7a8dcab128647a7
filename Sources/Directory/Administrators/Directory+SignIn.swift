import SCIM
import Secrets

/// Signing in to the console.
extension Directory {
    /// Why somebody is not let in.
    package enum SignInRefusal: Error {
        /// Name or password is wrong; which of them is not told.
        case wrong
        /// Too many tries: nothing was looked at.
        case tooSoon(seconds: Int)
        case failed(SCIMError)
    }

    /// Lets somebody in by a console password.
    ///
    /// A try counts before the password is looked at, so that many processes at once do not look at
    /// more of them than one.
    ///
    /// - Parameters:
    ///   - name: As typed.
    ///   - password: As typed.
    ///   - address: Where it was typed.
    ///   - requestID: For the journal.
    /// - Returns: Who it is.
    /// - Throws: `SignInRefusal`.
    package func signIn(
        _ name: String,
        password: String,
        from address: String,
        requestID: String
    ) throws(SignInRefusal) -> Administrator {
        let name = name.caseFolded
        let subjects = SignInSubject.all(name: name, address: address)
        let known = try admit(subjects) { store -> Administrator? in
            try store.administrator(named: name)
        }
        // Somebody unknown takes as long as somebody known.
        let hash = known?.passwordHash ?? Self.nobodysHash
        guard Password.matches(password, hash: hash), let known, known.passwordHash != nil else {
            throw .wrong
        }
        return try admitted(known, forgetting: subjects, requestID)
    }

    /// Counts a try with the key that makes the first administrator.
    package func countSetupTry(from address: String) throws(SignInRefusal) {
        try admit(SignInSubject.all(name: "set-up", address: address)) { _ in }
    }

    /// A hash that no password has.
    private static let nobodysHash = "$2y$10$abcdefghijklmnopqrstuuZQOa5Vx6xNZ3sP0bXlXc9n3W0oZk1mS"

    /// - Throws: `tooSoon` where one of the subjects has to wait.
    private func admit<Result>(
        _ subjects: [SignInSubject],
        _ body: (any StoreReading) throws -> Result
    ) throws(SignInRefusal) -> Result {
        do {
            return try store.write(within: budget) { transaction in
                let now = now()
                for subject in subjects {
                    let before = try transaction.signInFailure(subject.text)
                    if let before, before.until > now {
                        let wait = before.until.microseconds - now.microseconds
                        throw SignInRefusal.tooSoon(seconds: Int(wait / 1_000_000) + 1)
                    }
                }
                for subject in subjects {
                    let before = try transaction.signInFailure(subject.text)
                    let next = subject.next(after: before, at: now)
                    try transaction.setSignInFailure(next, subject.text, at: now)
                }
                return try body(transaction)
            }
        } catch let refusal as SignInRefusal {
            throw refusal
        } catch {
            throw .failed(SCIMError(any: error))
        }
    }

    private func admitted(
        _ administrator: Administrator,
        forgetting subjects: [SignInSubject],
        _ requestID: String
    ) throws(SignInRefusal) -> Administrator {
        do {
            return try store.write(within: budget) { transaction in
                for subject in subjects {
                    try transaction.setSignInFailure(nil, subject.text, at: now())
                }
                return try noteSignIn(administrator, requestID, in: transaction)
            }
        } catch {
            throw .failed(SCIMError(any: error))
        }
    }

    /// Lets somebody in whom a WordPress site vouches for; a ticket is good once.
    ///
    /// - Parameters:
    ///   - name: `LOGIN@HOST`.
    ///   - receiver: The site.
    ///   - ticket: Names the ticket.
    ///   - expires: When the ticket would be over.
    ///   - requestID: For the journal.
    /// - Returns: Who it is.
    /// - Throws: 403 for a ticket that was used, and for a name that is another's.
    package func signIn(
        _ name: String,
        vouchedBy receiver: Int64,
        ticket: String,
        expires: Instant,
        requestID: String
    ) throws(SCIMError) -> Administrator {
        try answering {
            try store.write(within: budget) { transaction in
                let now = now()
                guard try transaction.spend("ticket \(ticket)", until: expires, at: now) else {
                    throw SCIMError(status: 403, detail: "the ticket was used already")
                }
                var known = try transaction.administrator(named: name)
                if known == nil {
                    var made = Administrator(
                        name: name,
                        role: .administrator,
                        receiver: receiver,
                        created: now,
                        sessionsSince: now
                    )
                    try made.check()
                    made.id = try transaction.insert(made)
                    known = made
                }
                guard var known, let before = known.receiver else {
                    throw SCIMError(status: 403, detail: "the name is somebody else's")
                }
                if before != receiver {
                    guard try transaction.receiver(before) == nil else {
                        throw SCIMError(status: 403, detail: "the name is somebody else's")
                    }
                    // The site was connected anew: the role stays, older sessions do not.
                    (known.receiver, known.sessionsSince) = (receiver, now)
                }
                return try noteSignIn(known, requestID, in: transaction)
            }
        }
    }

    private func noteSignIn(
        _ administrator: Administrator,
        _ requestID: String,
        in transaction: any StoreTransaction
    ) throws -> Administrator {
        var signedIn = administrator
        signedIn.signedIn = now()
        try transaction.update(signedIn)
        let caller = Caller(
            actor: .administrator(id: signedIn.id, name: signedIn.name),
            domain: "default",
            requestID: requestID
        )
        try transaction.append([entry(.signIn, signedIn, signedIn.id, [], caller)])
        return signedIn
    }

    /// Ends one session.
    package func endSession(_ id: String, until: Instant) throws(SCIMError) {
        try answering {
            try store.write(within: budget) { transaction in
                _ = try transaction.spend("session \(id)", until: until, at: now())
            }
        }
    }
}

/// Whose tries are counted together.
private enum SignInSubject {
    /// Somebody from one address.
    case pair(String)
    case address(String)
    /// Somebody from anywhere: never for long, or strangers could lock people out.
    case name(String)

    static func all(name: String, address: String) -> [SignInSubject] {
        let name = Sodium.hexadecimal(Sodium.sha256(name.utf8)[..<16])
        return [.pair("\(name) \(address)"), .address(address), .name(name)]
    }

    var text: String {
        switch self {
        case .pair(let text): "pair \(text)"
        case .address(let text): "address \(text)"
        case .name(let text): "name \(text)"
        }
    }

    /// Tries that nobody has to wait for, and the longest wait, in seconds.
    private var patience: (tries: Int, secondsMax: Int) {
        switch self {
        case .pair: (5, 900)
        case .address: (20, 900)
        case .name: (50, 30)
        }
    }

    /// How long after the last try all is forgotten.
    private static let memorySeconds: Int64 = 3_600

    func next(after before: SignInFailure?, at now: Instant) -> SignInFailure {
        var failures = before?.failures ?? 0
        if let before,
            now.microseconds - before.until.microseconds > Self.memorySeconds * 1_000_000
        {
            failures = 0
        }
        failures += 1
        let beyond = failures - patience.tries
        let wait = beyond < 0 ? 0 : min(1 << min(beyond, 20), patience.secondsMax)
        return SignInFailure(failures: failures, until: now.adding(seconds: wait))
    }
}
