import Directory
import JSONText
import SCIM

/// What can be asked of a site's plugin beside events.
package struct WordPressDesk {
    private let site: WordPressSite
    private let telephone: Telephone
    private let now: () -> Instant

    private let milliseconds: Int

    static let pageSize = 500

    /// - Parameters:
    ///   - site: Which is asked.
    ///   - telephone: Makes the calls.
    ///   - now: For their signatures.
    ///   - milliseconds: How long each may take.
    package init(
        _ site: WordPressSite,
        telephone: @escaping Telephone,
        now: @escaping () -> Instant,
        milliseconds: Int = 20_000
    ) {
        self.milliseconds = milliseconds
        self.site = site
        self.telephone = telephone
        self.now = now
    }

    /// Why the plugin did not answer.
    package struct Failure: Error {
        package let problem: Problem
    }

    /// What the plugin says of itself and its site.
    package func status() throws(Failure) -> JSONObject {
        guard let status = try ask("status", [:]).object else { throw Self.noPlugin }
        return status
    }

    /// The fields of its accounts that can be mapped, beside those that all sites have.
    package func fields() throws(Failure) -> [WordPressField] {
        let answer = try ask("fields", ["sample": .integer(Self.sampledAccounts)])
        guard let fields = answer.object?["fields"]?.array else { throw Self.noPlugin }
        return fields.compactMap(WordPressField.init)
    }

    /// Of so many accounts, the newest, the site looks for custom fields.
    private static let sampledAccounts: Int64 = 200

    /// An account that is linked to a resource.
    package struct Link: Sendable {
        package let resource: String
        package let version: Int64
        package let active: Bool
        package let deleted: Bool
    }

    /// The links behind an id, in their order; none when there are no more.
    package func links(after id: String) throws(Failure) -> [Link] {
        let page = try ask(
            "report",
            ["after": .string(id), "limit": .integer(Int64(Self.pageSize))]
        )
        guard let links = page.array else { throw Self.noPlugin }
        return links.compactMap { link in
            guard let link = link.object, let resource = link["scimId"]?.string,
                let version = link["version"]?.integer
            else { return nil }
            return Link(
                resource: resource,
                version: version,
                active: link["active"] == true,
                deleted: link["deleted"] == true
            )
        }
    }

    /// An account of the site, whoever made it.
    package struct Account: Sendable {
        package let id: Int64
        package let login: String
        package let email: String
        package let fields: JSONObject
        /// Whether it may do what only administrators may.
        package let isAdministrator: Bool
        package let isActive: Bool
        /// The names of its roles on the main site.
        package let roles: [String]
        /// The id of the resource that it is linked to.
        package let resource: String?
    }

    /// The accounts behind an id, in their order; none when there are no more.
    package func accounts(after id: Int64) throws(Failure) -> [Account] {
        let page = try ask(
            "accounts",
            ["after": .integer(id), "limit": .integer(Int64(Self.pageSize))]
        )
        guard let accounts = page.array else { throw Self.noPlugin }
        return accounts.compactMap { account in
            guard let account = account.object, let id = account["userId"]?.integer,
                let login = account["login"]?.string
            else { return nil }
            return Account(
                id: id,
                login: login,
                email: account["email"]?.string ?? "",
                fields: account,
                isAdministrator: account["administrator"] != false,
                isActive: account["active"] != false,
                roles: (account["roles"]?.array ?? []).compactMap(\.string),
                resource: account["scimId"]?.string
            )
        }
    }

    /// What an event would change, without doing it: the plugin's result.
    package func preview(_ event: JSONObject) throws(Failure) -> JSONObject {
        guard let result = try preview([event]).first else { throw Self.noPlugin }
        return result
    }

    /// Has the plugin make an account an ordinary one.
    ///
    /// - Parameters:
    ///   - id: Of the user.
    ///   - version: Above all that the plugin was told of the user.
    /// - Throws: Why the plugin did not answer, or would not.
    package func detach(_ id: String, version: Int64) throws(Failure) {
        let answer = try ask(
            "events",
            [
                "events": [
                    [
                        "id": .string("\(id):\(version)"), "type": "user.detach",
                        "version": .integer(version), "user": ["scimId": .string(id)],
                    ]
                ]
            ]
        )
        guard let result = answer.object?["results"]?.array?.first?.object,
            let status = result["status"]?.string
        else { throw Self.noPlugin }
        if status == "applied" { return }
        throw Failure(
            problem: Problem(
                code: result["code"]?.string ?? status,
                message: result["message"]?.string ?? "the site would not"
            )
        )
    }

    /// The same of several events, in their order.
    func preview(_ events: [JSONObject]) throws(Failure) -> [JSONObject] {
        let questions = events.map { event -> JSON in
            var question = event
            question["type"] = "user.validate"
            question["preview"] = true
            return .object(question)
        }
        let answer = try ask("events", ["events": .array(questions)])
        let results = (answer.object?["results"]?.array ?? []).compactMap(\.object)
        guard results.count == events.count else { throw Self.noPlugin }
        return results
    }

    private func ask(_ call: String, _ body: JSONObject) throws(Failure) -> JSON {
        let result = telephone(
            WordPressCalls(site: site).call(
                call,
                body,
                at: now(),
                milliseconds: milliseconds
            )
        )
        if let problem = WordPressCalls.problem(result) { throw Failure(problem: problem) }
        guard case .answered(_, let body) = result, let json = WordPressCalls.json(body) else {
            throw Self.noPlugin
        }
        return json
    }

    private static var noPlugin: Failure {
        Failure(
            problem: Problem(code: "no_plugin", message: "the site's answer is not the plugin's")
        )
    }
}
