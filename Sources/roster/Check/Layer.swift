import SCIM
import Transport

/// What gave an answer that is not Roster's.
enum Layer {
    /// The name of what answered, for a sentence that begins with it.
    static func name(_ answer: HTTPAnswer) -> String {
        if answer.mentions("mod_security", "modsecurity") || answer.status == 406 {
            return "ModSecurity"
        }
        if answer.mentions("wordfence") { return "Wordfence" }
        if answer.mentions("imunify360") { return "Imunify360" }
        if answer.mentions("sucuri") || answer.header("X-Sucuri-ID") != nil { return "Sucuri" }
        if isWordPress(answer) { return "WordPress" }
        if answer.header("CF-Mitigated") != nil || answer.mentions("cloudflare") {
            return "Cloudflare"
        }
        if answer.mentions("<center>nginx", "<center>openresty") { return "nginx" }
        if answer.mentions("<address>apache") { return "Apache" }
        return WebServer(answer).name
    }

    static func isWordPress(_ answer: HTTPAnswer) -> Bool {
        answer.mentions("wp-content/", "wp-includes/", "wp-json")
            || answer.header("Link")?.contains("api.w.org") == true
            || answer.header("X-Redirect-By") == "WordPress"
    }

    /// Whether the program itself answered with a SCIM error.
    ///
    /// The web server's own errors have SCIM's form too where the files in deploy/ make them: 413
    /// and those from 500 on.
    static func isRosterError(_ answer: HTTPAnswer) -> Bool {
        answer.errorDetail != nil && (400..<500).contains(answer.status) && answer.status != 413
    }

    /// Why a SCIM endpoint does not answer at its address, and what to do.
    static func whyNoEndpoint(_ answer: HTTPAnswer, at url: URL) -> Finding {
        let server = WebServer(answer)
        if let detail = answer.errorDetail { return scimFailure(answer, detail, server, url) }
        if answer.body.starts(with: [0x7F, 0x45, 0x4C, 0x46]) {
            return .error(
                "\(server.name) sends the program's file instead of running it",
                cure: "in scim/.htaccess: SetHandler fcgid-script, or SetHandler cgi-script, as in "
                    + "deploy/htaccess"
            )
        }
        switch answer.status {
        case 300..<400: return redirected(answer, url)
        case 401:
            return .error(
                "\(server.name) asks for a login of its own at \(url.path)",
                cure: "no AuthType, Require valid-user or auth_basic there: Roster checks tokens"
            )
        case 403 where !isWordPress(answer):
            return .error(
                "\(name(answer)) forbids \(url.path) (\(answer.summary))",
                cure: "Options +ExecCGI, chmod 755 for the program, Require all granted; the web "
                    + "server's error log says which"
            )
        case 500...:
            return .error(
                "\(name(answer)) cannot run or reach Roster (\(answer.summary))",
                cure: unreachable(server, status: answer.status)
            )
        default:
            return .error(
                "\(name(answer)) answers at \(url.path) instead of Roster (\(answer.summary))",
                cure: server.leading(path: url.path.isEmpty ? "/scim/v2" : url.path)
            )
        }
    }

    private static func scimFailure(
        _ answer: HTTPAnswer,
        _ detail: String,
        _ server: WebServer,
        _ url: URL
    ) -> Finding {
        if answer.status >= 500 {
            return .error(
                "the endpoint answers \(answer.status): \(detail)",
                cure: unreachable(server, status: answer.status)
            )
        }
        return .error(
            "a SCIM server answers, but not at this base URL (\(answer.status): \(detail))",
            cure: "--url \(url.origin)/scim/v2, or whatever path ends in v2"
        )
    }

    private static func redirected(_ answer: HTTPAnswer, _ url: URL) -> Finding {
        let target = answer.header("Location") ?? "nowhere"
        let suffix = "/ServiceProviderConfig"
        let base = target.hasSuffix(suffix) ? String(target.dropLast(suffix.utf8.count)) : target
        return .error(
            "\(name(answer)) redirects \(url.text) to \(target) (\(answer.status)); clients do not "
                + "follow with their token",
            cure: isWordPress(answer)
                ? WebServer(answer).leading(path: url.path) : "use the URL \(base)"
        )
    }

    private static func unreachable(_ server: WebServer, status: Int) -> String {
        switch server {
        case .nginx:
            "start Roster (systemctl start roster.socket roster.target), and name its socket: "
                + "set $roster_socket unix:/run/roster/roster.sock;"
        case .apache, .liteSpeed:
            status == 503
                ? "start Roster (systemctl start roster.socket roster.target), and name its socket: "
                    + "Define ROSTER_SOCKET /run/roster/roster.sock"
                : "the web server's error log says why; usual are Options not allowed here (remove "
                    + "Options +ExecCGI) and a program that is not chmod 755"
        case .other, .unknown: "the web server's error log says why"
        }
    }
}
