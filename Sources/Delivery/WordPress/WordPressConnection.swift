import Directory
import SCIM
import Secrets

/// Connects WordPress sites, and exchanges the secrets that they share with Roster.
package struct WordPressConnection {
    private let directory: Directory
    private let caller: Caller

    package init(_ directory: Directory, by caller: Caller) {
        self.directory = directory
        self.caller = caller
    }

    /// Makes a site's receiver.
    ///
    /// - Parameters:
    ///   - name: For the receiver.
    ///   - url: The site's address.
    ///   - now: For its `created`.
    ///   - set: Sets what else is known of it.
    /// - Returns: The site, with a new secret.
    /// - Throws: `invalidValue`; 409 `uniqueness`; 503.
    package func connect(
        _ name: String,
        url: String,
        at now: Instant,
        _ set: (inout WordPressSite) -> Void = { _ in }
    ) throws(SCIMError) -> WordPressSite {
        var site = try WordPressSite(url: url, secret: WebhookSecret())
        set(&site)
        let receiver = Receiver(
            kind: .wordpress,
            name: name,
            scope: site.scope,
            settings: site.settings,
            created: now
        )
        _ = try directory.add(receiver, by: caller)
        return site
    }

    /// Changes where a site is, or its secret.
    ///
    /// - Returns: The site as it is now.
    /// - Throws: `invalidValue` for a webhook; 404; 503.
    package func change(
        _ receiver: Receiver,
        _ set: (inout WordPressSite) -> Void
    ) throws(SCIMError) -> WordPressSite {
        guard receiver.kind == .wordpress else {
            throw .invalidValue("\(receiver.name) is the name of a webhook")
        }
        let changed = try directory.update(receiver, by: caller, attributes: ["address"]) {
            var site = try WordPressSite($0)
            set(&site)
            $0.settings = site.settings
        }
        return try WordPressSite(changed)
    }

    /// Asks a site with the newest secret alone; the one before is forgotten then, and what waited
    /// for the site is tried again.
    ///
    /// - Returns: What the site says of itself.
    /// - Throws: `WordPressDesk.Failure`; 503.
    package func confirm(
        _ receiver: Receiver,
        telephone: @escaping Telephone,
        now: @escaping () -> Instant
    ) throws -> JSONObject {
        var site = try WordPressSite(receiver)
        let hadFormer = site.formerSecret != nil
        site.forgetFormerSecret()
        let status = try WordPressDesk(site, telephone: telephone, now: now).status()
        if hadFormer {
            try directory.update(receiver, by: caller, attributes: ["secret"]) {
                var site = try WordPressSite($0)
                site.forgetFormerSecret()
                $0.settings = site.settings
            }
        }
        if receiver.trouble != nil { _ = try directory.retry(receiver, by: caller) }
        return status
    }
}

extension WordPressSite {
    /// What the site's wp-config.php is to say.
    ///
    /// - Parameters:
    ///   - name: Of its receiver.
    ///   - base: The SCIM base URL, for sites that ask by themselves; `nil` where it is not known.
    /// - Returns: Names of constants with their values.
    package func definitions(_ name: String, base: String?) -> JSONObject {
        var definitions: JSONObject = ["ROSTER_SECRET": .string(secret.text)]
        guard var base else { return definitions }
        while base.hasSuffix("/") { base.removeLast() }
        definitions["ROSTER_URL"] = .string(base)
        definitions["ROSTER_NAME"] = .string(name)
        return definitions
    }

    /// A line of wp-config.php.
    package static func definition(_ name: String, _ value: String) -> String {
        let escaped = value.flatMap { $0 == "'" || $0 == "\\" ? ["\\", $0] : [$0] }
        return "define('\(name)', '\(String(escaped))');"
    }
}
