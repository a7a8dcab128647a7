import SCIM
import Secrets

/// Who may use the console.
extension Directory {
    package func administrators() throws(SCIMError) -> [Administrator] {
        try read { store -> [Administrator] in try store.administrators() }
    }

    /// Adds somebody with a console password.
    ///
    /// - Returns: The administrator with the number.
    /// - Throws: `invalidValue` for a name or password that cannot be; 409 `uniqueness`; 503.
    @discardableResult
    package func createAdministrator(
        _ name: String,
        _ role: Administrator.Role,
        password: String,
        by caller: Caller
    ) throws(SCIMError) -> Administrator {
        try addAdministrator(name, role, password: password, by: caller) { _ in }
    }

    /// Adds the first administrator, where there is none who has a password.
    ///
    /// - Throws: 403 where there is one already; as above.
    package func createFirstAdministrator(
        _ name: String,
        password: String,
        requestID: String
    ) throws(SCIMError) -> Administrator {
        let caller = Caller(actor: .system, domain: "default", requestID: requestID)
        return try addAdministrator(name, .administrator, password: password, by: caller) { store in
            let isFirst = try store.administrators().allSatisfy { $0.passwordHash == nil }
            if !isFirst {
                throw SCIMError(status: 403, detail: "there is an administrator already")
            }
        }
    }

    private func addAdministrator(
        _ name: String,
        _ role: Administrator.Role,
        password: String,
        by caller: Caller,
        _ check: (any StoreReading) throws -> Void
    ) throws(SCIMError) -> Administrator {
        let now = now()
        var made = Administrator(
            name: name,
            role: role,
            passwordHash: try Self.hash(consolePassword: password),
            created: now,
            sessionsSince: now
        )
        try made.check()
        made.id = try answering {
            try store.write(within: budget) { [made] transaction in
                try check(transaction)
                let id = try transaction.insert(made)
                try transaction.append([entry(.create, made, id, [], caller)])
                return id
            }
        }
        return made
    }

    private static func hash(consolePassword password: String) throws(SCIMError) -> String {
        try Administrator.check(password: password)
        guard let hash = Password.hash(password) else {
            throw SCIMError(
                status: 500,
                detail: "the password could not be stored",
                cause: "crypt_r failed"
            )
        }
        return hash
    }

    /// Gives somebody another role or password; all their sessions end.
    ///
    /// - Throws: 404; 409 for the last administrator, who may not become an auditor; `invalidValue`.
    package func change(
        _ administrator: Administrator,
        role: Administrator.Role? = nil,
        password: String? = nil,
        by caller: Caller
    ) throws(SCIMError) {
        var hash: String?
        if let password { hash = try Self.hash(consolePassword: password) }
        let names = (role == nil ? [] : ["role"]) + (password == nil ? [] : ["password"])
        try update(administrator, names, by: caller) { [hash] changed in
            if let role { changed.role = role }
            if let hash { changed.passwordHash = hash }
        }
    }

    /// Ends all sessions of somebody.
    package func signOut(
        _ administrator: Administrator,
        by caller: Caller
    ) throws(SCIMError) {
        try update(administrator, ["sessions"], by: caller) { _ in }
    }

    private func update(
        _ administrator: Administrator,
        _ names: [String],
        by caller: Caller,
        _ change: (inout Administrator) -> Void
    ) throws(SCIMError) {
        try answering {
            try store.write(within: budget) { transaction in
                guard var changed = try transaction.administrator(administrator.id) else {
                    throw SCIMError.notFound("there is no administrator \(administrator.name)")
                }
                change(&changed)
                changed.sessionsSince = now()
                try transaction.update(changed)
                try checkOneIsLeft(transaction)
                try transaction.append([entry(.modify, changed, changed.id, names, caller)])
            }
        }
    }

    /// Takes somebody's access to the console away.
    ///
    /// - Throws: 404; 409 for the last administrator.
    package func remove(
        _ administrator: Administrator,
        by caller: Caller
    ) throws(SCIMError) {
        try answering {
            try store.write(within: budget) { transaction in
                guard try transaction.administrator(administrator.id) != nil else {
                    throw SCIMError.notFound("there is no administrator \(administrator.name)")
                }
                try transaction.deleteAdministrator(administrator.id)
                try checkOneIsLeft(transaction)
                try transaction.append(
                    [entry(.delete, administrator, administrator.id, [], caller)]
                )
            }
        }
    }

    /// Where there is anybody, one of them has to be able to change something.
    private func checkOneIsLeft(_ store: any StoreReading) throws {
        let left = try store.administrators()
        guard left.isEmpty || left.contains(where: { $0.role == .administrator }) else {
            throw SCIMError(status: 409, detail: "somebody has to stay administrator")
        }
    }

    func entry(
        _ action: JournalEntry.Action,
        _ administrator: Administrator,
        _ id: Int64,
        _ names: [String],
        _ caller: Caller
    ) -> JournalEntry {
        var detail: JSONObject = ["role": .string(administrator.role.rawValue)]
        if !names.isEmpty { detail["attributes"] = .array(names.map(JSON.string)) }
        return entry(
            action,
            .init(type: "Administrator", id: String(id), name: administrator.name),
            detail,
            caller
        )
    }
}
