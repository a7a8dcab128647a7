import Directory
import SCIM

/// The words and marks by which entries and users are found, as they stand in the full-text tables.
///
/// Words begin with `w`. A mark stands for an id, a name or the like; it says no more than that an
/// entry may be meant: `AuditQuery.matches` decides.
/// The same row always has the same words, for they are needed again to take them away.
enum IndexText {
    private enum Mark: UInt32 {
        case subject, concerned, request, actor, actorType, address, kind, result, status, type
        case user

        /// Whether the case of ASCII letters does not matter.
        var isFolded: Bool {
            switch self {
            case .actor, .address, .type: true
            default: false
            }
        }
    }

    /// A mark of a text: its kind and a hash (FNV-1a) of 28 bits, as two characters for private
    /// use, for which there are no lists of beginnings.
    private static func mark(_ mark: Mark, _ text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 {
            let byte = mark.isFolded ? byte.asciiLowercased : byte
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        hash ^= hash >> 32
        let first = mark.rawValue * 4_093 + UInt32(hash / 65_521 % 4_093)
        var text = String.UnicodeScalarView()
        for offset in [first, UInt32(hash % 65_521)] {
            if let scalar = Unicode.Scalar(0xF_0000 + offset) { text.append(scalar) }
        }
        return String(text)
    }

    /// Words and marks of an entry.
    static func text(of entry: JournalEntry) -> String {
        var parts = entry.words.map { "w\($0)" }
        parts += [
            mark(.actor, entry.actor.name), mark(.actorType, entry.actor.type),
            mark(.subject, entry.subject.id), mark(.type, entry.subject.type),
            mark(.request, entry.requestID), mark(.result, entry.result.rawValue),
        ]
        parts += entry.kinds.map { mark(.kind, $0.rawValue) }
        parts += entry.indexedConcerned.map { mark(.concerned, $0) }
        if let address = entry.request?.address { parts.append(mark(.address, address)) }
        if let status = entry.request?.status { parts.append(mark(.status, String(status))) }
        return parts.joined(separator: " ")
    }

    /// The conditions of a query in the full-text table's language, but for words.
    static func terms(of query: AuditQuery) -> [String] {
        var terms: [String] = []
        if let id = query.subject { terms.append(mark(.subject, id)) }
        if let id = query.concerning {
            terms.append("(\(mark(.subject, id)) OR \(mark(.concerned, id)))")
        }
        if let id = query.requestID { terms.append(mark(.request, id)) }
        if let name = query.actor { terms.append(mark(.actor, name)) }
        if let type = query.actorType { terms.append(mark(.actorType, type)) }
        if let address = query.address { terms.append(mark(.address, address)) }
        if let kind = query.kind { terms.append(mark(.kind, kind.rawValue)) }
        if let result = query.result {
            let known: AuditResult = result == .stuck ? .done : result
            terms.append(mark(.result, known.rawValue))
        }
        if let status = query.status { terms.append(mark(.status, String(status))) }
        if let type = query.type { terms.append(mark(.type, type)) }
        return terms
    }

    /// Whether the marks of a query name nothing else: those of ids and names may, if rarely.
    static func isExact(_ query: AuditQuery) -> Bool {
        query.subject == nil && query.concerning == nil && query.requestID == nil
            && query.actor == nil && query.address == nil && query.type == nil
    }

    /// One of several things.
    static func anySubject(of ids: some Collection<String>) -> String {
        "(\(ids.map { mark(.subject, $0) }.joined(separator: " OR ")))"
    }

    // MARK: Users

    /// Words and marks of a user.
    ///
    /// - Parameters:
    ///   - id: The user's.
    ///   - texts: Names, addresses, department.
    ///   - isActive: Whether the user is active.
    /// - Returns: With blanks between.
    static func text(ofUser id: String, _ texts: String, isActive: Bool) -> String {
        let words = SearchWords.words(of: texts).map { "w\($0)" }
        return (words + [isActive ? active : inactive, user(id)]).joined(separator: " ")
    }

    static func user(_ id: String) -> String { mark(.user, id) }

    static let active = "xactive"
    static let inactive = "xinactive"
}

/// Words that somebody looks for in a full-text table.
///
/// What begins so in more letters than the table has lists of beginnings for is put together of all
/// such words, at the price of all that is found; where much is found, the lists are quicker, with
/// a look at each.
struct WordMatch {
    /// Letters of the beginnings that the table has lists of, with the `w` before.
    private static let listedBytes = 4

    /// All conditions.
    let whole: String
    /// The conditions with the words cut to beginnings that there are lists of; `nil` where that is
    /// the same.
    let listed: String?

    init(_ search: WordSearch, and terms: [String]) {
        let words = search.terms.map { "w\($0.text)\($0.isPrefix ? "*" : "")" }
        whole = (words + terms).joined(separator: " AND ")
        let isLonger = { (term: WordSearch.Term) in
            term.isPrefix && term.text.utf8.count >= Self.listedBytes
        }
        guard search.terms.contains(where: isLonger) else {
            listed = nil
            return
        }
        let cut = search.terms.map { term in
            isLonger(term)
                ? "w\(term.text.cut(toBytes: Self.listedBytes - 1))*"
                : "w\(term.text)\(term.isPrefix ? "*" : "")"
        }
        listed = (cut + terms).joined(separator: " AND ")
    }

    var isEmpty: Bool { whole.isEmpty }
}
