import Profiles

/// A kind of client, as its maker calls it.
struct Provider: Sendable {
    /// Of the profile.
    let name: String
    /// For people: `Microsoft Entra ID`.
    let title: String

    /// The title within a sentence.
    var phrase: String { name == "generic" ? "any SCIM 2.0 client" : title }

    /// All, in the order in which people are offered them.
    static var all: [Provider] { names.compactMap(named) }

    private static let names = [
        "entra", "okta", "onelogin", "google", "jumpcloud", "cyberark", "pingone", "keycloak",
        "miniorange", "wso2", "authentik", "sailpoint", "midpoint", "rippling", "gluu", "generic",
        "strict",
    ]

    /// - Returns: `nil` for a name that no profile has.
    static func named(_ name: String) -> Provider? {
        Profile.named(name).map { Provider(name: $0.name, title: $0.title) }
    }

    /// As `title`, within a sentence.
    static func phrase(_ profile: String) -> String { named(profile)?.phrase ?? profile }

    /// What the clients of a profile are called; the profile's name where it is not known any more.
    static func title(_ profile: String) -> String { named(profile)?.title ?? profile }
}
