import Delivery
import Directory
import JSONText
import SCIM
import Secrets

/// What a WordPress site gives somebody who administers it, to sign in to the console with.
///
/// As the plugin writes it: an id, the seconds since 1970 and a JSON object in base64 for URLs,
/// signed as calls are (Standard Webhooks), with dots between the four.
struct Ticket {
    /// Names it: good once.
    let id: String
    /// The site that vouches.
    let receiver: Receiver
    /// `LOGIN@HOST`.
    let name: String
    /// The site's time zone: `Europe/Berlin` or `+02:00`; `nil` where it says none.
    let zone: String?
    let expires: Instant

    static let seconds: Int64 = 60
    private static let bytesMax = 2_048

    /// - Returns: `nil` for what no site of the directory has signed just now.
    init?(_ text: String, _ receivers: [Receiver], at now: Instant) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard text.utf8.count <= Self.bytesMax, parts.count == 4, !parts[0].isEmpty,
            let timestamp = Int64(parts[1]), let body = Sodium.decodeBase64URL(parts[2]),
            let code = Sodium.decodeBase64URL(parts[3])
        else { return nil }
        let seconds = now.microseconds / 1_000_000
        // Nobody has signed the number yet: it may be any.
        guard (seconds - Self.seconds...seconds + Self.seconds).contains(timestamp) else {
            return nil
        }
        for receiver in receivers where receiver.kind == .wordpress {
            guard let site = try? WordPressSite(receiver),
                site.secrets.contains(where: { secret in
                    secret.verifies(
                        signatures: "v1," + Sodium.base64(code),
                        id: parts[0],
                        timestamp: timestamp,
                        body: body
                    )
                }),
                let content = (try? JSON(parsing: body))?.object,
                // Whatever else a site signs with its secret is no ticket.
                content["purpose"]?.string == "console",
                let login = content["login"]?.string, !login.isEmpty
            else { continue }
            id = parts[0]
            self.receiver = receiver
            name = "\(login)@\(site.host)".filter { $0 != " " }
            zone = content["timezone"]?.string
            expires = Instant(microseconds: timestamp * 1_000_000).adding(
                seconds: 2 * Int(Self.seconds)
            )
            return
        }
        return nil
    }
}

extension WordPressSite {
    /// `www.example.com`, with the port where there is one.
    var host: String {
        // "https:", nothing, the host.
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count > 2 ? String(parts[2]) : url
    }
}
