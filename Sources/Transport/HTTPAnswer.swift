/// An HTTP response, as curl shows it.
package struct HTTPAnswer {
    package let status: Int
    /// Names in lower case.
    private let fields: [(name: String, value: String)]
    package let body: [UInt8]

    /// Reads header and body; what interim answers and proxies said before them is left out.
    ///
    /// - Returns: `nil` when there is no whole header.
    package init?(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while let (header, body) = Self.split(rest) {
            let lines = header.split(separator: "\r\n")
            let start = lines.first?.split(separator: " ", maxSplits: 2) ?? []
            guard start.count >= 2, start[0].hasPrefix("HTTP/"), let status = Int(start[1]) else {
                return nil
            }
            let isTunnel = start.count == 3 && start[2].lowercased() == "connection established"
            if (100..<200).contains(status) || isTunnel && body.starts(with: "HTTP/".utf8) {
                rest = body
                continue
            }
            self.status = status
            self.body = Array(body)
            fields = lines.dropFirst().compactMap { line in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
                return (line[..<colon].lowercased(), String(value))
            }
            return
        }
        return nil
    }

    private static func split(
        _ bytes: ArraySlice<UInt8>
    ) -> (header: String, body: ArraySlice<UInt8>)? {
        let end: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
        var index = bytes.startIndex
        while index + 4 <= bytes.endIndex {
            if bytes[index] == end[0], bytes[index..<index + 4].elementsEqual(end) {
                return (
                    String(decoding: bytes[..<index], as: UTF8.self), bytes[(index + 4)...]
                )
            }
            index += 1
        }
        return nil
    }

    /// The last field of this name.
    package func header(_ name: String) -> String? {
        fields.last { $0.name == name.lowercased() }?.value
    }

    /// Status and media type: `404, text/html`.
    package var summary: String {
        "\(status)\(header("Content-Type").map { ", \($0)" } ?? ", no content type")"
    }

    /// Whether the body contains one of some words, whatever their case.
    package func mentions(_ words: String...) -> Bool {
        let text = String(decoding: body.prefix(65_536), as: UTF8.self).lowercased()
        return words.contains { text.contains($0) }
    }
}
