import SCIM
import Testing

@testable import Profiles

struct FilterRewriteTests {
    @Test(arguments: [
        FilterSample("active eq \"True\"", "active eq true", fired: "booleanText"),
        FilterSample(
            "emails[primary eq \"TRUE\" and type eq \"work\"]",
            "emails[primary eq true and type eq \"work\"]",
            fired: "booleanText"
        ),
        FilterSample(
            "not (emails.primary eq \"false\") or active eq true",
            "not (emails.primary eq false) or active eq true",
            fired: "booleanText"
        ),
        FilterSample("active eq \"yes\""),
        FilterSample("displayName eq \"True\""),
        FilterSample("active pr"),
    ])
    func booleanText(_ sample: FilterSample) throws { try sample.check() }

    @Test(arguments: [
        FilterSample("userName eq 4711", "userName eq \"4711\"", fired: "numberAsText"),
        FilterSample("userName Eq TRUE", "userName eq \"true\"", fired: "numberAsText"),
        FilterSample(
            "members eq 26",
            "members eq \"26\"",
            type: .group,
            fired: "numberAsText"
        ),
        FilterSample(
            "members[value eq 26]",
            "members[value eq \"26\"]",
            type: .group,
            fired: "numberAsText"
        ),
        FilterSample("externalId eq jyoung"),
        FilterSample("active eq 1"),
        FilterSample("title eq null"),
    ])
    func numberAsText(_ sample: FilterSample) throws { try sample.check() }

    @Test(arguments: [
        FilterSample(
            "id eq \"1\" and manager eq \"2\"",
            "id eq \"1\" and \(enterprise):manager eq \"2\"",
            fired: "shortExtensionNames"
        ),
        FilterSample(
            "manager.value eq 2",
            "\(enterprise):manager.value eq \"2\"",
            fired: "shortExtensionNames",
            "numberAsText"
        ),
        FilterSample("department pr", "\(enterprise):department pr", fired: "shortExtensionNames"),
        FilterSample("manager eq \"2\"", type: .group),
        FilterSample("\(enterprise):manager eq \"2\""),
        FilterSample("emails[department eq \"x\"]"),
    ])
    func shortExtensionNames(_ sample: FilterSample) throws { try sample.check() }

    @Test(arguments: [
        FilterSample(
            "email Co \"@b.example\"",
            "emails.value co \"@b.example\"",
            fired: "filterAliases"
        ),
        FilterSample(
            "title pr or mail eq \"a\"",
            "title pr or emails.value eq \"a\"",
            fired: "filterAliases"
        ),
        FilterSample("email eq \"a\"", type: .group),
        FilterSample("e-mail eq \"a\""),
        FilterSample("ims[mail eq \"a\"]"),
    ])
    func filterAliases(_ sample: FilterSample) throws { try sample.check() }

    @Test(arguments: [
        FilterSample(
            "urn:scim:schemas:core:1.0:userName eq \"a\"",
            "\(Schema.user.id):userName eq \"a\"",
            fired: "legacyURNs"
        ),
        FilterSample(
            "urn:scim:schemas:extension:enterprise:1.0:manager.value eq \"a\"",
            "\(enterprise):manager.value eq \"a\"",
            fired: "legacyURNs"
        ),
        FilterSample("urn:scim:schemas:core:3.0:userName eq \"a\""),
    ])
    func legacyURNs(_ sample: FilterSample) throws { try sample.check() }
}
