import Testing

@testable import Gateway

struct BodyReaderTests {
    @Test(
        arguments: [
            (nil, 0, true, nil), (nil, 10, true, nil), (10, 10, true, nil), (0, 0, true, nil),
            (nil, 11, true, .bodyTooLarge(limitBytes: 10)),
            (11, 11, true, .bodyTooLarge(limitBytes: 10)),
            (11, 0, true, .bodyTooLarge(limitBytes: 10)),
            (5, 11, true, .bodyTooLarge(limitBytes: 10)),
            (.max, 0, false, .bodyTooLarge(limitBytes: 10)),
            (7, 0, true, .bodyIncomplete(expectedBytes: 7, receivedBytes: 0)),
            (7, 6, true, .bodyIncomplete(expectedBytes: 7, receivedBytes: 6)),
            (7, 8, true, .bodyIncomplete(expectedBytes: 7, receivedBytes: 8)),
            (0, 1, true, .bodyIncomplete(expectedBytes: 0, receivedBytes: 1)),
            (7, 6, false, .bodyIncomplete(expectedBytes: 7, receivedBytes: 6)),
            (nil, 6, false, .bodyUnreadable), (6, 6, false, .bodyUnreadable),
        ] as [(Int?, Int, Bool, RequestFault?)]
    )
    func trap09ComparesLengths(
        announced: Int?,
        received: Int,
        isIntact: Bool,
        expected: RequestFault?
    ) {
        let fault = BodyReader.fault(
            announced: announced,
            receivedBytes: received,
            limitBytes: 10,
            isIntact: isIntact
        )
        #expect(fault == expected)
    }

    @Test(
        arguments: [
            ("0", 0), ("17", 17), ("007", 7), ("99999999999999999999", .max),
            ("", nil), ("-1", nil), ("+1", nil), ("1 ", nil), ("1x", nil),
        ] as [(String, Int?)]
    )
    func readsAnnouncedLength(text: String, expected: Int?) {
        #expect(BodyReader.announcedBytes(Variables([("CONTENT_LENGTH", text)])) == expected)
    }

    /// Reads from a source that gives at most `piece` bytes at once and then ends.
    private func read(
        _ bytes: [UInt8],
        piece: Int,
        announced: Int?,
        limit: Int,
        end: Int = 0
    ) -> (result: Result<[UInt8], RequestFault>, unread: Int) {
        var rest = bytes[...]
        let result = BodyReader().read(announced: announced, limitBytes: limit) { buffer in
            let part = rest.prefix(min(piece, buffer.count))
            buffer.copyBytes(from: part)
            rest = rest.dropFirst(part.count)
            return part.isEmpty ? end : part.count
        }
        return (result, rest.count)
    }

    @Test(arguments: [1, 7, 16384, 100_000], [0, 1, 16384, 16385, 50000])
    func readsWholeBodies(piece: Int, count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        for announced in [nil, count] {
            let read = read(bytes, piece: piece, announced: announced, limit: 50000)
            #expect(read.result == .success(bytes))
        }
    }

    @Test(arguments: [nil, 0, 3, 100, 60_000, .max] as [Int?])
    func trap07ReadsToTheEndWhateverIsAnnounced(announced: Int?) {
        let read = read(
            [UInt8](repeating: 1, count: 60_000),
            piece: 900,
            announced: announced,
            limit: 100
        )
        #expect(read.result == .failure(.bodyTooLarge(limitBytes: 100)))
        #expect(read.unread == 0)
    }

    @Test func reportsReadErrors() {
        let bytes: [UInt8] = [1, 2, 3]
        #expect(
            read(bytes, piece: 2, announced: nil, limit: 9, end: -1).result
                == .failure(.bodyUnreadable)
        )
        #expect(
            read(bytes, piece: 2, announced: 4, limit: 9, end: -1).result
                == .failure(.bodyIncomplete(expectedBytes: 4, receivedBytes: 3))
        )
    }
}
