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
        case 2 where path[1] == "detach":
            return try found(path[0]).flatMap { person in
                try receivers(visit.query).first.map { .sheet(detachment(person, $0)) }
            }
        default: return nil
        }
    }

    func change(_ path: [String]) throws -> Reply? {
        guard path.count == 2, let person = try found(path[0]) else { return nil }
        switch path[1] {
        case "send":
            for receiver in try receivers(visit.form) {
                try visit.directory.resend([person.id], to: receiver, by: visit.caller)
            }
            return .seeOther(Href("users", person.id))
        case "detach", "attach":
            guard let receiver = try receivers(visit.form).first else { return nil }
            return try part(person, receiver, path[1])
        case "preview":
            return .sheet(try UserPreview(visit, person).sheet(of: visit.form.exact("json")))
        default: return nil
        }
    }

    /// The receiver that is named; all where none is.
    private func receivers(_ fields: Fields) throws -> [Receiver] {
        let all = try visit.read { store -> [Receiver] in try store.receivers() }
        guard let name = fields["receiver"] else { return all }
        return all.filter { $0.name == name }
    }

    private func part(_ person: Person, _ receiver: Receiver, _ what: String) throws -> Reply? {
        guard receiver.kind == .wordpress else { return nil }
        let detachment = WordPressDetachment(
            directory: visit.directory,
            receiver: receiver,
            desk: WordPressDesk(
                try WordPressSite(receiver),
                telephone: visit.surroundings.telephone,
                now: visit.surroundings.now
            ),
            caller: visit.caller
        )
        do {
            if what == "attach" {
                try detachment.attach(person.id)
            } else {
                try detachment.detach(person.id)
            }
        } catch let failure as WordPressDesk.Failure {
            throw SCIMError(
                status: 409,
                detail: "\(receiver.name) did not do it: \(failure.problem.message)"
            )
        }
        return .seeOther(Href("users", person.id))
    }

    private func detachment(_ person: Person, _ receiver: Receiver) -> Sheet {
        let back = visit.path(Href("users", person.id))
        let form: HTML = """
            <input type="hidden" name="receiver" value="\(receiver.name)">
            <ul class="plain">
            <li>The account stays as it is, with its role, posts and password. It becomes an \
            ordinary account.</li>
            <li>Changes from the provider no longer reach it. <b>If this person leaves, nobody locks \
            it.</b></li>
            <li>The provider still sees this person in Roster. To provision the account again, \
            attach it once more.</li>
            </ul>
            <p class="actions"><button class="danger">Detach the account</button> \
            <a href="\(back)">Cancel</a></p>
            """
        return Sheet(
            "Detach \(person.name)?",
            .users,
            """
            <p class="soft"><a href="\(visit.path(Href("users")))">Users</a> / \
            <a href="\(back)">\(person.name)</a></p>
            <h1>Detach \(person.name) from the account at \(receiver.name)?</h1>
            \(visit.mayChange
                ? visit.form(Href("users", person.id, "detach"), classes: "card flow", content: form)
                : "<p>Only an administrator can do that.</p>")
            """
        )
    }

    private func found(_ id: String) throws -> Person? {
        try visit.read { store -> Person? in
            try store.fetch(id, type: .user, domain: "default", loading: .memberships)
                .map(Person.init)
        }
    }
}
