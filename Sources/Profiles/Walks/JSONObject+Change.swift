import SCIM

extension Array {
    /// The elements with some of them changed.
    ///
    /// - Parameter change: `nil` keeps an element.
    /// - Returns: `nil` when no element changed.
    func changing(_ change: (Element) -> Element?) -> [Element]? {
        var changed: [Element]?
        for (index, element) in enumerated() {
            guard let new = change(element) else { continue }
            changed = changed ?? self
            changed?[index] = new
        }
        return changed
    }
}

extension JSONObject {
    /// The members with some of them changed.
    ///
    /// - Parameter change: `nil` keeps a member.
    /// - Returns: `nil` when no member changed.
    func changing(_ change: (Member) -> Member?) -> JSONObject? {
        members.changing(change).map(JSONObject.init)
    }

    /// The object with the values of some members changed.
    func changingValues(_ change: (Member) -> JSON?) -> JSONObject? {
        changing { member in change(member).map { Member(name: member.name, value: $0) } }
    }

    /// The object without the members that have one of the names, in any case.
    func removing(_ names: String...) -> JSONObject {
        JSONObject(
            members.filter { member in
                !names.contains { $0.equalsIgnoringASCIICase(member.name) }
            }
        )
    }

    /// The object with the value at the member that has the name in any case; a new member
    /// stands last.
    func setting(_ name: String, _ value: JSON) -> JSONObject {
        var object = self
        let index = members.firstIndex { $0.name.equalsIgnoringASCIICase(name) }
        if let index {
            object.members[index].value = value
        } else {
            object.members.append(.init(name: name, value: value))
        }
        return object
    }
}
