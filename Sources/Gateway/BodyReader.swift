/// Reads request bodies to their end, whatever their length, in bounded memory.
///
/// To the end always: mod_cgid and fcgiwrap lose or damage the answer of a program that leaves some
/// of the body unread, also when that answer is 401 or 413.
final class BodyReader {
    /// Fills the buffer from the front and returns how many bytes it got: 0 at the end, negative
    /// when reading failed.
    typealias Source = (UnsafeMutableRawBufferPointer) -> Int

    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 16384, alignment: 8)

    deinit { scratch.deallocate() }

    /// Reads one body.
    ///
    /// - Parameters:
    ///   - announced: CONTENT_LENGTH, if it is a number.
    ///   - limitBytes: What exceeds it is read and thrown away.
    ///   - source: Called until it gives nothing more.
    /// - Returns: The whole body, or what is wrong with it.
    func read(
        announced: Int?,
        limitBytes: Int,
        from source: Source
    ) -> Result<[UInt8], RequestFault> {
        var body: [UInt8] = []
        var receivedBytes = 0
        var end = 1
        if let announced, announced > 0, announced <= limitBytes {
            body = Self.block(of: announced, from: source, end: &end)
            receivedBytes = body.count
        }
        while end > 0 {
            end = source(scratch)
            guard end > 0 else { break }
            receivedBytes += end
            if announced == nil, receivedBytes <= limitBytes {
                body.append(contentsOf: scratch[..<end])
            }
        }
        let fault = Self.fault(
            announced: announced,
            receivedBytes: receivedBytes,
            limitBytes: limitBytes,
            isIntact: end == 0
        )
        return fault.map { .failure($0) } ?? .success(body)
    }

    /// Reads up to `bytes` bytes into an array made for exactly that many.
    private static func block(of bytes: Int, from source: Source, end: inout Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes) { buffer, count in
            let buffer = UnsafeMutableRawBufferPointer(buffer)
            while count < bytes {
                end = source(UnsafeMutableRawBufferPointer(rebasing: buffer[count..<bytes]))
                guard end > 0 else { break }
                count += end
            }
        }
    }

    /// Judges what was received.
    ///
    /// A short upload shows as a clean end under mod_cgi, mod_cgid and mod_proxy_fcgi: only the
    /// announced length tells.
    static func fault(
        announced: Int?,
        receivedBytes: Int,
        limitBytes: Int,
        isIntact: Bool
    ) -> RequestFault? {
        if max(announced ?? 0, receivedBytes) > limitBytes {
            return .bodyTooLarge(limitBytes: limitBytes)
        }
        if let announced, announced != receivedBytes {
            return .bodyIncomplete(expectedBytes: announced, receivedBytes: receivedBytes)
        }
        return isIntact ? nil : .bodyUnreadable
    }

    /// CONTENT_LENGTH as a number; nil when it is unknown, which nginx says with `""` and Caddy
    /// with `-1`.
    static func announcedBytes(_ variables: Variables) -> Int? {
        guard let text = variables.value(named: "CONTENT_LENGTH"), text.utf8.allSatisfy(isDigit)
        else { return nil }
        return Int(text) ?? .max
    }
}
