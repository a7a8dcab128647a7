import JSONText
import SCIM
import Testing

@testable import Delivery

struct AccountDifferenceTests {
    private func event(_ user: JSONObject) -> JSONObject {
        ["type": "user.upsert", "user": .object(user)]
    }

    private func difference(_ old: JSONObject, _ new: JSONObject) -> [String] {
        AccountDifference("u", from: event(old), to: event(new)).fields.map { field in
            let text = { (value: JSON?) in value.map { String(decoding: $0.text, as: UTF8.self) } }
            return "\(field.name) \(text(field.before) ?? "-") \(text(field.after) ?? "-")"
        }
    }

    @Test func fieldsHaveTheSitesNames() {
        #expect(
            difference(
                ["email": "a", "meta": ["x": "1", "y": "2"], "sites": ["3": "editor"]],
                [
                    "email": "b", "meta": ["x": "1"], "xprofile": ["City": "Paris"],
                    "sites": ["3": nil], "passwordHash": "hash",
                ]
            ) == [
                "user_email \"a\" \"b\"", "xprofile:City - \"Paris\"", "password - \"set\"",
                "meta:y \"2\" -", "roles:3 [\"editor\"] -",
            ]
        )
    }

    @Test func whatNobodySeesIsNoDifference() {
        let old: JSONObject = ["nickName": "", "roles": [], "onUnfit": "sanitise"]
        let new: JSONObject = [
            "onUnfit": "refuse", "managedRoles": ["editor"], "unset": ["nickName"], "roles": [],
        ]
        #expect(difference(old, new) == [])
        #expect(AccountDifference("u", from: event(old), to: event(new)).weight == .nothing)
    }

    @Test(
        arguments: [
            (["email": "a"], [:], .loss), (["email": "a"], ["email": "b"], .replacement),
            ([:], ["email": "b"], .addition), (["active": true], ["active": false], .loss),
            (["active": false], ["active": true], .addition),
            (["roles": ["a"]], ["roles": ["b"]], .loss),
            (["roles": ["a"]], ["roles": ["a", "b"]], .addition),
            ([:], ["email": "b", "active": false], .addition),
        ] as [(JSONObject, JSONObject, AccountDifference.Weight)]
    )
    func weighsWhatIsLost(
        _ old: JSONObject,
        _ new: JSONObject,
        _ weight: AccountDifference.Weight
    ) {
        #expect(AccountDifference("u", from: event(old), to: event(new)).weight == weight)
    }

    @Test func anAccountThatGoesIsALoss() {
        let deletion: JSONObject = ["type": "user.delete", "mode": "delete", "user": [:]]
        let difference = AccountDifference("u", from: event(["email": "a"]), to: deletion)
        #expect(difference.fields.map(\.name) == ["account"])
        #expect(difference.weight == .loss)
    }

    @Test func readsWhatASiteSays() {
        let difference = AccountDifference(
            "u",
            [
                "status": "ok", "before": ["user_email": "a", "active": true, "meta:x": ""],
                "after": ["user_email": "a", "active": false, "meta:x": nil],
            ]
        )
        #expect(difference.fields.map(\.name) == ["active"])
        #expect(difference.refusal == nil)
        let refused = AccountDifference("u", ["status": "refused", "message": "No."])
        #expect(refused.refusal == "No.")
    }
}
