import SCIM
import Transport

/// Whether errors and credentials pass through.
extension SiteCheck {
    /// Asks for errors that need no token, and looks whether their bodies arrive.
    func errorBodyFinding(_ server: WebServer) -> Finding {
        for (path, status) in [("/Nothing", 404), (Self.configuration + "?filter=id%20pr", 403)] {
            let finding = finding(
                "an error answer does not arrive",
                { () throws(Curl.Failure) in try send("GET", path, login: .anonymous) },
                judge: { answer in
                    if answer.errorDetail != nil { return .ok("error answers arrive as they are") }
                    return .error(
                        "\(Layer.name(answer)) replaces Roster's error answers: \(status) arrives "
                            + "as \(answer.summary)",
                        cure: server.keepingErrorBodies
                    )
                }
            )
            guard case .ok = finding.level else { return finding }
        }
        return .ok("error answers arrive as they are")
    }

    /// - Returns: Also whether the endpoint answers with more than a failure of its own.
    func authorizationFinding(_ server: WebServer) -> (Finding, isServing: Bool) {
        var isServing = false
        let finding = finding(
            "a request with a token is not answered",
            { () throws(Curl.Failure) in try send("GET", "/Users?count=1") },
            judge: { answer in
                isServing = answer.status == 200 || Layer.isRosterError(answer)
                return authorizationFinding(answer, server)
            }
        )
        return (finding, isServing)
    }

    private func authorizationFinding(_ answer: HTTPAnswer, _ server: WebServer) -> Finding {
        switch answer.status {
        case 200 where answer.hasSchema(MessageSchema.listResponse):
            if case .temporary = credential {
                return .ok("Authorization arrives, and the endpoint uses this database")
            }
            return .ok("Authorization arrives, and the token is valid")
        case 401:
            guard let detail = answer.errorDetail else {
                return .error(
                    "\(server.name) asks for a login of its own instead of passing Authorization on",
                    cure: "no AuthType, Require valid-user or auth_basic at \(url.path)"
                )
            }
            // RFC 6750 §3.1: the error is named only where there was a token.
            guard
                answer.header("WWW-Authenticate")?.contains("invalid_token") == true
                    || detail.contains("not valid")
            else {
                return .error(
                    "the Authorization header does not reach Roster: \(server.name) keeps it",
                    cure: server.passingAuthorization
                )
            }
            return rejectedToken(server)
        case 500... where answer.errorDetail != nil:
            return .error(
                "Authorization may arrive, but the endpoint has no database: \(answer.status), "
                    + (answer.errorDetail ?? ""),
                cure: server.setting(Settings.database, database ?? "/path/to/roster.sqlite")
                    + "; Roster's log says more"
            )
        default:
            return .error(
                "\(Layer.name(answer)) answers a request that has a token (\(answer.summary))",
                cure: "let it pass /Users with its query and Authorization header on"
            )
        }
    }

    private func rejectedToken(_ server: WebServer) -> Finding {
        switch credential {
        case .temporary:
            .error(
                "Authorization arrives, but the endpoint uses another database than "
                    + (database ?? "this command"),
                cure: server.setting(Settings.database, database ?? "/path/to/roster.sqlite")
            )
        case .given:
            .error(
                "Authorization arrives, but the token is not valid there",
                cure: "roster token create NAME, with the database that the endpoint uses"
            )
        case .invalid: .ok("Authorization arrives")
        }
    }
}
