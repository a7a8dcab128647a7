import SCIM

extension Profile {
    /// Every profile, one file each.
    package static var all: [Profile] { makers.map { $0.make() } }

    /// The profile with the name, without regard to case.
    package static func named(_ name: String) -> Profile? {
        makers.first { $0.name.equalsIgnoringASCIICase(name) }?.make()
    }

    /// A process may be started for a single request, which needs one profile: none is made before
    /// it is asked for.
    private static let makers: [(name: String, make: @Sendable () -> Profile)] = [
        ("generic", { generic }), ("strict", { strict }), ("authentik", { authentik }),
        ("cyberark", { cyberark }), ("entra", { entra }), ("gluu", { gluu }),
        ("google", { google }), ("jumpcloud", { jumpcloud }), ("keycloak", { keycloak }),
        ("midpoint", { midpoint }), ("miniorange", { miniorange }), ("okta", { okta }),
        ("onelogin", { onelogin }), ("pingone", { pingone }), ("rippling", { rippling }),
        ("sailpoint", { sailpoint }), ("wso2", { wso2 }),
    ]
}
