import Gateway
import SCIM
import Transport

/// Tries an endpoint over HTTP, the way an identity provider reaches it; changes nothing.
struct SiteCheck {
    let url: URL
    let credential: Credential
    /// The database that the command line works on.
    let database: String?
    /// The database's path below what may be a document root.
    let pathInDocumentRoot: String?

    /// No resource has this id: ids are UUIDs of version 7.
    static let nobody = "/Users/00000000-0000-0000-0000-000000000000"
    static let configuration = "/ServiceProviderConfig"

    func run(_ report: inout Report) {
        report.add(schemeFinding)
        let answer: HTTPAnswer
        do throws(Curl.Failure) {
            answer = try send("GET", Self.configuration, login: .anonymous)
        } catch {
            report.add(Self.unreachable(error, url))
            return
        }
        guard answer.status == 200, isConfiguration(answer) else {
            report.add(Layer.whyNoEndpoint(answer, at: url))
            return
        }
        let server = WebServer(answer)
        report.add(.ok("\(url.text) answers SCIM, through \(server.name)"))
        report.add(locationFinding(answer, server))
        report.add(plainHTTPFindings())
        report.add(downloadFindings())
        let errorBodies = errorBodyFinding(server)
        report.add(errorBodies)
        let (authorization, isServing) = authorizationFinding(server)
        report.add(authorization)
        // Whatever follows is told by the form of the answers' bodies.
        guard isServing, case .ok = errorBodies.level else { return }
        report.add(["PUT", "PATCH", "DELETE"].map { methodFinding($0, server) })
        report.add(filterFinding(server))
        report.add(bodyFindings(server))
        report.add(entityTagFinding())
        report.add(encodedSlashFinding(server))
    }

    // MARK: Requests

    enum Login { case anonymous, token }

    func send(
        _ method: String,
        _ path: String,
        login: Login = .token,
        headers: [String] = [],
        body: [String] = []
    ) throws(Curl.Failure) -> HTTPAnswer {
        var fields = ["Accept: application/scim+json"] + headers
        if case .token = login { fields.append("Authorization: Bearer \(credential.secret)") }
        if !body.isEmpty { fields.append("Content-Type: application/scim+json") }
        let request = Curl.Request(
            method: method,
            url: url.text + path,
            headers: fields,
            body: body,
            userAgent: Self.userAgent
        )
        return try Curl.send(request)
    }

    /// Judges the answer to a request; one that does not come is an error.
    func finding(
        _ what: String,
        _ answer: () throws(Curl.Failure) -> HTTPAnswer,
        judge: (HTTPAnswer) -> Finding
    ) -> Finding {
        do throws(Curl.Failure) {
            return judge(try answer())
        } catch {
            return .error("\(what): \(Self.text(error))")
        }
    }

    private static let userAgent = "roster-check/\(version)"

    static func text(_ failure: Curl.Failure) -> String {
        switch failure {
        case .missing: "there is no curl program on this machine"
        case .untrusted(let message), .late(let message), .failed(let message): message
        }
    }

    private static func unreachable(_ failure: Curl.Failure, _ url: URL) -> Finding {
        switch failure {
        case .missing:
            .error(
                "the check of \(url.text) needs the program curl, which is not on this machine",
                cure: "apt-get install curl, or whatever this system installs packages with"
            )
        case .untrusted(let message):
            .error(
                "clients will not trust \(url.text): \(message)",
                cure:
                    "a certificate for \(url.host) from a public authority, with all certificates "
                    + "between the two in the web server's file"
            )
        case .late(let message), .failed(let message):
            .error(
                "\(url.text) cannot be reached: \(message)",
                cure: "see that the web server runs there, and its name in DNS"
            )
        }
    }

    // MARK: Reachability

    private var schemeFinding: Finding {
        if url.scheme == "https" { return .ok("the URL is https") }
        if url.isLoopback { return .note("the URL is http, which only this machine may use") }
        return .warning(
            "the URL is http: tokens and personal data can be read on the way",
            cure: "give the web server a certificate, and use https://\(url.authority)\(url.path)"
        )
    }

    func isConfiguration(_ answer: HTTPAnswer) -> Bool {
        answer.hasSchema("urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig")
    }

    private func locationFinding(_ answer: HTTPAnswer, _ server: WebServer) -> Finding {
        let location =
            answer.json?.value(named: "meta")?.object?.value(named: "location")?.string ?? ""
        guard location != url.text + Self.configuration else {
            return .ok("answers name the URL that clients use")
        }
        return .warning(
            "answers name \(location) instead of \(url.text + Self.configuration)",
            cure: server.setting(Settings.baseURL, url.text)
        )
    }

    /// Whether the endpoint is served without encryption, too.
    private func plainHTTPFindings() -> [Finding] {
        guard url.scheme == "https", url.port == nil else { return [] }
        let plain = "http://\(url.authority)\(url.path)\(Self.configuration)"
        let answer: HTTPAnswer
        do throws(Curl.Failure) {
            answer = try Curl.send(Curl.Request(url: plain, userAgent: Self.userAgent))
        } catch {
            return [.ok("nothing answers on http")]
        }
        guard isConfiguration(answer) else { return [.ok("http does not lead to the endpoint")] }
        return [
            .warning(
                "the endpoint answers on http, too: a client with the wrong URL shows its token",
                cure: "redirect http to https in the web server"
            )
        ]
    }

    /// Whether the web server hands out the database.
    private func downloadFindings() -> [Finding] {
        guard let pathInDocumentRoot else { return [] }
        var segments = pathInDocumentRoot.split(separator: "/")
        // The document root may be any of the folders above the file.
        while !segments.isEmpty {
            let address = url.origin + "/" + segments.map(Self.encoded).joined(separator: "/")
            let request = Curl.Request(
                url: address,
                headers: ["Range: bytes=0-15"],
                userAgent: Self.userAgent
            )
            if let answer = try? Curl.send(request),
                answer.body.starts(with: "SQLite format 3".utf8)
            {
                return [
                    .error(
                        "everybody can download the database at \(address)",
                        cure: "move it outside the document root, and revoke all tokens"
                    )
                ]
            }
            segments.removeFirst()
        }
        return [.ok("the web server does not hand out the database")]
    }

    static func encoded(_ segment: Substring) -> String {
        var bytes: [UInt8] = []
        bytes.append(percentEncoding: String(segment)) { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                || "-._~".utf8.contains(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
