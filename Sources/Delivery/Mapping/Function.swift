/// What an expression can do with values.
package enum Function: String, Sendable, CaseIterable {
    /// `first(displayName, userName)`: the first that has a value.
    case first
    /// `join(" ", name.givenName, name.familyName)`: all values as one text.
    case join
    /// `lower(userName)`
    case lower
    /// `upper(addresses.country)`
    case upper
    /// `title(name.familyName)`: each word with a capital.
    case title
    /// `address(userName)`: only what looks like an e-mail address.
    case address
    /// `local(userName)`: the part before the `@`, or the whole where there is none.
    case local
    /// `locale(preferredLanguage)`: `de-DE` as WordPress writes it, `de_DE`.
    case locale

    /// The function with the name, without regard to case.
    init?(named name: String) {
        self.init(rawValue: name.lowercased())
    }

    /// Why the function does not take some arguments, if so.
    func refusal(of arguments: [Expression.Node]) -> String? {
        switch self {
        case .first: nil
        case .join:
            switch (arguments.first, arguments.count) {
            case (.constant, 2...): nil
            default: "join takes a separator in quotes and what is to be joined"
            }
        case .lower, .upper, .title, .address, .local, .locale:
            arguments.count == 1 ? nil : "\(rawValue) takes one argument"
        }
    }

    /// - Parameters:
    ///   - arguments: That it takes.
    ///   - values: The values of an argument.
    /// - Returns: Its values; some may be empty.
    func apply(
        to arguments: [Expression.Node],
        values: (Expression.Node) -> [String]
    ) -> [String] {
        switch self {
        case .first:
            for argument in arguments {
                let found = values(argument)
                if !found.isEmpty { return found }
            }
            return []
        case .join:
            guard case .constant(let separator) = arguments.first else { return [] }
            return [arguments.dropFirst().flatMap(values).joined(separator: separator)]
        case .lower, .upper, .title, .address, .local, .locale:
            return arguments.flatMap(values).compactMap(apply)
        }
    }

    /// What becomes of one value.
    private func apply(to text: String) -> String? {
        switch self {
        case .first, .join: text
        case .lower: text.lowercased()
        case .upper: text.uppercased()
        case .title: text.titleCased
        case .address: EmailAddress.isOne(text) ? text : nil
        case .local: text.lastIndex(of: "@").map { String(text[..<$0]) } ?? text
        case .locale: WordPressLocale.code(of: text)
        }
    }
}

extension String {
    /// The first letter of each word as at the beginning of a sentence; all others stay.
    fileprivate var titleCased: String {
        var result = ""
        var isStart = true
        for scalar in unicodeScalars {
            result += isStart ? scalar.properties.titlecaseMapping : String(scalar)
            isStart = scalar.properties.isWhitespace || scalar.properties.isDash
        }
        return result
    }
}
