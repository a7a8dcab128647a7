/// A place for a value in a WordPress account.
package enum WordPressTarget: Sendable, Hashable {
    /// `user_email`
    case field(Field)
    /// `meta:department`, usermeta
    case meta(String)
    /// `xprofile:City`, a BuddyPress profile field by its name
    case xprofile(String)

    /// The fields of every account.
    package enum Field: String, Sendable, CaseIterable {
        case login = "user_login"
        case email = "user_email"
        case firstName = "first_name"
        case lastName = "last_name"
        case displayName = "display_name"
        case nickname = "nickname"
        case url = "user_url"
        case description = "description"
        case locale = "locale"

        /// The field's member of `user` in an event.
        package var member: String {
            switch self {
            case .login: "login"
            case .email: "email"
            case .firstName: "givenName"
            case .lastName: "familyName"
            case .displayName: "displayName"
            case .nickname: "nickName"
            case .url: "profileUrl"
            case .description: "description"
            case .locale: "locale"
            }
        }
    }

    /// Why a target is refused, for whoever named it.
    package struct Refusal: Error, Sendable, Equatable {
        package let message: String
    }

    /// How long names may be: what the columns of usermeta and of BuddyPress hold.
    package enum Limits {
        /// Bytes of a key in usermeta.
        package static let metaBytes = 255
        /// Characters of a profile field's name.
        package static let xprofileCharacters = 150
    }

    /// - Parameter text: As `text` has it.
    /// - Throws: `Refusal` where there is no such target, or where nobody may write it.
    package init(_ text: String) throws(Refusal) {
        if let field = Field(rawValue: text) {
            self = .field(field)
        } else if text.hasPrefix("meta:") {
            self = .meta(try Self.metaKey(String(text.dropFirst(5))))
        } else if text.hasPrefix("xprofile:") {
            self = .xprofile(try Self.xprofileName(String(text.dropFirst(9))))
        } else {
            let names = Field.allCases.map(\.rawValue) + ["meta:KEY", "xprofile:NAME"]
            throw Refusal(
                message: "there is no target \(text); there are \(names.joined(separator: ", "))"
            )
        }
    }

    /// `user_email`, `meta:department`, `xprofile:City`.
    package var text: String {
        switch self {
        case .field(let field): field.rawValue
        case .meta, .xprofile: member
        }
    }

    /// The name in an event's `unset` and in the settings' `managed`.
    package var member: String {
        switch self {
        case .field(let field): field.member
        case .meta(let key): "meta:\(key)"
        case .xprofile(let name): "xprofile:\(name)"
        }
    }

    private static func metaKey(_ key: String) throws(Refusal) -> String {
        // MySQL takes keys for the same that differ in case, accents or blanks at the end.
        guard isPlain(key), key.utf8.allSatisfy({ $0 < 0x7F }),
            key.utf8.count <= Limits.metaBytes
        else {
            throw Refusal(
                message: "meta: is followed by a key of 1 to \(Limits.metaBytes) characters of"
                    + " ASCII, without blanks around it"
            )
        }
        if Field.allCases.contains(where: { $0.rawValue == key.lowercased() }) {
            throw Refusal(message: "\(key) is a target of its own, without meta:")
        }
        guard !isProtected(key.lowercased()) else {
            throw Refusal(
                message: "the key \(key) is WordPress' own or Roster's, and cannot be written"
            )
        }
        return key
    }

    /// Keys that give rights or sessions, that are hidden, or by which the plugin knows accounts.
    private static func isProtected(_ key: String) -> Bool {
        key.hasPrefix("_") || key.hasPrefix("roster_") || key == "session_tokens"
            || key.hasSuffix("capabilities") || key.hasSuffix("user_level")
    }

    private static func xprofileName(_ name: String) throws(Refusal) -> String {
        guard isPlain(name), name.unicodeScalars.count <= Limits.xprofileCharacters else {
            throw Refusal(
                message: "xprofile: is followed by a field's name of 1 to"
                    + " \(Limits.xprofileCharacters) characters, without blanks around it"
            )
        }
        return name
    }

    /// Whether there is text without blanks around it and without control characters.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else {
            return false
        }
        return !first.properties.isWhitespace && !last.properties.isWhitespace
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}
