import Directory
import SCIM

/// `/audit/clear`: takes old entries away, once they were exported.
struct AuditClearing {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func sheet(fault: FormFault? = nil) throws -> Sheet {
        let state = try visit.read { store -> AuditState in try store.auditState() }
        let field = Field(
            "before",
            "Clear what is older than",
            .date,
            value: visit.form["before"] ?? "",
            error: fault?.field == "before" ? fault?.message : nil,
            attributes: "required",
            classes: ""
        )
        let exported = Choices.box(
            "exported",
            .some,
            .init(
                "yes",
                "I have exported what I need",
                "Cleared entries cannot be brought back.",
                isPicked: false
            )
        )
        let content: HTML = """
            \(field.html)
            \(exported)
            \(fault?.field == "exported" ? "<p class=\"error\">\(fault?.message ?? "")</p>" : nil)
            <p class="actions"><button class="danger">Clear these entries</button> \
            <a href="\(visit.path(Href("audit")))">Cancel</a></p>
            """
        return Sheet(
            "Clear the audit?",
            .audit,
            status: fault == nil ? 200 : 400,
            """
            <p class="soft"><a href="\(visit.path(Href("audit")))">Audit</a></p>
            <h1>Clear the audit?</h1>
            <p>Now it has \(HTML.bytes(state.bytes))\
            \(state.oldest.map { ", the oldest entry of \(visit.day($0))" }). Old entries go by \
            themselves, as the <a href="\(visit.path(Href("settings").at("record")))">settings</a> \
            say. Whoever clears more leaves an entry that says so.</p>
            <p class="actions">First export all: \
            <a class="button" href="\(visit.path(Href("audit.csv")))">CSV</a> \
            <a class="button" href="\(visit.path(Href("audit.json")))">JSON</a></p>
            \(visit.mayChange
                ? visit.form(Href("audit", "clear"), classes: "card flow", content: content) : nil)
            """
        )
    }

    func clear() throws -> Reply {
        let parts = (visit.form["before"] ?? "").split(separator: "-").map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            let before = visit.zone.start(ofYear: year, month: month, day: day)
        else {
            return .sheet(try sheet(fault: FormFault(field: "before", message: "Choose a day.")))
        }
        guard visit.form.has("exported") else {
            return .sheet(
                try sheet(
                    fault: FormFault(
                        field: "exported",
                        message: "Export the entries first, and tick this box."
                    )
                )
            )
        }
        _ = try visit.directory.clearAudit(before: before, by: visit.caller)
        return .seeOther(Href("audit"))
    }
}
