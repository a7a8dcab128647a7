/// The members of a JSON object, in order.
package struct JSONObject: Sendable {
    package struct Member: Sendable {
        package var name: String
        package var value: JSON

        package init(name: String, value: JSON) {
            self.name = name
            self.value = value
        }
    }

    package var members: [Member]

    package init(_ members: [Member] = []) {
        self.members = members
    }

    package var isEmpty: Bool { members.isEmpty }

    /// The value of the member with exactly this name. Setting `nil` removes the member; setting
    /// a value keeps the member's place, or appends it.
    package subscript(name: String) -> JSON? {
        get { members.first { $0.name == name }?.value }
        set {
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(.init(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// The value of the first member whose name equals `name` without regard to ASCII case, as
    /// SCIM names compare (RFC 7643 §2.1).
    package func value(named name: String) -> JSON? {
        members.first { $0.name.equalsIgnoringASCIICase(name) }?.value
    }
}

extension JSONObject: Equatable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.count == right.members.count
            && left.members.allSatisfy { right[$0.name] == $0.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral members: (String, JSON)...) {
        self.init(members.map { .init(name: $0.0, value: $0.1) })
    }
}
