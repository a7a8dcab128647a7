/// What a profile makes of a request.
package struct Rewritten<Value: Sendable>: Sendable {
    package internal(set) var value: Value
    /// The names of the rewrites that changed something, in the order in which they did; a name
    /// stands once at most for the message of a PATCH and once for its operations.
    package internal(set) var fired: [String]

    init(value: Value, fired: [String]) {
        self.value = value
        self.fired = fired
    }

    init(_ value: Value) {
        self.init(value: value, fired: [])
    }
}
