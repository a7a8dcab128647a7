import Delivery
import Directory
import SCIM

/// `/users`: the people in the directory.
struct UserPages: Pages {
    private let visit: Visit

    init(_ visit: Visit) {
        self.visit = visit
    }

    func read(_ path: [String]) throws -> Reply? {
        switch path.count {
        case 0: return .sheet(try UserList(visit).sheet())
        case 1: return try found(path[0]).map { .sheet(try UserSheet(visit, $0).sheet()) }
        case 2 where path[1] == "preview":
            return try found(path[0]).map { .sheet(try UserPreview(visit, $0).sheet()) }
        default: return nil
        }
    }

    func change(_ path: [String]) throws -> Reply? {
        guard path.count == 2, let person = try found(path[0]) else { return nil }
        switch path[1] {
        case "send":
            for receiver in try receivers() {
                try visit.directory.resend([person.id], to: receiver, by: visit.caller)
            }
            return .seeOther(Href("users", person.id))
        case "preview":
            return .sheet(try UserPreview(visit, person).sheet(of: visit.form.exact("json")))
        default: return nil
        }
    }

    private func receivers() throws -> [Receiver] {
        let all = try visit.read { store -> [Receiver] in try store.receivers() }
        guard let name = visit.form["receiver"] else { return all }
        return all.filter { $0.name == name }
    }

    private func found(_ id: String) throws -> Person? {
        try visit.read { store -> Person? in
            try store.fetch(id, type: .user, domain: "default", loading: .memberships)
                .map(Person.init)
        }
    }
}
