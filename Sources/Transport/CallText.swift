extension String {
    /// Whether it is `Name: value`, as a header field of a call is given.
    ///
    /// One with `@` first names a file to curl.
    package var isHeaderField: Bool {
        guard let colon = firstIndex(of: ":") else { return false }
        return colon > startIndex && first != "@"
            && unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// Whether it is `HOST:PORT`.
    package var isPlace: Bool {
        URL("http://\(self)").map { $0.port != nil && $0.path.isEmpty } ?? false
    }
}
