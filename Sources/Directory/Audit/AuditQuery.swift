import SCIM

/// What somebody looks for in the audit trail; what is `nil` may be anything.
package struct AuditQuery: Sendable, Equatable {
    package enum Order: Sendable {
        case newestFirst, oldestFirst
    }

    /// Words of the name of the person or thing; each stands for all words that begin so.
    package var words = ""
    /// Id of the person or thing that was changed.
    package var subject: String?
    /// Id of somebody who was changed, or who came into a group or left it.
    package var concerning: String?
    package var requestID: String?
    /// Name of whoever did it, without regard to ASCII case.
    package var actor: String?
    /// `token`, `administrator`, `command` or `system`.
    package var actorType: String?
    package var address: String?
    package var kind: AuditKind?
    package var result: AuditResult?
    /// Of the answer.
    package var status: Int?
    /// Name of the type of what was changed.
    package var type: String?
    /// The first moment.
    package var from: Instant?
    /// The moment behind the last.
    package var to: Instant?
    /// Only entries before this one.
    package var before: Int64?
    /// Only entries behind this one.
    package var after: Int64?
    package var order = Order.newestFirst
    package var limit = 50

    package init() {}

    /// Looks for what one field can hold: a person, an address, the number of a request, an id.
    package init(finding text: String) {
        let text = text.trimmed
        let isHexadecimal = text.utf8.allSatisfy { $0.isHexadecimalDigit }
        let dashes = text.utf8.count { $0 == UInt8(ascii: "-") }
        let (dots, colons) = (text.utf8.count { $0 == 0x2E }, text.utf8.count { $0 == 0x3A })
        let isPlace = text.utf8.allSatisfy { $0.isHexadecimalDigit || $0 == 0x2E || $0 == 0x3A }
        if text.utf8.count == 16, isHexadecimal {
            requestID = text.lowercased()
        } else if isPlace, dots == 3 || colons >= 2 {
            address = text.lowercased()
        } else if text.utf8.count == 36, dashes == 4 {
            concerning = text.lowercased()
        } else {
            words = text
        }
    }

    /// Whether nothing but time and place in the trail is asked for.
    package var isOpen: Bool {
        WordSearch(words).terms.isEmpty && subject == nil && concerning == nil && requestID == nil
            && actor == nil && actorType == nil && address == nil && kind == nil && result == nil
            && status == nil && type == nil
    }
}

/// What an entry is about, in the words in which people look for it.
package enum AuditKind: String, Sendable, CaseIterable {
    case created, changed, deactivated, reactivated, deleted, read
    /// A group, or who is in it.
    case group
    /// Tokens, settings, receivers, administrators, signing in, the trail itself.
    case administration
}

package enum AuditResult: String, Sendable, CaseIterable {
    case done
    /// The client asked for what cannot be: a status from 400 to 499.
    case refused
    /// The directory could not: from 500 on.
    case failed
    /// Done here, and a receiver does not have it yet for a reason.
    case stuck
}

extension JournalEntry {
    /// What the entry is about; none where a request led nowhere.
    package var kinds: [AuditKind] {
        if action == .read { return [.read] }
        if subject.type.isEmpty { return [] }
        let isGroup = subject.type == ResourceType.group.name
        guard isGroup || subject.type == ResourceType.user.name else { return [.administration] }
        let all: [AuditKind] = isGroup ? [.group] : []
        switch action {
        case .create: return all + [.created]
        case .delete: return all + [.deleted]
        default: break
        }
        guard let active = detail["active"], result == .done else { return all + [.changed] }
        return all + [.changed, active == true ? .reactivated : .deactivated]
    }

    /// As far as the directory itself knows: never `stuck`.
    package var result: AuditResult {
        switch request?.status ?? 200 {
        case ..<400: .done
        case 400..<500: .refused
        default: .failed
        }
    }

    /// Words by which people look for the person or thing.
    package var words: [String] {
        SearchWords.words(of: "\(subject.name) \(detail["display"]?.string ?? "")")
    }

    /// Resources of a change that are found by it: of a long list the first.
    package var indexedConcerned: ArraySlice<String> { concerned.prefix(100) }
}

extension AuditQuery {
    /// Whether an entry is one of those that are meant, but for `limit`; where the result is
    /// `stuck` only receivers know it.
    package func matches(_ entry: JournalEntry) -> Bool {
        matches(place: entry) && matches(request: entry.request) && matches(subject: entry)
            && matches(actor: entry.actor)
            && requestID.map { $0.isIdenticalText(to: entry.requestID) } ?? true
            && kind.map { entry.kinds.contains($0) } ?? true
            && result.map { ($0 == .stuck ? .done : $0) == entry.result } ?? true
    }

    private func matches(place entry: JournalEntry) -> Bool {
        (before.map { entry.sequence < $0 } ?? true) && (after.map { entry.sequence > $0 } ?? true)
            && (from.map { entry.at >= $0 } ?? true) && (to.map { entry.at < $0 } ?? true)
    }

    private func matches(request: RequestTrace?) -> Bool {
        if let address, request?.address?.equalsIgnoringASCIICase(address) != true { return false }
        return status.map { $0 == request?.status } ?? true
    }

    private func matches(actor other: JournalEntry.Actor) -> Bool {
        (actor.map { $0.equalsIgnoringASCIICase(other.name) } ?? true)
            && (actorType.map { $0 == other.type } ?? true)
    }

    private func matches(subject entry: JournalEntry) -> Bool {
        if let subject, !subject.isIdenticalText(to: entry.subject.id) { return false }
        if let type, !type.equalsIgnoringASCIICase(entry.subject.type) { return false }
        if let concerning, !concerning.isIdenticalText(to: entry.subject.id),
            !entry.indexedConcerned.contains(where: { $0.isIdenticalText(to: concerning) })
        {
            return false
        }
        let search = WordSearch(words)
        return search.terms.isEmpty || search.matches(entry.words)
    }
}

extension UInt8 {
    fileprivate var isHexadecimalDigit: Bool {
        (0x30...0x39).contains(self) || (0x61...0x66).contains(self) || (0x41...0x46).contains(self)
    }
}

extension String {
    /// Without blanks around it.
    fileprivate var trimmed: String {
        let start = drop { $0.isWhitespace }
        return String(String(start.reversed().drop { $0.isWhitespace }).reversed())
    }
}
