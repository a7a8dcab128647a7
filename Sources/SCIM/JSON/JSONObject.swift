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

    /// The value of the member with exactly this name.
    ///
    /// Setting `nil` removes the member; setting a value keeps the member's place, or appends it.
    package subscript(name: String) -> JSON? {
        get { index(of: name).map { members[$0].value } }
        set {
            switch (index(of: name), newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(.init(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// The names of the members that another object has not or has otherwise, then of those that
    /// only the other has.
    package func changedNames(from old: JSONObject) -> [String] {
        var changed: [String] = []
        for (index, member) in members.enumerated()
        where
            (old.isName(member.name, at: index)
            ? old.members[index].value : old[member.name]) != member.value
        {
            changed.append(member.name)
        }
        for (index, member) in old.members.enumerated()
        where !isName(member.name, at: index) && self[member.name] == nil {
            changed.append(member.name)
        }
        return changed
    }

    /// Whether a member has the name: nearly always it stands where another object has it.
    private func isName(_ name: String, at index: Int) -> Bool {
        index < members.count && members[index].name == name
    }

    private func index(of name: String) -> Int? {
        // Most names differ in length, which is known without a call.
        members.indices.first {
            members[$0].name.utf8.count == name.utf8.count && members[$0].name == name
        }
    }

    /// The value of the first member whose name equals `name` without regard to ASCII case, as
    /// SCIM names compare (RFC 7643 §2.1).
    package func value(named name: String) -> JSON? {
        members.indices.first { members[$0].name.equalsIgnoringASCIICase(name) }
            .map { members[$0].value }
    }
}

extension JSONObject: Equatable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        guard left.members.count == right.members.count else { return false }
        if left.sharesMembers(with: right) { return true }
        // Members nearly always stand in the same place.
        let places = left.members.indices
        guard let first = places.first(where: { left.members[$0].name != right.members[$0].name })
        else { return places.allSatisfy { left.members[$0].value == right.members[$0].value } }
        guard zip(left.members[..<first], right.members).allSatisfy({ $0.value == $1.value })
        else { return false }
        let others = Dictionary(
            right.members[first...].map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first }
        )
        return left.members[first...].allSatisfy { others[$0.name] == $0.value }
    }

    /// Whether both are copies of one object, of which none has been changed since: what a change
    /// leaves alone, which is most of a resource.
    private func sharesMembers(with other: JSONObject) -> Bool {
        members.withUnsafeBufferPointer { left in
            other.members.withUnsafeBufferPointer { left.baseAddress == $0.baseAddress }
        }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral members: (String, JSON)...) {
        self.init(members.map { .init(name: $0.0, value: $0.1) })
    }
}
