import SCIM

/// What of the audit trail is kept, and for how long.
package struct AuditSettings: Sendable, Equatable {
    /// Whether what clients send is kept with the entries.
    package var keepsBodies = true
    /// Days after which entries go; 0 for never.
    package var days = 365
    /// Megabytes that entries may take together before the oldest go; 0 for no bound.
    package var megabytes = 2_000
    /// Whether auditors see personal values masked.
    package var masksForAuditors = false

    package init() {}

    /// Names of the settings.
    package enum Name {
        package static let bodies = "audit.bodies"
        package static let days = "audit.days"
        package static let megabytes = "audit.megabytes"
        package static let maskForAuditors = "audit.maskForAuditors"
    }

    /// Takes over what was set; a value of another type is as good as none.
    package mutating func set(_ name: String, _ value: JSON) {
        switch name {
        case Name.bodies: keepsBodies = value.bool ?? keepsBodies
        case Name.days: days = value.integer.map { Int(clamping: max($0, 0)) } ?? days
        case Name.megabytes:
            megabytes = value.integer.map { Int(clamping: max($0, 0)) } ?? megabytes
        case Name.maskForAuditors: masksForAuditors = value.bool ?? masksForAuditors
        default: break
        }
    }

    /// Before which entries go; `nil` for none.
    func oldest(at now: Instant) -> Instant? {
        days == 0 ? nil : now.adding(seconds: -86_400 * min(days, 1_000_000))
    }

    var bytesMax: Int64? { megabytes == 0 ? nil : Int64(clamping: megabytes) * 1_000_000 }
}
