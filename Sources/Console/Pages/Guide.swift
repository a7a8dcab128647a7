/// What the manual says of a provider: `docs/providers/NAME.md`, which is part of the program.
struct Guide {
    /// What stands below each heading of the second level, in order.
    let sections: [Section]

    struct Section {
        let title: String
        let blocks: [Markdown.Block]

        /// Names the section within its page.
        var id: String {
            let bytes = title.utf8.map { byte -> UInt8 in
                let isPlain = (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
                return isPlain ? (byte < 0x41 ? byte : byte | 0x20) : UInt8(ascii: "-")
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    /// The base URL that the manual has everywhere.
    private static let exampleBase = "https://www.example.com/scim/v2"

    /// The manual's page on a profile, if it has one.
    ///
    /// - Parameters:
    ///   - profile: The name.
    ///   - base: The URL that clients are given here.
    init?(_ profile: String, base: String) {
        guard let bytes = Self.bytes(profile) else { return nil }
        let text = String(decoding: bytes.replacing(Self.exampleBase, by: base), as: UTF8.self)
        var sections: [Section] = []
        for block in Markdown(text).blocks {
            if case .heading(2, let title) = block {
                sections.append(Section(title: title, blocks: []))
            } else if let last = sections.popLast() {
                sections.append(Section(title: last.title, blocks: last.blocks + [block]))
            }
        }
        self.sections = sections
    }

    /// Whether the manual has a page on the profile.
    static func exists(_ profile: String) -> Bool { bytes(profile) != nil }

    private static func bytes(_ profile: String) -> [UInt8]? {
        switch profile {
        case "authentik": PackageResources.authentik_md
        case "cyberark": PackageResources.cyberark_md
        case "entra": PackageResources.entra_md
        case "generic": PackageResources.generic_md
        case "gluu": PackageResources.gluu_md
        case "google": PackageResources.google_md
        case "jumpcloud": PackageResources.jumpcloud_md
        case "keycloak": PackageResources.keycloak_md
        case "midpoint": PackageResources.midpoint_md
        case "miniorange": PackageResources.miniorange_md
        case "okta": PackageResources.okta_md
        case "onelogin": PackageResources.onelogin_md
        case "pingone": PackageResources.pingone_md
        case "rippling": PackageResources.rippling_md
        case "sailpoint": PackageResources.sailpoint_md
        case "wso2": PackageResources.wso2_md
        default: nil
        }
    }
}

extension [UInt8] {
    /// With another text wherever one stands.
    fileprivate func replacing(_ old: String, by new: String) -> [UInt8] {
        let (old, new) = (Array(old.utf8), Array(new.utf8))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var index = 0
        while index < count {
            if self[index] == old[0], self[index...].starts(with: old) {
                bytes += new
                index += old.count
            } else {
                bytes.append(self[index])
                index += 1
            }
        }
        return bytes
    }
}

/// A guide's blocks as parts of a page.
struct GuidePage {
    private let link: (String) -> String?

    /// - Parameter link: Where a link of the manual leads; `nil` where it leads to no page here.
    init(_ link: @escaping (String) -> String?) {
        self.link = link
    }

    /// A section with its heading; what is to be looked up only is folded up.
    func card(_ section: Guide.Section) -> HTML {
        let content: HTML = "\(section.blocks.map { html($0) })"
        return section.title == "Facts"
            ? """
            <details class="card" id="\(section.id)">
            <summary>\(section.title)</summary>
            \(content)</details>

            """
            : """
            <section class="card" id="\(section.id)">
            <h2>\(section.title)</h2>
            \(content)</section>

            """
    }

    func html(_ block: Markdown.Block) -> HTML {
        switch block {
        case .heading(let level, let text): heading(level, text)
        case .paragraph(let text): "<p>\(inline(text))</p>\n"
        case .list(isOrdered: true, let items):
            "<ol class=\"steps\">\n\(items.map { "<li>\(content($0))</li>\n" as HTML })</ol>\n"
        case .list(isOrdered: false, let items):
            "<ul class=\"plain\">\n\(items.map { "<li>\(content($0))</li>\n" as HTML })</ul>\n"
        case .table(let header, let rows): table(header, rows)
        case .code(let language, let text):
            "\(HTML.code(language.isEmpty ? "In Roster’s log" : "Text to paste", text))\n"
        }
    }

    private func heading(_ level: Int, _ text: String) -> HTML {
        level > 3 ? "<h4>\(inline(text))</h4>\n" : "<h3>\(inline(text))</h3>\n"
    }

    /// Of an item of a list: one paragraph needs no element of its own.
    private func content(_ blocks: [Markdown.Block]) -> HTML {
        if blocks.count == 1, case .paragraph(let text) = blocks[0] { return inline(text) }
        return "\n\(blocks.map { html($0) })"
    }

    private func table(_ header: [String], _ rows: [[String]]) -> HTML {
        if header.allSatisfy(\.isEmpty) {
            let facts = rows.filter { $0.count == 2 }.map { (inline($0[0]), inline($0[1])) }
            return HTML.facts(facts.map { (name: $0.0, value: $0.1) })
        }
        let columns = header.map { Listing.Column(inline($0), label: HTML(Self.label($0))) }
        var table = Listing(
            caption: HTML(header.map(\.withoutMarks).joined(separator: ", ")),
            isCaptionHidden: true,
            columns: columns
        )
        table.rows = rows.map { .cells($0.map(inline)) }
        return table.html
    }

    /// A word that has room beside a value on a phone.
    private static func label(_ header: String) -> String {
        switch header {
        case "Set or delete": "Do"
        case "What Roster's log shows": "Log"
        default: String(header.withoutMarks.prefix { $0 != " " })
        }
    }

    private func inline(_ text: String) -> HTML { HTML.inline(text, link) }
}
