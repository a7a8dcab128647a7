import SCIM

/// Numbers and times as people read them.
extension HTML {
    /// Such as `101,870`.
    static func number(_ number: Int) -> HTML {
        let digits = Array(String(abs(number)).utf8)
        var bytes: [UInt8] = number < 0 ? Array("−".utf8) : []
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(digit)
        }
        return HTML(String(decoding: bytes, as: UTF8.self))
    }

    /// `two` to `nine` in words, other numbers in figures: for sentences.
    static func count(_ number: Int) -> HTML {
        let words: [HTML] = ["two", "three", "four", "five", "six", "seven", "eight", "nine"]
        return (2...9).contains(number) ? words[number - 2] : .number(number)
    }

    /// `1 change`, `two changes`.
    static func count(_ number: Int, _ one: HTML, _ many: HTML) -> HTML {
        number == 1 ? "1 \(one)" : "\(count(number)) \(many)"
    }

    /// Such as `One change`, `Two changes`: at the beginning of a sentence.
    static func openingCount(_ number: Int, _ one: HTML, _ many: HTML) -> HTML {
        let words: [HTML] = [
            "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine",
        ]
        if number == 1 { return "One \(one)" }
        return (2...9).contains(number)
            ? "\(words[number - 1]) \(many)" : "\(HTML.number(number)) \(many)"
    }

    /// Such as `31 ms`, `0.9 s`, `20 min`.
    static func duration(microseconds: Int64) -> HTML {
        let milliseconds = microseconds / 1_000
        if milliseconds < 1 { return "under 1 ms" }
        if milliseconds < 500 { return "\(Int(milliseconds)) ms" }
        if milliseconds < 60_000 {
            let tenths = Int(milliseconds + 50) / 100
            return "\(tenths / 10).\(tenths % 10) s"
        }
        return duration(seconds: milliseconds / 1_000)
    }

    /// Such as `40 seconds`, `4 minutes`, `9 days`.
    static func duration(seconds: Int64) -> HTML {
        let units: [(seconds: Int64, one: HTML, many: HTML)] = [
            (86_400, "day", "days"), (3_600, "hour", "hours"), (60, "minute", "minutes"),
        ]
        for unit in units where seconds >= unit.seconds {
            let number = Int(seconds / unit.seconds)
            return number == 1 ? "1 \(unit.one)" : "\(number) \(unit.many)"
        }
        return seconds == 1 ? "1 second" : "\(Int(max(seconds, 0))) seconds"
    }

    /// Such as `214 MB`.
    static func bytes(_ bytes: Int64) -> HTML {
        if bytes < 1_000_000 { return "\(Int(bytes + 999) / 1_000) kB" }
        if bytes < 10_000_000_000 { return "\(.number(Int(bytes / 1_000_000))) MB" }
        return "\(.number(Int(bytes / 1_000_000_000))) GB"
    }
}

extension Visit {
    /// A moment as people say it: `4 minutes ago`, `today, 14:05`, `25 Nov 2026, 14:05`.
    func when(_ instant: Instant) -> HTML {
        let seconds = (now.microseconds - instant.microseconds) / 1_000_000
        if seconds >= 0, seconds < 60 { return time(instant, "just now") }
        if seconds >= 0, seconds < 3_600 {
            return time(instant, "\(HTML.duration(seconds: seconds)) ago")
        }
        let (then, today) = (zone.time(of: instant), zone.time(of: now))
        let isToday = (then.year, then.month, then.day) == (today.year, today.month, today.day)
        return time(
            instant,
            isToday ? "today, \(Self.clock(then))" : "\(Self.day(then)), \(Self.clock(then))"
        )
    }

    /// Such as `14:05:21`.
    func clock(_ instant: Instant) -> HTML {
        let time = zone.time(of: instant)
        return self.time(instant, "\(Self.clock(time)):\(Self.twoDigits(time.second))")
    }

    /// Such as `25 Nov 2026, 14:05:21`.
    func exactly(_ instant: Instant) -> HTML {
        let time = zone.time(of: instant)
        return self.time(
            instant,
            "\(Self.day(time)), \(Self.clock(time)):\(Self.twoDigits(time.second))"
        )
    }

    /// Such as `25 Nov 2026`.
    func day(_ instant: Instant) -> HTML { time(instant, Self.day(zone.time(of: instant))) }

    /// Such as `Wednesday, 25 November 2026`.
    func longDay(_ instant: Instant) -> HTML {
        let time = zone.time(of: instant)
        return
            "\(Self.weekdays[time.weekday]), \(time.day) \(Self.months[time.month - 1]) \(time.year)"
    }

    private func time(_ instant: Instant, _ text: HTML) -> HTML {
        "<time datetime=\"\(instant.text)\">\(text)</time>"
    }

    static func day(_ time: Zone.Time) -> HTML { "\(shortDay(time)) \(time.year)" }

    /// Such as `25 Nov`.
    static func shortDay(_ time: Zone.Time) -> HTML {
        "\(time.day) \(HTML(String(monthNames[time.month - 1].prefix(3))))"
    }

    private static func clock(_ time: Zone.Time) -> HTML {
        "\(twoDigits(time.hour)):\(twoDigits(time.minute))"
    }

    private static func twoDigits(_ number: Int) -> HTML {
        number < 10 ? "0\(number)" : "\(number)"
    }

    private static let weekdays: [HTML] = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
    private static let months: [HTML] = monthNames.map { HTML($0) }
}
