import Directory
import SCIM

/// Entries of the audit trail in words.
struct AuditWords {
    let entry: JournalEntry

    /// Whom or what it was about.
    var subject: HTML {
        let name = entry.detail["display"]?.string ?? entry.subject.name
        switch entry.subject.type {
        case "User": return name.isEmpty ? "User \(entry.subject.id)" : "\(name)"
        case "Group": return "Group \(name)"
        case "Audit": return "The audit"
        case "Settings": return "Settings"
        case "": return "–"
        default: return "\(entry.subject.type) \(name)"
        }
    }

    /// What happened, or was asked for: a word or some.
    var action: HTML {
        if entry.result != .done { return Self.asked(entry.action) }
        if let active = entry.detail["active"], entry.action != .create {
            return active == true ? "Reactivated" : "Deactivated"
        }
        if let members { return members }
        let names = (entry.detail["attributes"]?.array ?? []).compactMap(\.string)
        switch entry.action {
        case .create: return "Created"
        case .delete: return "Deleted"
        case .revoke: return "Revoked"
        case .signIn: return "Signed in"
        case .clear: return "Cleared \(HTML.number(entries)) entries"
        case .export: return "Exported"
        case .read: return "Read"
        case .replace, .modify:
            return names.isEmpty ? "Changed" : "Changed: \(names.joined(separator: ", "))"
        }
    }

    private var entries: Int { Int(entry.detail["entries"]?.integer ?? 0) }

    private var members: HTML? {
        let (added, removed) = (entry.detail["added"]?.integer, entry.detail["removed"]?.integer)
        switch (added, removed) {
        case (nil, nil): return nil
        case (let added?, nil): return HTML.count(Int(added), "member added", "members added")
        case (nil, let removed?):
            return HTML.count(Int(removed), "member removed", "members removed")
        case (let added?, let removed?):
            return
                "\(HTML.count(Int(added), "member added", "members added")), \(Int(removed)) removed"
        }
    }

    private static func asked(_ action: JournalEntry.Action) -> HTML {
        switch action {
        case .create: "Create"
        case .replace, .modify: "Change"
        case .delete: "Delete"
        case .read: "Read"
        case .revoke: "Revoke"
        case .signIn: "Sign in"
        case .clear: "Clear"
        case .export: "Export"
        }
    }

    /// Who did it.
    var actor: HTML {
        switch entry.actor {
        case .token(_, let name): "\(name)"
        case .administrator(_, let name): "\(name)<small>console</small>"
        case .command(let user): "\(user)<small>command line</small>"
        case .system: "Roster itself"
        }
    }

    /// What came of it here, and, as far as it is known, at the receivers.
    func result(_ outcome: DeliveryState?) -> HTML {
        let status = entry.request.map { " \($0.status)" as HTML } ?? ""
        switch entry.result {
        case .refused: return Mood.bad.badge("Refused\(status)")
        case .failed: return Mood.bad.badge("Failed\(status)")
        case .done, .stuck:
            guard let outcome else { return Mood.good.badge("Done") }
            return outcome.mood.badge(outcome.word)
        }
    }

    /// A sentence for the heading.
    var sentence: HTML {
        let by = actorName
        guard entry.result == .done else { return "\(subject) was refused" }
        if entry.detail["active"] != nil, entry.action != .create {
            let verb: HTML = entry.detail["active"] == true ? "reactivated" : "deactivated"
            return "\(by) \(verb) \(subject)"
        }
        switch entry.action {
        case .create: return "\(by) created \(subject)"
        case .delete: return "\(by) deleted \(subject)"
        case .revoke: return "\(by) revoked \(subject)"
        case .signIn: return "\(by) signed in"
        case .clear: return "\(by) cleared \(HTML.number(entries)) entries"
        case .export: return "\(by) exported the audit"
        case .read, .replace, .modify: return "\(by) changed \(subject)"
        }
    }

    private var actorName: HTML {
        switch entry.actor {
        case .token(_, let name), .administrator(_, let name), .command(let name): "\(name)"
        case .system: "Roster"
        }
    }
}

extension DeliveryState {
    /// What receivers answered to the states that cover an entry: the worst of it.
    init?(_ outcomes: [Outcome], covering entry: JournalEntry) {
        let statuses = outcomes.filter { $0.sequence >= entry.sequence }.decisive.map(\.status)
        if statuses.isEmpty { return nil }
        if statuses.contains(.refused) {
            self.init(.bad, "Stuck")
        } else if statuses.contains(.postponed) {
            self.init(.warn, "Trying again")
        } else {
            self.init(.good, "Delivered")
        }
    }
}

extension [Outcome] {
    /// Of each receiver what counts: its first word that is final, else the last that there is.
    var decisive: [Outcome] {
        var chosen: [Outcome] = []
        for outcome in self {
            guard let index = chosen.firstIndex(where: { $0.receiver == outcome.receiver }) else {
                chosen.append(outcome)
                continue
            }
            if chosen[index].status != .done { chosen[index] = outcome }
        }
        return chosen
    }
}
