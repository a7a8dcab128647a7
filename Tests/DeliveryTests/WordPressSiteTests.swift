import Directory
import JSONText
import SCIM
import Secrets
import Testing

@testable import Delivery

/// A site's settings, as a receiver keeps them.
struct WordPressSiteTests {
    private static func site() throws -> WordPressSite {
        var site = try WordPressSite(url: "https://a.test", secret: WebhookSecret())
        site.exchangeSecret()
        site.connectTo = "127.0.0.1:443"
        site.headers = ["Authorization: Basic x"]
        site.domain = "hr"
        try site.map(
            ["meta:room": "title", "nickname": nil],
            columns: [.init(key: "room", label: "Room")]
        )
        site.rules = [
            RoleRule(group: "Staff", role: "author", priority: -3),
            RoleRule(group: "g", role: "editor", blog: 5),
        ]
        site.onDelete = .reassign(to: "a:b")
        site.onInactive = .delete
        site.validation = .strict
        site.unfitLogins = .refuse
        site.sendsPasswords = true
        return site
    }

    @Test func settingsAreReadAsTheyWereWritten() throws {
        let site = try Self.site()
        let text = JSON.object(site.settings).text
        let read = try WordPressSite(settings: try #require(try JSON(parsing: text).object))
        #expect(read.settings == site.settings)
        #expect(read.url == site.url && read.secret.text == site.secret.text)
        #expect(read.secrets.map(\.text) == site.secrets.map(\.text) && read.secrets.count == 2)
        #expect(read.connectTo == site.connectTo && read.headers == site.headers)
        #expect(read.domain == "hr" && read.rules == site.rules && read.rows == site.rows)
        #expect(read.mapping.columns == site.mapping.columns)
        #expect(read.mapping[.field(.nickname)] == nil)
        #expect(read.mapping[.meta("room")]?.text == "title")
        #expect(read.onDelete == .reassign(to: "a:b") && read.onInactive == .delete)
        #expect(read.validation == .strict && read.unfitLogins == .refuse && read.sendsPasswords)
        #expect(read.isManagingRoles && read.isManagingBlogs)
    }

    @Test func whatIsNotSetIsAsItIsForANewSite() throws {
        let new = try WordPressSite(url: "https://a.test", secret: WebhookSecret())
        let read = try WordPressSite(
            settings: ["url": "https://a.test", "secret": .string(new.secret.text)]
        )
        #expect(read.settings == new.settings)
        #expect(read.onDelete == .keepingContent && read.validation == .queue)
        #expect(!read.isManagingRoles && !read.isManagingBlogs && !read.sendsPasswords)
    }

    /// As a newer program may have written them: nobody is to be told that he sent nonsense.
    @Test(
        arguments: [
            ("url", .null), ("secret", .null), ("secret", "whsec_x"), ("onInactive", "sleep"),
            ("validation", "sometimes"), ("unfitLogins", "guess"), ("onDelete", "archive"),
            ("onDelete", "reassign:"), ("mapping", ["shoe_size": "title"]),
            ("mapping", ["nickname": "first("]),
            ("columns", [["key": "nowhere", "label": "x"]]),
        ] as [(String, JSON)]
    )
    func settingsThatCannotBeReadAreNobodysMistake(_ name: String, _ value: JSON) throws {
        var settings = try Self.site().settings
        settings[name] = value == .null ? nil : value
        let receiver = Receiver(
            kind: .wordpress,
            name: "site",
            scope: .init(type: "User", followsGroups: false),
            settings: settings,
            created: Instant(milliseconds: 0)
        )
        #expect { _ = try WordPressSite(receiver) } throws: { error in
            let error = error as? SCIMError
            return error?.status == 500 && error?.cause != nil
                && error?.detail.contains("whsec") == false
        }
    }

    @Test(
        arguments: [
            ("keep-content", .keepingContent), ("delete", .delete), ("deactivate", .deactivate),
            ("reassign:bob", .reassign(to: "bob")), ("reassign:", nil), ("reassign", nil),
            ("", nil), ("Delete", nil),
        ] as [(String, WordPressSite.Deletion?)]
    )
    func deletionsAreWords(_ text: String, _ deletion: WordPressSite.Deletion?) {
        #expect(WordPressSite.Deletion(text) == deletion)
        if let deletion { #expect(deletion.text == text) }
    }

    /// Which changes concern a site.
    @Test(
        arguments: [
            ([:], [], false, false),
            ([:], [RoleRule(group: "a", role: "b")], true, false),
            (["meta:a": "groups.display"], [], true, false),
            (["meta:a": "\(Ann.enterprise):manager.displayName"], [], false, true),
            (["meta:a": "\(Ann.enterprise):manager.value"], [], false, false),
        ] as [([String: String?], [RoleRule], Bool, Bool)]
    )
    func theScopeFollowsFromRulesAndMapping(
        _ rows: [String: String?],
        _ rules: [RoleRule],
        _ followsGroups: Bool,
        _ followsReferences: Bool
    ) throws {
        var site = try WordPressSite(url: "https://a.test", secret: WebhookSecret())
        try site.map(rows, columns: [])
        site.rules = rules
        #expect(
            site.scope
                == .init(
                    type: "User",
                    followsGroups: followsGroups,
                    followsReferences: followsReferences
                )
        )
    }

    @Test func aFormerSecretIsForgotten() throws {
        var site = try WordPressSite(url: "https://a.test", secret: WebhookSecret())
        let old = site.secret.text
        site.exchangeSecret()
        #expect(site.secret.text != old && site.secrets.map(\.text) == [site.secret.text, old])
        site.forgetFormerSecret()
        #expect(site.secrets.count == 1)
        #expect(site.settings["formerSecret"] == nil)
    }
}
