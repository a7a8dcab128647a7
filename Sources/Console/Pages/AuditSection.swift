import Directory
import SCIM

/// The section of the settings that says what is recorded.
struct AuditSection {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    private func current() throws -> [String: JSON] {
        try visit.read { store -> [String: JSON] in
            var values: [String: JSON] = [:]
            for setting in DirectorySetting.all {
                values[setting.name] = try store.value(of: setting)
            }
            return values
        }
    }

    /// The form; `fault` is what is wrong with one that was sent, of this section or another.
    func card(_ fault: FormFault?) throws -> HTML {
        let current = try current()
        let text = { (setting: DirectorySetting) in
            setting.text(of: current[setting.name] ?? setting.standard)
        }
        guard visit.mayChange else {
            let facts = DirectorySetting.all.map { setting -> (name: HTML, value: HTML) in
                (
                    "<code>\(setting.name)</code>",
                    "\(text(setting)) <small>\(setting.meaning)</small>"
                )
            }
            return HTML.card("<h2>What is recorded</h2>\n\(HTML.facts(facts))")
        }
        let form = visit.form(
            Href("settings", "record"),
            classes: "flow",
            content: """
                <input type="hidden" name="was" value="\(fingerprint(current))">\
                \(box(.keepsBodies, text(.keepsBodies), "Keep the JSON that providers send", """
                    Needed for “What was sent” in the audit. Passwords are never kept.
                    """))\
                \(box(.masksForAuditors, text(.masksForAuditors), "Hide personal values from auditors", """
                    They see which attributes changed, not what they contain.
                    """))\
                <div class="filters">\
                \(number(.days, "days", text(.days), "Keep for, in days", "0 for ever", fault))\
                \(number(.megabytes, "megabytes", text(.megabytes), "Up to, in MB", "0 for no bound", fault))\
                </div>
                <p><button class="primary">Save<span class="hide"> what is recorded</span></button></p>
                """
        )
        return HTML.card("<h2>What is recorded</h2>\n\(form)", id: "record")
    }

    private func box(
        _ setting: DirectorySetting,
        _ value: String,
        _ title: HTML,
        _ consequence: HTML
    ) -> HTML {
        let isSent = visit.form["days"] != nil
        let isOn = isSent ? visit.form.has(setting.name) : value == "on"
        return Choices.box(
            "\(setting.name)",
            .some,
            .init("on", title, consequence, isPicked: isOn)
        )
    }

    private func number(
        _ setting: DirectorySetting,
        _ field: String,
        _ value: String,
        _ label: HTML,
        _ help: HTML,
        _ fault: FormFault?
    ) -> HTML {
        Field(
            "\(field)",
            label,
            .number,
            value: visit.form[field] ?? value,
            help: help,
            error: fault?.field == field ? fault?.message : nil
        ).html
    }

    private func fingerprint(_ values: [String: JSON]) -> String {
        SitePlan.fingerprint(
            DirectorySetting.all.map { setting in
                (
                    "\(setting.meaning)",
                    setting.text(of: values[setting.name] ?? setting.standard)
                )
            }
        )
    }

    // MARK: Saving

    func save() throws -> Reply {
        let values = [
            (DirectorySetting.keepsBodies, flag(.keepsBodies)),
            (.masksForAuditors, flag(.masksForAuditors)),
            (.days, try number(.days, "days")), (.megabytes, try number(.megabytes, "megabytes")),
        ]
        let current = try current()
        if fingerprint(current) != visit.form["was"] { return .sheet(conflict(values, current)) }
        // What is as it would be without a setting is none: then a new default counts.
        try visit.directory.change(
            settings: values.map { setting, value in
                (setting.name, value == setting.standard ? JSON?.none : value)
            },
            by: visit.caller
        )
        return Notice.saved.href(Href("settings"))
    }

    private func flag(_ setting: DirectorySetting) -> JSON { .bool(visit.form.has(setting.name)) }

    private func number(_ setting: DirectorySetting, _ field: String) throws -> JSON {
        do throws(SCIMError) {
            return try setting.value(of: visit.form[field] ?? "")
        } catch {
            throw FormFault(field: field, message: "\(error.detail).")
        }
    }

    private func conflict(
        _ values: [(DirectorySetting, JSON)],
        _ current: [String: JSON]
    ) -> Sheet {
        var table = Listing(
            caption: "What it says now, and what you wrote",
            isCaptionHidden: true,
            columns: [.init("What"), .init("Now"), .init("Yours")]
        )
        table.rows = values.map { setting, value in
            .cells([
                "\(setting.meaning)",
                "\(setting.text(of: current[setting.name] ?? setting.standard))",
                "\(setting.text(of: value))",
            ])
        }
        let sent = visit.form.all.filter { !["was", "csrf"].contains($0.name) }
        let hidden: [HTML] = (sent + [("was", fingerprint(current))]).map { field in
            "<input type=\"hidden\" name=\"\(field.name)\" value=\"\(field.value)\">"
        }
        let form = visit.form(
            Href("settings", "record"),
            classes: "actions",
            content: """
                \(hidden)<button class="primary">Save mine</button> \
                <a href="\(visit.path(Href("settings")))">Keep theirs</a>
                """
        )
        return .changedMeanwhile(.settings, "\(table.html)\(form)")
    }
}
