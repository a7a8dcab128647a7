import Glibc
import Testing

@testable import Gateway

struct VariablesTests {
    /// Copies strings the way they come from libfcgi or the environment.
    private func copying(_ strings: [String], limits: RequestLimits = RequestLimits()) -> Variables
    {
        var pointers = strings.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        return pointers.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return Variables([]) }
            return Variables(copying: start, limits: limits)
        }
    }

    @Test func trap06RepeatedParametersLastWins() {
        let variables = copying(["HTTP_HOST=ex.com", "A=1", "HTTP_HOST=ex.com:8443", "A="])
        #expect(variables.value(named: "HTTP_HOST") == "ex.com:8443")
        #expect(variables.value(ofHeader: "Host") == "ex.com:8443")
        #expect(variables.value(named: "A") == nil)
    }

    @Test func copiesOddStrings() {
        let variables = copying(["A=b=c", "=nameless", "no equals sign", "EMPTY=", "", "Z=\u{E9}"])
        #expect(variables.value(named: "A") == "b=c")
        #expect(variables.value(named: "") == "nameless")
        #expect(variables.value(named: "no equals sign") == nil)
        #expect(variables.value(named: "EMPTY") == nil)
        #expect(variables.value(named: "Z") == "\u{E9}")
        #expect(variables.value(named: "z") == nil)
    }

    @Test func findsNothingInNothing() {
        #expect(copying([]).value(named: "A") == nil)
        #expect(Variables([]).value(ofHeader: "A") == nil)
    }

    @Test(arguments: [
        ("If-Match", "W/1"), ("if-match", "W/1"), ("IF-MATCH", "W/1"),
        ("If_Match", "W/1"), ("If-Matc", nil), ("If-Match2", nil), ("F-Match", nil),
    ])
    func findsHeaders(name: String, value: String?) {
        let variables = copying(["X_HTTP_IF_MATCH=no", "HTTP_IF_MATCH=W/1", "IF_MATCH=no"])
        #expect(variables.value(ofHeader: name) == value)
    }

    @Test(arguments: 0...6)
    func findsRedirectedVariables(redirects: Int) {
        let name = String(repeating: "REDIRECT_", count: redirects) + "ROSTER_DATABASE"
        let variables = copying(["X=1", "\(name)=/path", "HTTP_\(name)=/evil"])
        #expect(
            variables.redirectedValue(named: "ROSTER_DATABASE") == (redirects < 6 ? "/path" : nil)
        )
    }

    @Test func limitsAreInclusive() {
        let strings = ["REQUEST_METHOD=GET", "REQUEST_URI=/a", "A=1234"]
        let bytes = strings.map { $0.utf8.count + 1 }.reduce(0, +)
        #expect(copying(strings, limits: RequestLimits(headerBytes: bytes)).fault == nil)
        #expect(copying(strings, limits: RequestLimits(headerCount: 3)).fault == nil)
        #expect(
            copying(strings, limits: RequestLimits(headerBytes: bytes - 1)).fault
                == .headersTooLarge(limitBytes: bytes - 1)
        )
        #expect(
            copying(strings, limits: RequestLimits(headerCount: 2)).fault
                == .tooManyHeaders(limit: 2)
        )
    }

    @Test func overTheLimitOnlyTheEssentialIsKept() {
        let large = "HTTP_X=" + String(repeating: "x", count: 1000)
        let uri = "REQUEST_URI=/" + String(repeating: "u", count: 1000)
        let variables = copying(
            [large, "REQUEST_METHOD=PUT", uri, "CONTENT_LENGTH=5", "HTTP_Y=1"],
            limits: RequestLimits(headerBytes: 500)
        )
        #expect(variables.value(named: "REQUEST_METHOD") == "PUT")
        #expect(variables.value(named: "CONTENT_LENGTH") == "5")
        #expect(variables.value(named: "REQUEST_URI") == nil)
        #expect(variables.value(named: "HTTP_X") == nil)
        #expect(variables.value(named: "HTTP_Y") == nil)
    }
}
