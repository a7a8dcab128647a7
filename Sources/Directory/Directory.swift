import SCIM
import Secrets

/// The use cases: what can be done with resources (RFC 7644 §3) and with the tokens that let
/// clients do it.
///
/// Every change runs in one transaction of the store, with its journal entries.
package struct Directory {
    package let store: any Store
    package let links: Links
    package let limits: Limits
    package let budget: Budget
    let now: @Sendable () -> Instant

    /// - Parameters:
    ///   - store: Holds the resources, the tokens and the journal.
    ///   - links: The resource types, and where their resources are found.
    ///   - limits: The bounds on what a client may send.
    ///   - budget: What all that is done here may cost.
    ///   - now: The clock.
    package init(
        store: any Store,
        links: Links,
        limits: Limits = .standard,
        budget: Budget = .unlimited,
        now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.links = links
        self.limits = limits
        self.budget = budget
        self.now = now
    }

    /// The same directory for work that may take as long as somebody wants it.
    package var unhurried: Directory {
        Directory(store: store, links: links, limits: limits, budget: .unlimited, now: now)
    }

    // MARK: Reading

    /// Reads, all of one state of the store.
    ///
    /// - Throws: What the client is to be told of whatever `body` threw.
    package func read<Result>(
        _ body: (any StoreReading) throws -> Result
    ) throws(SCIMError) -> Result {
        try answering { try store.read(within: budget, body) }
    }

    // MARK: Changing

    /// Looks at what a command would make of a resource, before it is written.
    ///
    /// Called with no lock held; what it throws refuses the command.
    package typealias Review = (Draft) throws(SCIMError) -> Void

    /// How often a command is drafted anew when others change the resource meanwhile.
    private static let triesMax = 3

    /// Does what a client asks for.
    ///
    /// - Parameters:
    ///   - command: What to do.
    ///   - caller: Who asks.
    ///   - parts: What is to be known of the result.
    ///   - review: Asked before anything is written; may be asked again when others have changed
    ///     the resource meanwhile.
    /// - Returns: The resource as it is now; one that was deleted as it was.
    /// - Throws: 404; 412; 409 `uniqueness`; `invalidValue`, `mutability`, `noTarget` and the like
    ///   for what was sent; 503 when the store cannot do it now.
    package func perform(
        _ command: Command,
        by caller: Caller,
        loading parts: ResourceParts = [],
        review: Review? = nil
    ) throws(SCIMError) -> StoredResource {
        try answering {
            guard command.isSlow || review != nil else {
                do {
                    return try performAtOnce(command, caller, parts)
                } catch is PasswordUnhashed {
                    return try performReviewed(command, caller, parts, review)
                }
            }
            return try performReviewed(command, caller, parts, review)
        }
    }

    /// A draft under the lock came upon a password, whose hash takes a tenth of a second.
    private struct PasswordUnhashed: Error {}

    /// Drafts and writes in one transaction.
    private func performAtOnce(
        _ command: Command,
        _ caller: Caller,
        _ parts: ResourceParts
    ) throws -> StoredResource {
        try write(work(of: caller), loading: parts) { work, transaction in
            let draft = try work.draft(command, in: transaction)
            if draft.password != nil { throw PasswordUnhashed() }
            return draft
        }
    }

    /// Drafts a command while no lock is held, and writes the draft if the resource is still the
    /// one that it was made of.
    private func performReviewed(
        _ command: Command,
        _ caller: Caller,
        _ parts: ResourceParts,
        _ review: Review?
    ) throws -> StoredResource {
        for _ in 0..<Self.triesMax {
            let work = work(of: caller)
            var draft = try store.read(within: budget) { try work.draft(command, in: $0) }
            try review?(draft)
            draft.passwordHash = try draft.password.map { try hash($0) }
            do {
                return try write(work, loading: parts) { [draft] _, _ in draft }
            } catch StoreError.moved {
                continue
            }
        }
        throw StoreError.moved
    }

    private func write(
        _ work: Work,
        loading parts: ResourceParts,
        _ draft: (Work, any StoreTransaction) throws -> Draft
    ) throws -> StoredResource {
        try store.write(within: budget) { transaction in
            let draft = try draft(work, transaction)
            try budget.check()
            let changed = try work.commit(draft, in: transaction)
            // All is known but the members, whose types only the store knows.
            guard parts.contains(.members), changed.type.membership != nil else { return changed }
            return try transaction.fetch(
                changed.id,
                type: changed.type,
                domain: work.caller.domain,
                loading: parts.union(.memberships)
            ) ?? changed
        }
    }

    func work(of caller: Caller) -> Work {
        Work(
            caller: caller,
            links: links,
            limits: limits,
            budget: budget,
            now: now(),
            clock: now
        )
    }

    private func hash(_ password: String) throws(SCIMError) -> String {
        let compared = password.asWordPressCompares
        if compared.isEmpty { throw .invalidValue("password must not be empty") }
        if compared.utf8.count > limits.passwordBytes {
            throw .invalidValue(
                "password is longer than \(limits.passwordBytes) bytes in UTF-8, quotes and "
                    + "backslashes counted twice"
            )
        }
        guard let hash = Password.hash(compared) else {
            throw SCIMError(
                status: 500,
                detail: "the password could not be stored",
                cause: "crypt_r failed"
            )
        }
        return hash
    }
}

extension String {
    /// A password as WordPress compares it with a hash: without blanks around it, and with a
    /// backslash before quotes, backslashes and U+0000, as PHP's forms once came.
    ///
    /// WordPress verifies the hashes, and nobody else does.
    fileprivate var asWordPressCompares: String {
        let isBlank = { (byte: UInt8) in [0x20, 0x09, 0x0A, 0x0D, 0x00, 0x0B].contains(byte) }
        var bytes = Array(utf8.drop(while: isBlank))
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        let escaped: [UInt8] = bytes.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "\\"):
                [UInt8(ascii: "\\"), byte]
            case 0: [UInt8(ascii: "\\"), UInt8(ascii: "0")]
            default: [byte]
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
