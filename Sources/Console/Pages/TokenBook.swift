import Directory
import SCIM

/// The tokens, and which of them need somebody.
struct TokenBook {
    let now: Instant
    private let tokens: [Token]

    init(_ tokens: [Token], at now: Instant) {
        self.tokens = tokens
        self.now = now
    }

    init(_ store: any StoreReading, at now: Instant) throws {
        self.init(try store.tokens(), at: now)
    }

    /// How long before its end somebody is told of it.
    static let noticeDays = 14

    var isEmpty: Bool { tokens.isEmpty }

    /// The oldest first.
    var valid: [Token] { tokens.filter { $0.isValid(at: now) } }

    /// Revoked and expired ones, those that were made last first.
    var past: [Token] { tokens.reversed().filter { !$0.isValid(at: now) } }

    /// Valid tokens that end soon and have no successor of the same name that lasts.
    var ending: [Token] {
        valid.filter { token in
            isEnding(token) && !valid.contains { $0.name == token.name && !isEnding($0) }
        }
    }

    /// Valid tokens whose last request failed.
    var failing: [Token] { valid.filter(\.hasFailedLast) }

    func isEnding(_ token: Token) -> Bool {
        guard let expires = token.expires else { return false }
        return expires < now.adding(seconds: Self.noticeDays * 86_400)
    }

    subscript(id: Int64) -> Token? { tokens.first { $0.id == id } }

    /// The valid token of the name that was made last.
    func newest(_ name: String) -> Token? { valid.last { $0.name == name } }

    /// Other valid tokens that do for the same client what one does.
    func substitutes(for token: Token) -> [Token] {
        valid.filter {
            $0.id != token.id && $0.profile == token.profile && $0.rights == token.rights
        }
    }

    /// Valid tokens, of each client the one that it used last, or that was made last.
    var clients: [Token] {
        var clients: [Token] = []
        for token in valid {
            guard let place = clients.firstIndex(where: { $0.name == token.name }) else {
                clients.append(token)
                continue
            }
            let other = clients[place].used?.microseconds ?? 0
            if token.used?.microseconds ?? 0 >= other { clients[place] = token }
        }
        return clients
    }

    /// How a client is, in a word.
    func state(_ token: Token, _ visit: Visit) -> HTML {
        if isEnding(token), let expires = token.expires {
            return Mood.warn.badge("\(visit.remaining(until: expires)) left")
        }
        if token.hasFailedLast { return Mood.warn.badge("Last one failed") }
        return token.used == nil ? Mood.off.badge("Not used yet") : Mood.good.badge("Working")
    }

    // MARK: Forms that are sent twice

    /// Says in a form which token was the last when it was shown.
    ///
    /// - Parameter form: What was sent; empty where the form is shown for the first time.
    /// - Returns: A hidden field.
    func mark(_ form: Fields) -> HTML {
        let last = form["last"] ?? String(tokens.map(\.id).max() ?? 0)
        return "<input type=\"hidden\" name=\"last\" value=\"\(last)\">\n"
    }

    /// A token of the name that was made after a form was shown: the form was sent already.
    func made(_ name: String, after form: Fields) -> Token? {
        guard let last = form["last"].flatMap({ Int64($0) }) else { return nil }
        return tokens.first { $0.name == name && $0.id > last }
    }
}
