import JSONText
import SCIM
import Testing

@testable import Directory

/// What stands in a file of entries.
struct AuditExportTests {
    private func entry(_ name: String, _ detail: JSONObject = [:]) -> JournalEntry {
        var entry = JournalEntry(
            at: Instant(milliseconds: 1_709_208_000_000),
            requestID: "r1",
            actor: .token(id: 1, name: "hr"),
            action: .modify,
            subject: .init(type: "User", id: "u1", name: name, version: 2),
            concerned: ["u1"],
            detail: detail,
            request: RequestTrace(
                method: "PATCH",
                path: "/Users/u1",
                address: "203.0.113.20",
                agent: "@agent",
                status: 200,
                microseconds: 12_345,
                body: #"{"a":1}"#
            )
        )
        entry.sequence = 7
        return entry
    }

    private func file(_ form: AuditExport.Form, _ pages: [[JournalEntry]]) -> String {
        var export = AuditExport(form)
        var bytes = export.head
        for page in pages { bytes += export.text(of: page) }
        return String(decoding: bytes + export.tail, as: UTF8.self)
    }

    @Test func aTableHasALineForEach() {
        let changed = entry(
            "ann",
            [
                "changes": [
                    ["path": "title", "before": "a,b", "after": "c"],
                    ["path": "members", "added": ["count": 3, "ids": []]],
                ], "rewrites": ["booleanText"],
            ]
        )
        let lines = file(.csv, [[changed]]).split(separator: "\r\n")
        #expect(lines.count == 2)
        #expect(
            lines[1]
                == "7,2024-02-29T12:00:00.000Z,done,200,modify,User,u1,ann,,"
                + "\"title: \"\"a,b\"\" → \"\"c\"\"; members: 3 added\",,,token,hr,203.0.113.20,"
                + "'@agent,PATCH,/Users/u1,booleanText,12,r1"
        )
    }

    /// A spreadsheet computes what begins so.
    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=\"x\",1"])
    func noCellIsAFormula(_ name: String) {
        let cells = file(.csv, [[entry(name)]])
        let quoted = name.replacing("\"", with: "\"\"")
        #expect(cells.contains(",'\(quoted),") || cells.contains(",\"'\(quoted)\","), "\(cells)")
    }

    @Test(arguments: [0, 1, 3])
    func jsonIsOneArray(_ count: Int) throws {
        let pages = (0..<count).map { [entry("a\($0)"), entry("b")] }
        let text = file(.json, pages)
        let array = try #require(try JSON(parsing: Array(text.utf8)).array)
        #expect(array.count == 2 * count)
        guard count > 0 else { return }
        let first = try #require(array[0].object)
        #expect(first["http"]?.object?["body"] == ["a": 1])
        #expect(first["subject"]?.object?["name"] == "a0" && first["sequence"] == 7)
    }

    @Test func valuesCanBeLeftOut() {
        let masked = entry(
            "ann",
            ["changes": [["path": "title", "before": "a"], ["path": "x", "after": "b"]]]
        ).withoutValues
        #expect(
            masked.detail == [
                "changes": [["path": "title", "before": "•••"], ["path": "x", "after": "•••"]]
            ]
        )
        #expect(masked.request?.body == nil && masked.request?.path == "/Users/u1")
        #expect(masked.sequence == 7)
    }
}
