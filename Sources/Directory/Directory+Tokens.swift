import SCIM
import Secrets

/// What can be done with tokens.
extension Directory {
    /// Makes a token.
    ///
    /// - Parameters:
    ///   - token: What it is to be; its number and its hash are given here.
    ///   - caller: Who makes it.
    /// - Returns: The token, and the secret, which is kept nowhere.
    /// - Throws: `invalidValue` for a name or domain that cannot be; 503.
    package func create(
        _ token: Token,
        by caller: Caller
    ) throws(SCIMError) -> (token: Token, secret: TokenSecret) {
        let secret = TokenSecret()
        return (try create(token, hash: secret.hash, by: caller), secret)
    }

    /// Makes a token whose secret somebody else has drawn.
    ///
    /// - Parameters:
    ///   - token: What it is to be; its number is given here.
    ///   - hash: The SHA-256 of the secret, 32 bytes.
    ///   - caller: Who makes it.
    /// - Returns: The token.
    /// - Throws: `invalidValue` for a name or domain that cannot be; 503.
    package func create(
        _ token: Token,
        hash: [UInt8],
        by caller: Caller
    ) throws(SCIMError) -> Token {
        try token.check()
        var made = token
        made.hash = hash
        made.created = now()
        made.id = try answering {
            try store.write(within: budget) { [made] transaction in
                let number = try transaction.insert(made)
                try transaction.append([entry(.create, made, number: number, caller)])
                return number
            }
        }
        return made
    }

    /// Revokes the tokens that are meant and still valid.
    ///
    /// - Returns: Those that were revoked.
    package func revoke(
        by caller: Caller,
        where isMeant: (Token) -> Bool
    ) throws(SCIMError) -> [Token] {
        try answering {
            try store.write(within: budget) { transaction in
                let at = now()
                var revoked: [Token] = []
                for token in try transaction.tokens() where isMeant(token) {
                    guard try transaction.revokeToken(token.id, at: at) else { continue }
                    revoked.append(token)
                }
                try transaction.append(revoked.map { entry(.revoke, $0, number: $0.id, caller) })
                return revoked
            }
        }
    }

    private static let useMicroseconds: Int64 = 60_000_000

    /// Notes, once a minute, that a token was used, and for what; at once where it is used first,
    /// and where something succeeds again.
    ///
    /// Best effort: the next use makes up for it.
    ///
    /// - Parameters:
    ///   - token: As it was read.
    ///   - request: What was asked, with the status of the answer.
    package func noteUse(of token: Token, for request: SentRequest) {
        let instant = now()
        if let used = token.used, !(token.hasFailedLast && request.status < 400),
            instant.microseconds - used.microseconds < Self.useMicroseconds
        {
            return
        }
        _ = store.attempt { try $0.noteUse(ofToken: token.id, at: instant, for: request.line) }
    }

    private func entry(
        _ action: JournalEntry.Action,
        _ token: Token,
        number: Int64,
        _ caller: Caller
    ) -> JournalEntry {
        entry(
            action,
            .init(type: "Token", id: String(number), name: token.name),
            [
                "profile": .string(token.profile), "rights": .string(token.rights.rawValue),
                "domain": .string(token.domain),
            ],
            caller
        )
    }
}
