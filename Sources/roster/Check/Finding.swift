/// One thing that `roster check` found out.
struct Finding: Sendable {
    enum Level: String, Sendable {
        case ok
        /// Neither good nor bad.
        case note
        case warning
        case error
    }

    let level: Level
    let what: String
    /// The line or command that cures it.
    let cure: String?

    static func ok(_ what: String) -> Finding {
        Finding(level: .ok, what: what, cure: nil)
    }

    static func note(_ what: String) -> Finding {
        Finding(level: .note, what: what, cure: nil)
    }

    static func warning(_ what: String, cure: String? = nil) -> Finding {
        Finding(level: .warning, what: what, cure: cure)
    }

    static func error(_ what: String, cure: String? = nil) -> Finding {
        Finding(level: .error, what: what, cure: cure)
    }

    /// `warning: what — cure`, in one line and without control characters, whatever a web server
    /// put into it.
    var line: String {
        let text = "\(level.rawValue): \(what)" + (cure.map { " — \($0)" } ?? "")
        let printable = text.unicodeScalars.map { scalar in
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? " " : scalar
        }
        return String(String.UnicodeScalarView(printable))
    }
}

/// The findings, printed as they come.
struct Report {
    private(set) var hasErrors = false

    mutating func add(_ finding: Finding) {
        if case .error = finding.level { hasErrors = true }
        print(finding.line)
    }

    mutating func add(_ findings: [Finding]) {
        for finding in findings { add(finding) }
    }
}
