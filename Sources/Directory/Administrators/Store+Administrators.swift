import JSONText
import SCIM

/// What can be read of administrators, their sessions and the settings.
package protocol AdministratorReading {
    /// All, the oldest first.
    func administrators() throws -> [Administrator]

    /// Whether a ticket or a session is over before its time.
    func isSpent(_ id: String) throws -> Bool

    /// What is known of attempts to sign in; `nil` for nothing.
    func signInFailure(_ subject: String) throws -> SignInFailure?

    /// A setting's JSON text by its name; `nil` where it has its default.
    func setting(_ name: String) throws -> [UInt8]?
}

extension AdministratorReading {
    /// A setting that is a text; `nil` where it has its default.
    package func textSetting(_ name: String) throws -> String? {
        try setting(name).flatMap { (try? JSON(parsing: $0))?.string }
    }

    /// The administrator with the number; `nil` when there is none any more.
    package func administrator(_ id: Int64) throws -> Administrator? {
        try administrators().first { $0.id == id }
    }

    /// The administrator with the name, whatever the letters' case; `nil` when there is none.
    package func administrator(named name: String) throws -> Administrator? {
        try administrators().first { $0.name.equalsIgnoringASCIICase(name) }
    }
}

/// What is written about administrators, their sessions and the settings.
package protocol AdministratorTransaction: AdministratorReading {
    /// - Returns: The number of the new administrator.
    /// - Throws: `taken` for a name that another has.
    func insert(_ administrator: Administrator) throws -> Int64

    /// Writes role, password, when they signed in and since when their sessions count.
    func update(_ administrator: Administrator) throws

    func deleteAdministrator(_ id: Int64) throws

    /// Ends a ticket or a session; what would be over by now is forgotten.
    ///
    /// - Returns: Whether it was not over yet.
    func spend(_ id: String, until: Instant, at now: Instant) throws -> Bool

    /// Notes an attempt to sign in, `nil` to forget; what is long past is forgotten.
    func setSignInFailure(_ failure: SignInFailure?, _ subject: String, at now: Instant) throws

    /// Sets a setting's JSON text; `nil` for its default.
    func setSetting(_ name: String, _ value: [UInt8]?) throws
}

/// Attempts in vain to sign in.
package struct SignInFailure: Sendable, Equatable {
    package let failures: Int
    /// Before which nobody may try again.
    package let until: Instant

    package init(failures: Int, until: Instant) {
        self.failures = failures
        self.until = until
    }
}
