import JSONText
import SCIM

/// A setting of the directory that administrators change while it runs.
package struct DirectorySetting: Sendable {
    package enum Kind: Sendable {
        case flag(standard: Bool)
        case number(ClosedRange<Int64>, standard: Int64)
    }

    package let name: String
    /// What it is, in a sentence.
    package let meaning: String
    package let kind: Kind

    private static let audit = AuditSettings()

    /// All there are.
    package static let all = [keepsBodies, masksForAuditors, days, megabytes]

    package static let keepsBodies = DirectorySetting(
        name: AuditSettings.Name.bodies,
        meaning: "Whether the JSON that clients send is kept with the audit; passwords never are.",
        kind: .flag(standard: audit.keepsBodies)
    )
    package static let masksForAuditors = DirectorySetting(
        name: AuditSettings.Name.maskForAuditors,
        meaning: "Whether auditors see which attributes changed, and not what they hold.",
        kind: .flag(standard: audit.masksForAuditors)
    )
    package static let days = DirectorySetting(
        name: AuditSettings.Name.days,
        meaning: "Days after which entries of the audit go; 0 for never.",
        kind: .number(0...36_500, standard: Int64(audit.days))
    )
    package static let megabytes = DirectorySetting(
        name: AuditSettings.Name.megabytes,
        meaning: "Megabytes that the audit may take before its oldest entries go; 0 for no bound.",
        kind: .number(0...10_000_000, standard: Int64(audit.megabytes))
    )

    /// The setting with the name.
    ///
    /// - Throws: `invalidValue` where there is none.
    package static func named(_ name: String) throws(SCIMError) -> DirectorySetting {
        guard let found = all.first(where: { $0.name == name }) else {
            let names = all.map(\.name).joined(separator: ", ")
            throw .invalidValue("there is no setting \(name); there are \(names)")
        }
        return found
    }

    /// The value where nothing is set.
    package var standard: JSON {
        switch kind {
        case .flag(let standard): .bool(standard)
        case .number(_, let standard): .integer(standard)
        }
    }

    /// Reads what somebody typed.
    ///
    /// - Throws: `invalidValue` for what cannot be.
    package func value(of text: String) throws(SCIMError) -> JSON {
        switch kind {
        case .flag:
            switch text.lowercased() {
            case "true", "on", "yes": return true
            case "false", "off", "no": return false
            default: throw .invalidValue("\(name) is on or off")
            }
        case .number(let range, _):
            guard let number = Int64(text), range.contains(number) else {
                throw .invalidValue(
                    "\(name) is a number from \(range.lowerBound) to \(range.upperBound)"
                )
            }
            return .integer(number)
        }
    }

    /// As people write it.
    package func text(of value: JSON) -> String {
        if let flag = value.bool { return flag ? "on" : "off" }
        return value.integer.map(String.init) ?? String(decoding: value.text, as: UTF8.self)
    }
}

extension AdministratorReading {
    /// What a setting is; its standard where nothing is set, or what nobody can read.
    package func value(of setting: DirectorySetting) throws -> JSON {
        try ownValue(of: setting) ?? setting.standard
    }

    /// What was set; `nil` for nothing.
    package func ownValue(of setting: DirectorySetting) throws -> JSON? {
        try self.setting(setting.name).flatMap { try? JSON(parsing: $0) }
    }
}
