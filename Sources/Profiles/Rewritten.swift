/// What a profile makes of a request.
package struct Rewritten<Value: Sendable>: Sendable {
    package internal(set) var value: Value
    /// The names of the rewrites that changed something, each once, in the order of `Rewrite.all`.
    package internal(set) var fired: [String]

    init(value: Value, fired: [String]) {
        self.value = value
        self.fired = fired
    }

    init(_ value: Value) {
        self.init(value: value, fired: [])
    }
}
