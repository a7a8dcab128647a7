import Directory
import JSONText
import SCIM
import TestSupport
import Testing

@testable import Delivery

struct SentAttributesTests {
    private let office: Office

    init() throws { office = try Office() }

    private func sent(_ users: [StoredResource]) throws -> SentAttributes {
        try office.directory.read {
            try SentAttributes(of: users.map(\.id), office.site, in: $0)
        }
    }

    private func line(_ attribute: SentAttributes.Attribute) -> String {
        "\(attribute.path) \(attribute.count) \(attribute.example)\(attribute.isUsed ? " used" : "")"
    }

    /// A user as clients send one, without what they cannot say.
    private func ann() throws -> StoredResource {
        var ann = try Ann.user()
        (ann["id"], ann["groups"], ann["nickName"]) = (nil, nil, nil)
        var enterprise = ann[Ann.enterprise]?.object ?? [:]
        enterprise["manager"] = ["value": "m1"]
        ann[Ann.enterprise] = .object(enterprise)
        return try office.directory.create(.object(ann))
    }

    @Test func namesWhatUsersHaveAsExpressionsDo() throws {
        let found = try sent([try ann()]).attributes.map(line)
        #expect(
            found == [
                "addresses[type eq \"home\"].country 1 fr",
                "addresses[type eq \"home\"].locality 1 Paris",
                "addresses[type eq \"work\"].locality 1 Lyon", "displayName 1 Ann Bell used",
                "emails[type eq \"home\"].value 1 ann@home.test used",
                "emails[type eq \"work\"].value 1 ann@work.test used", "externalId 1 00u1",
                "name.familyName 1 o'neil-bell used", "name.formatted 1 Ms. Ann Bell used",
                "name.givenName 1 Ann used", "phoneNumbers[type eq \"WORK\"].value 1 +1 2",
                "phoneNumbers[type eq \"mobile\"].value 1 +1 1",
                "preferredLanguage 1 de-AT,en;q=0.5 used",
                "\(Ann.enterprise):department 1 R&D", "\(Ann.enterprise):manager.value 1 m1",
                "userName 1 Ann.Bell@Example.org used",
            ]
        )
    }

    @Test func eachIsAnExpressionThatGivesTheExample() throws {
        let user = try ann()
        for attribute in try sent([user]).attributes where attribute.path != "externalId" {
            let expression = try Expression(attribute.path)
            let document = try user.record.document.object()
            #expect(expression.values(of: document).contains(attribute.example))
        }
    }

    @Test func whatMostHaveComesFirstWithTheFirstOnesValue() throws {
        let users = [
            try office.user("ann", ["title": "a", "timezone": "UTC"]),
            try office.user("bob", ["title": "b", "timezone": "PST", "userType": "x"]),
            try office.user("cat", ["timezone": "CET"]),
        ]
        let unused = try sent(users).attributes.filter { !$0.isUsed }
        #expect(unused.map(line) == ["timezone 3 UTC", "title 2 a", "userType 1 x"])
        #expect(try sent(users).users == 3)
    }

    @Test func anotherValueOfAUsedAttributeIsNotUsed() throws {
        try office.change {
            try $0.map("meta:phone", to: "phoneNumbers[type eq \"mobile\"].value", column: nil)
        }
        let used = try sent([try ann()]).attributes.filter { $0.path.hasPrefix("phone") }
        #expect(used.map(\.isUsed) == [false, true])
    }

    @Test func whoIsGoneAndWhatIsEmptyDoNotCount() throws {
        let user = try office.user("ann", ["title": "  "])
        let gone = try office.user("bob", ["title": "x"])
        try office.directory.delete(gone)
        let found = try sent([user, gone])
        #expect(found.users == 1)
        #expect(found.attributes.map(\.path) == ["userName"])
    }

    // MARK: What a mapping makes of somebody

    @Test func samplesAreWhatIsSent() throws {
        let ann = try office.user("ann", ["title": "Chief", "displayName": "Ann"])
        _ = try office.group("Staff", [ann])
        try office.change {
            try $0.map("meta:job", to: "upper(first(title, nickName))", column: nil)
            try $0.map("meta:teams", to: "groups.display", column: nil)
            try $0.map("description", to: "\"Hello\"", column: nil)
        }
        let stored = try office.directory.current(ann)
        let values = try office.directory.read {
            try MappingSample(of: stored, office.site, in: $0).values
        }
        #expect(values["meta:job"]?.sent == ["Chief"])
        #expect(values["meta:job"]?.becomes == "CHIEF")
        #expect(values["meta:teams"]?.becomes == "Staff")
        #expect(values["description"]?.sent == [])
        #expect(values["description"]?.becomes == "Hello")
        #expect(values["user_url"]?.becomes == nil)
    }
}
