import SCIM
import Testing

@testable import Console

struct ZoneTests {
    /// 29 February 2024, 12:00 UTC.
    private let noon = Instant(milliseconds: 1_709_208_000_000)

    private func clock(_ zone: Zone, _ instant: Instant) -> [Int] {
        let time = zone.time(of: instant)
        return [time.year, time.month, time.day, time.weekday, time.hour, time.minute, time.second]
    }

    @Test(arguments: [
        ("UTC", [2024, 2, 29, 4, 12, 0, 0]), ("Europe/Berlin", [2024, 2, 29, 4, 13, 0, 0]),
        ("America/St_Johns", [2024, 2, 29, 4, 8, 30, 0]), ("+05:45", [2024, 2, 29, 4, 17, 45, 0]),
        ("-11:30", [2024, 2, 29, 4, 0, 30, 0]), ("+13:00", [2024, 3, 1, 5, 1, 0, 0]),
    ])
    func showsItsClocks(name: String, expected: [Int]) {
        let zone = Zone(name)
        #expect(zone.name == name)
        #expect(clock(zone, noon) == expected)
    }

    @Test(arguments: [
        "", "Nowhere/Land", "../../etc/passwd", "/etc/passwd", "Europe/../../../etc/passwd",
        ":Europe/Berlin", "+2:00", "+02:0x", "+0200", "é", "Europe/Berlin\n", "<script>",
        "Europe/Berlin\0", "EST5EDT,M3.2.0",
    ])
    func isUTCForWhatTheMachineDoesNotKnow(name: String) {
        let zone = Zone(name)
        #expect(zone.name == "UTC")
        #expect(clock(zone, noon) == [2024, 2, 29, 4, 12, 0, 0])
    }

    @Test func daysBeginWhereTheyBeginThere() {
        // The day when summer time begins has 23 hours.
        let berlin = Zone("Europe/Berlin")
        let begins = berlin.start(ofYear: 2024, month: 3, day: 31)
        #expect(begins?.text.hasPrefix("2024-03-30T23:00:00") == true)
        let ends = berlin.start(ofYear: 2024, month: 4, day: 1)
        #expect(ends?.text.hasPrefix("2024-03-31T22:00:00") == true)
    }

    @Test(arguments: [
        (2023, 2, 29), (2024, 13, 1), (2024, 0, 1), (2024, 1, 32), (2024, 1, 0), (2024, 4, 31),
        (Int.max, 1, 1), (Int.min, 1, 1), (2024, Int.max, 1), (2024, 1, Int.min),
    ])
    func knowsNoOtherDays(year: Int, month: Int, day: Int) {
        #expect(Zone.utc.start(ofYear: year, month: month, day: day) == nil)
    }
}
