import SCIM
import Testing

@testable import Console

struct ChartTests {
    private func text(_ html: HTML) -> String { String(decoding: html.utf8, as: UTF8.self) }

    private func chart(_ totals: [Int]) -> String {
        let series = Chart.Series(
            title: "Created",
            label: "Created",
            mood: .good,
            path: "/audit?a=b&c=d",
            totals: totals
        )
        let days: [HTML] = totals.indices.map { "day \($0)" }
        return text(Chart(days: days, series: [series]).html)
    }

    @Test func drawsABarForEachDayWithSomething() {
        let html = chart([0, 1_000, 250, 1])
        #expect(html.contains("<b>1,251</b> <a href=\"/audit?a=b&amp;c=d\">Created</a>"))
        #expect(html.contains("viewBox=\"0 0 40 40\""))
        #expect(html.contains("Created, each day: 1,251 in all, most on day 1 with 1,000"))
        #expect(html.split(separator: "<rect").count == 4)
        #expect(
            html.contains(
                "<rect x=\"11\" y=\"2.0\" width=\"8\" height=\"38.0\"><title>day 1: 1,000"
            )
        )
        #expect(html.contains("<rect x=\"21\" y=\"30.5\" width=\"8\" height=\"9.5\">"))
        // As little as can be seen.
        #expect(html.contains("<rect x=\"31\" y=\"39.5\" width=\"8\" height=\"0.5\">"))
        #expect(html.contains("<th scope=\"row\">day 3</th><td data-label=\"Created\""))
    }

    @Test func drawsNothingOfNothing() {
        let html = chart([0, 0])
        #expect(html.contains("Created, each day: none"))
        #expect(!html.contains("<rect"))
    }

    @Test(arguments: [
        // Clocks are set back on 27 October 2024, forward on 31 March.
        (
            "Europe/Berlin", "2024-10-28T12:00:00Z",
            ["2024-10-25T22", "2024-10-26T22", "2024-10-27T23"]
        ),
        (
            "Europe/Berlin", "2024-04-01T00:30:00Z",
            ["2024-03-29T23", "2024-03-30T23", "2024-03-31T22"]
        ),
        ("UTC", "2024-03-01T00:00:00Z", ["2024-02-28T00", "2024-02-29T00", "2024-03-01T00"]),
    ])
    func daysBeginWhereTheZoneSaysSo(zone: String, now: String, starts: [String]) throws {
        let now = try #require(Instant(now))
        let days = DayRow(3, before: now, in: Zone(zone))
        #expect(days.starts.map { String($0.text.prefix(13)) } == starts)
        #expect(days.index(of: now) == 2)
        #expect(days.index(of: days.starts[1]) == 1)
        #expect(days.index(of: days.starts[1].adding(seconds: -1)) == 0)
        #expect(days.index(of: days.starts[0].adding(seconds: -1)) == nil)
    }
}
