import SCIM
import Transport

/// What layers between client and program eat or alter.
extension SiteCheck {
    func methodFinding(_ method: String, _ server: WebServer) -> Finding {
        let body =
            method == "DELETE"
            ? [] : [#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}"#]
        return finding(
            "\(method) is not answered",
            { () throws(Curl.Failure) in try send(method, Self.nobody, body: body) },
            judge: { answer in
                if Layer.isRosterError(answer) { return .ok("\(method) arrives") }
                let layer = Layer.name(answer)
                return .error(
                    "\(layer) does not let \(method) through (\(answer.summary))",
                    cure: server.passing(method: method, at: url.path)
                )
            }
        )
    }

    /// Quotes and blanks in a query look like an attack to some filters.
    func filterFinding(_ server: WebServer) -> Finding {
        let filter = "/Users?filter=userName%20eq%20%22roster-check%40example.com%22&count=1"
        return finding(
            "a filter is not answered",
            { () throws(Curl.Failure) in try send("GET", filter) },
            judge: { answer in
                if answer.hasSchema(MessageSchema.listResponse) || Layer.isRosterError(answer) {
                    return .ok("filters arrive")
                }
                return .error(
                    "\(Layer.name(answer)) does not let filters through (\(answer.summary))",
                    cure: "exempt \(url.path) from the rules of \(Layer.name(answer))"
                )
            }
        )
    }

    /// Sends ever larger bodies, until one does not arrive.
    ///
    /// The first is what clients send every day.
    func bodyFindings(_ server: WebServer) -> [Finding] {
        var findings: [Finding] = []
        for bytes in [50_000, 200_000, Limits.standard.bodyBytes + 1] {
            let finding = bodyFinding(bytes, server)
            findings.append(finding)
            guard case .ok = finding.level else { break }
        }
        return findings
    }

    private func bodyFinding(_ bytes: Int, _ server: WebServer) -> Finding {
        let limit = Limits.standard.bodyBytes
        let level: Finding.Level = bytes <= 100_000 ? .error : .warning
        let failed = { (what: String, status: Int?) in
            Finding(
                level: level,
                what: "bodies of \(bytes) bytes do not arrive: \(what)",
                cure: server.passingBodies(status: status)
            )
        }
        let answer: HTTPAnswer
        do throws(Curl.Failure) {
            answer = try send("POST", "/Users", body: Self.body(bytes: bytes))
        } catch {
            return failed(Self.text(error), nil)
        }
        if bytes > limit {
            let isRosters = answer.errorDetail?.contains(String(limit)) == true
            if answer.status == 413, isRosters {
                return .ok("bodies beyond the limit of \(limit) bytes are refused in SCIM's form")
            }
        } else if Layer.isRosterError(answer) {
            return .ok("bodies of \(bytes) bytes arrive")
        }
        return failed("\(Layer.name(answer)) answers \(answer.summary)", answer.status)
    }

    /// A user without a name, whom no server creates, of exactly this size.
    private static func body(bytes: Int) -> [String] {
        let start = #"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"check":""#
        let end = #""}"#
        // curl puts a `&` between parts; old versions take no longer lines in a configuration.
        let partBytes = 60_000
        var rest = bytes - start.utf8.count - end.utf8.count
        var parts = [start]
        while rest > 0 {
            let count = min(rest - 1, partBytes)
            parts.append(String(repeating: "x", count: count))
            rest -= count + 1
        }
        parts[parts.count - 1] += end
        return parts
    }

    // MARK: Details

    /// A user's entity tag is sent, survives compression, and makes 304.
    func entityTagFinding() -> Finding {
        finding(
            "entity tags cannot be tried",
            { () throws(Curl.Failure) in try send("GET", "/Users?count=1&attributes=userName") },
            judge: { list in
                guard list.status == 200 else {
                    return .note("entity tags cannot be tried without a valid token")
                }
                let user = list.json?.value(named: "Resources")?.array?.first?.object
                guard let id = user?.value(named: "id")?.string else {
                    return .note("entity tags cannot be tried before there is a user to read")
                }
                return entityTagFinding("/Users/" + Self.encoded(id[...]))
            }
        )
    }

    private func entityTagFinding(_ path: String) -> Finding {
        finding(
            "a user with an entity tag is not answered",
            { () throws(Curl.Failure) in
                try send("GET", path, headers: ["Accept-Encoding: gzip"])
            },
            judge: { answer in
                guard answer.status == 200, let tag = answer.header("ETag") else {
                    return .warning(
                        "a layer takes the ETag field away (\(answer.summary))",
                        cure: "remove Header unset ETag, or whatever does so at \(url.path)"
                    )
                }
                return finding(
                    "a request with If-None-Match is not answered",
                    { () throws(Curl.Failure) in
                        try send("GET", path, headers: ["If-None-Match: \(tag)"])
                    },
                    judge: { answer in
                        answer.status == 304
                            ? .ok("entity tags pass both ways")
                            : .warning(
                                "If-None-Match does not arrive as sent (\(answer.summary))",
                                cure: "no caching or RequestHeader rules at \(url.path)"
                            )
                    }
                )
            }
        )
    }

    func encodedSlashFinding(_ server: WebServer) -> Finding {
        finding(
            "a path with %2F is not answered",
            { () throws(Curl.Failure) in try send("GET", "/Users/roster%2Fcheck") },
            judge: { answer in
                if Layer.isRosterError(answer) { return .note("paths with %2F arrive") }
                return .note(
                    "paths with %2F end at \(Layer.name(answer)) (\(answer.summary)); Roster's own "
                        + "never have it"
                        + (server == .apache
                            ? " (AllowEncodedSlashes NoDecode lets them pass)" : "")
                )
            }
        )
    }
}
