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
            if changed == nil { changed = self }
            changed?[index] = new
        }
        return changed
    }
}

extension JSONObject {
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

    /// The object with the members of others whose names it does not have.
    func completed(by others: [Member]) -> JSONObject {
        var object = self
        var places = MemberPlaces(self)
        for member in others where places.add(member.name, at: object.members.count) {
            object.members.append(member)
        }
        return object
    }

    /// The object with other names for some members.
    ///
    /// What was sent under both names is one: an object gets what only the renamed one has.
    ///
    /// - Parameter rename: `nil` keeps a name.
    /// - Returns: `nil` when no member has another name.
    func renaming(_ rename: (String) -> String?) -> JSONObject? {
        let names = members.map { rename($0.name) }
        guard names.contains(where: { $0 != nil }) else { return nil }
        var present = MemberPlaces()
        for (index, member) in members.enumerated() where names[index] == nil {
            present.add(member.name, at: index)
        }
        var renamed = JSONObject()
        var places = MemberPlaces()
        var others: [Member] = []
        for (member, name) in zip(members, names) {
            if let name, present[name] != nil || places[name] != nil {
                others.append(.init(name: name, value: member.value))
            } else {
                places.add(name ?? member.name, at: renamed.members.count)
                renamed.members.append(.init(name: name ?? member.name, value: member.value))
            }
        }
        var doubled: [Int: [Member]] = [:]
        for member in others {
            guard let place = places[member.name] else { continue }
            doubled[place, default: []] += member.value.object?.members ?? []
        }
        for (place, others) in doubled {
            guard let present = renamed.members[place].value.object else { continue }
            renamed.members[place].value = .object(present.completed(by: others))
        }
        return renamed
    }
}

/// Where members stand, by their names without regard to case.
///
/// To look each of many names up in many others would take as long as both together: a body can
/// hold a hundred thousand.
struct MemberPlaces {
    private var places: [[UInt8]: Int] = [:]

    init(_ object: JSONObject = [:]) {
        for (place, member) in object.members.enumerated() { add(member.name, at: place) }
    }

    /// The place of the first member with the name.
    subscript(name: String) -> Int? {
        places[name.utf8.map(\.asciiLowercased)]
    }

    /// Notes a member.
    ///
    /// - Returns: `false` when there is one with the name already.
    @discardableResult
    mutating func add(_ name: String, at place: Int) -> Bool {
        let key = name.utf8.map(\.asciiLowercased)
        if places[key] != nil { return false }
        places[key] = place
        return true
    }
}
