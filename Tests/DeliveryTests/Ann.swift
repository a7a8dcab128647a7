import JSONText
import SCIM

/// A user with something of everything.
enum Ann {
    static let enterprise = Schema.enterpriseUser.id

    static func user() throws -> JSONObject {
        try object(
            #"""
            {
              "id": "u1", "externalId": "00u1", "userName": "Ann.Bell@Example.org",
              "name": {"formatted": "Ms. Ann Bell", "givenName": "Ann", "familyName": "o'neil-bell"},
              "displayName": "Ann Bell", "nickName": "  ", "title": "", "active": true,
              "preferredLanguage": "de-AT,en;q=0.5",
              "emails": [
                {"value": "ann@home.test", "type": "home"},
                {"value": "ann@work.test", "type": "work", "primary": true},
                {"value": "bell@work.test", "type": "work"}
              ],
              "phoneNumbers": [
                {"value": "+1 1", "type": "mobile", "primary": false},
                {"value": "+1 2", "type": "WORK"}
              ],
              "addresses": [
                {"locality": "Paris", "country": "fr", "type": "home"},
                {"locality": "Lyon", "type": "work", "primary": true}
              ],
              "groups": [{"value": "g1", "display": "Sales"}, {"value": "g2", "display": "wp-ed"}],
              "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
                "department": "R&D", "manager": {"value": "m1", "displayName": "Bob"}
              }
            }
            """#
        )
    }

    static func object(_ text: String) throws -> JSONObject {
        try JSON(parsing: Array(text.utf8)).object ?? [:]
    }
}
