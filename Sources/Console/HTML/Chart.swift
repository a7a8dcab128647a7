import SCIM

/// What happened on each of some days: a row of bars for each kind, each on its own scale, so that
/// two failures are seen beside 500 updates.
struct Chart {
    /// The days' names, the oldest first: `27 Oct`.
    let days: [HTML]
    let series: [Series]

    struct Series {
        let title: HTML
        /// Before a number, on a phone.
        let label: HTML
        let mood: Mood
        /// Where the entries are listed.
        let path: String
        /// Of each day.
        let totals: [Int]

        var sum: Int { totals.reduce(0, +) }
    }

    /// The rows with what is below them.
    var html: HTML {
        let middle = days.isEmpty ? "" : days[days.count / 2]
        return """
            <div class="bars">
            \(series.map(row))<p class="axis"><span>\(days.first)</span><span>\(middle)</span>\
            <span>Today</span></p>
            </div>
            \(HTML.details("Show the numbers", table))
            """
    }

    /// Of a day, and of the room that it has.
    private static let (barWidth, dayWidth) = (8, 10)
    /// Tenths of a unit: of the picture and of the highest bar in it.
    private static let (height, barHeight) = (400, 380)

    private func row(_ series: Series) -> HTML {
        let peak = series.totals.max() ?? 0
        let bars: [HTML] = series.totals.enumerated().compactMap { day, total in
            total == 0 ? nil : bar(day, total, of: peak)
        }
        return """
            <p><b>\(HTML.number(series.sum))</b> <a href="\(series.path)">\(series.title)</a></p>
            <svg class="\(series.mood.name)" \
            viewBox="0 0 \(Self.dayWidth * days.count) \(Self.height / 10)" \
            preserveAspectRatio="none" role="img" aria-label="\(description(series, peak))">\
            \(bars)</svg>

            """
    }

    private func bar(_ day: Int, _ total: Int, of peak: Int) -> HTML {
        // What there is can be seen, however little it is.
        let height = max(total * Self.barHeight / peak, 5)
        return """
            <rect x="\(day * Self.dayWidth + 1)" y="\(Self.tenths(Self.height - height))" \
            width="\(Self.barWidth)" height="\(Self.tenths(height))"><title>\(days[day]): \
            \(HTML.number(total))</title></rect>
            """
    }

    private static func tenths(_ number: Int) -> HTML { "\(number / 10).\(number % 10)" }

    private func description(_ series: Series, _ peak: Int) -> HTML {
        guard let day = series.totals.firstIndex(of: peak), peak > 0 else {
            return "\(series.title), each day: none"
        }
        return """
            \(series.title), each day: \(HTML.number(series.sum)) in all, most on \(days[day]) with \
            \(HTML.number(peak))
            """
    }

    private var table: HTML {
        var table = Listing(
            caption: "Each day, the newest first",
            columns: [.init("Day")] + series.map { .right($0.title, label: $0.label) }
        )
        table.rows = days.indices.reversed().map { day in
            .cells([days[day]] + series.map { HTML.number($0.totals[day]) })
        }
        return table.html
    }
}

/// The last days as a zone's clocks count them, today included.
struct DayRow {
    /// When each begins, the oldest first.
    let starts: [Instant]

    init(_ count: Int, before now: Instant, in zone: Zone) {
        var starts: [Instant] = []
        var moment = now
        while starts.count < count {
            let time = zone.time(of: moment)
            guard let start = zone.start(ofYear: time.year, month: time.month, day: time.day)
            else { break }
            starts.append(start)
            // Some time of the day before, however long that is.
            moment = start.adding(seconds: -43_200)
        }
        self.starts = starts.reversed()
    }

    /// The day's place; `nil` for a moment before the first.
    func index(of moment: Instant) -> Int? { starts.lastIndex { $0 <= moment } }
}
