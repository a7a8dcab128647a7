import Directory
import SCIM

/// `/settings/people`: who may sign in to the console.
struct AdministratorPages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    // MARK: The list

    func card() throws -> HTML {
        var table = Listing(
            caption: "Administrators and auditors",
            isCaptionHidden: true,
            columns: [
                .init("Person"), .init("May"), .init("Way in"), .init("Signed in"), .actions,
            ]
        )
        table.rows = try visit.directory.administrators().map { administrator in
            let isSelf = administrator.id == visit.administrator.id
            return .cells([
                "\(administrator.name)",
                administrator.role == .administrator ? "Everything" : "Read",
                administrator.receiver == nil ? "Console password" : "WordPress",
                isSelf ? "Now, this browser" : administrator.signedIn.map(visit.when) ?? "Never",
                visit.mayChange ? actions(administrator) : "",
            ])
        }
        let add: HTML? =
            visit.mayChange
            ? """
            <p><a class="button" href="\(visit.path(Href("settings", "people", "new")))">Add \
            somebody</a></p>
            """ : nil
        return HTML.card(
            """
            <h2>Who may sign in here</h2>
            \(table.html)
            \(add)
            <p class="soft">Who administers WordPress may sign in from there. A session ends after \
            \(Session.idleSeconds / 60) minutes without a click.</p>
            """,
            id: "people"
        )
    }

    private func actions(_ administrator: Administrator) -> HTML {
        let id = String(administrator.id)
        let signOut = visit.form(
            Href("settings", "people", id, "sign-out"),
            content: """
                <button class="link">Sign out<span class="hide"> \(administrator.name)</span></button>
                """
        )
        return """
            <a href="\(visit.path(Href("settings", "people", id)))">Change\
            <span class="hide"> \(administrator.name)</span></a> \(signOut)
            """
    }

    // MARK: One

    /// - Returns: `nil` for somebody who is not there.
    func read(_ id: String) throws -> Sheet? {
        id == "new" ? form(nil) : try found(id).map { person($0, nil) }
    }

    private func found(_ id: String) throws -> Administrator? {
        try visit.directory.administrators().first { String($0.id) == id }
    }

    private func form(_ fault: FormFault?) -> Sheet {
        let name = Field(
            "name",
            "E-mail address",
            value: visit.form["name"] ?? "",
            error: fault?.field == "name" ? fault?.message : nil,
            attributes: "autocomplete=\"off\" spellcheck=\"false\" autocapitalize=\"none\" required"
        )
        let form = visit.form(
            Href("settings", "people", "new"),
            classes: "card flow",
            content: """
                \(name.html)\(roles(visit.form["role"] ?? ""))\(password(fault))
                <p class="actions"><button class="primary">Add them</button> \
                <a href="\(visit.path(home))">Cancel</a></p>
                """
        )
        return sheet("Add somebody", "Who else may sign in?", fault, form)
    }

    private func person(_ administrator: Administrator, _ fault: FormFault?) -> Sheet {
        let id = String(administrator.id)
        let isSelf: HTML? =
            administrator.id == visit.administrator.id
            ? "<p>That is you: a change signs you out.</p>" : nil
        let role = visit.form(
            Href("settings", "people", id, "role"),
            classes: "flow",
            content: """
                \(roles(administrator.role.rawValue))<p><button>Save the role</button></p>
                """
        )
        let newPassword: HTML? =
            administrator.receiver == nil
            ? HTML.card(
                """
                <h2>Password</h2>
                \(visit.form(
                    Href("settings", "people", id, "password"),
                    classes: "flow",
                    content: "\(password(fault))<p><button>Save the password</button></p>"
                ))
                """
            ) : nil
        return sheet(
            administrator.name,
            "\(administrator.name)",
            fault,
            """
            \(isSelf)
            \(HTML.card("<h2>Role</h2>\n\(role)"))
            \(newPassword)
            \(removal(administrator))
            """
        )
    }

    private func removal(_ administrator: Administrator) -> HTML {
        let text: HTML =
            administrator.receiver == nil
            ? "They are signed out, and cannot sign in any more. What they did stays in the audit."
            : """
            They are signed out. As long as they administer WordPress they can sign in from there \
            again; to let them only look, give them the role Auditor.
            """
        let form = visit.form(
            Href("settings", "people", String(administrator.id), "remove"),
            content: "<button class=\"danger\">Remove \(administrator.name)</button>"
        )
        return HTML.card("<h2>Remove</h2>\n<p>\(text)</p>\n\(form)")
    }

    private func roles(_ picked: String) -> HTML {
        Choices(
            "role",
            "They may",
            .one,
            [
                .init(
                    "administrator",
                    "Everything",
                    "See and change all, and add others.",
                    isPicked: picked != "auditor"
                ),
                .init(
                    "auditor",
                    "Read",
                    "See all and change nothing.",
                    isPicked: picked == "auditor"
                ),
            ]
        ).html
    }

    private func password(_ fault: FormFault?) -> HTML {
        Field(
            "password",
            "Password",
            .password,
            help: "At least 12 characters. Tell it to them; they cannot change it themselves.",
            error: fault?.field == "password" ? fault?.message : nil,
            attributes: "autocomplete=\"new-password\" required"
        ).html
    }

    private func sheet(
        _ title: String,
        _ heading: HTML,
        _ fault: FormFault?,
        _ content: HTML
    ) -> Sheet {
        Sheet(
            title,
            .settings,
            status: fault == nil ? 200 : 400,
            """
            <p class="soft"><a href="\(visit.path(home))">Settings</a></p>
            <h1>\(heading)</h1>
            \(content)
            """
        )
    }

    // MARK: Changing

    private var home: Href { Href("settings") }

    private var role: Administrator.Role {
        visit.form["role"].flatMap(Administrator.Role.init(rawValue:)) ?? .auditor
    }

    func change(_ path: [String]) throws -> Reply? {
        if path == ["new"] { return try add() }
        guard path.count == 2, let administrator = try found(path[0]) else { return nil }
        let directory = visit.directory
        switch path[1] {
        case "role":
            try directory.change(administrator, role: role, by: visit.caller)
            return Notice.saved.href(home)
        case "password" where administrator.receiver == nil:
            do {
                let password = try typedPassword()
                try directory.change(administrator, password: password, by: visit.caller)
            } catch let fault as FormFault {
                return .sheet(person(administrator, fault))
            }
            return Notice.saved.href(home)
        case "sign-out":
            try directory.signOut(administrator, by: visit.caller)
            return Notice.signedOut.href(home)
        case "remove":
            try directory.remove(administrator, by: visit.caller)
            return Notice.removed.href(home)
        default: return nil
        }
    }

    private func typedPassword() throws -> String {
        let password = visit.form.exact("password")
        do throws(SCIMError) {
            try Administrator.check(password: password)
        } catch {
            throw FormFault(field: "password", message: "\(error.detail).")
        }
        return password
    }

    private func add() throws -> Reply {
        do {
            let password = try typedPassword()
            try visit.directory.createAdministrator(
                visit.form["name"] ?? "",
                role,
                password: password,
                by: visit.caller
            )
            return Notice.added.href(home)
        } catch let fault as FormFault {
            return .sheet(form(fault))
        } catch let error as SCIMError where error.status == 409 {
            let message = "Somebody has that name already."
            return .sheet(form(FormFault(field: "name", message: message)))
        } catch let error as SCIMError where error.status == 400 {
            return .sheet(form(FormFault(field: "name", message: "\(error.detail).")))
        }
    }
}
