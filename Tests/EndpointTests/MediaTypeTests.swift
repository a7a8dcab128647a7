import SCIM
import Testing

@testable import Endpoint

struct MediaTypeTests {
    @Test(arguments: [
        "text/plain", "application/xml", "application/x-www-form-urlencoded", "garbage", ";",
    ])
    func strictBodiesAreJSON(contentType: String) throws {
        let error = #expect(throws: SCIMError.self) {
            try MediaType.check(contentType: contentType, contentEncoding: nil, .strict)
        }
        #expect(error?.status == 415)
        try MediaType.check(contentType: contentType, contentEncoding: nil, .lenient)
    }

    @Test(arguments: [
        nil, "application/scim+json", "application/json; charset=utf-8", "Application/SCIM+JSON",
    ])
    func strictBodiesMayBe(contentType: String?) throws {
        try MediaType.check(contentType: contentType, contentEncoding: nil, .strict)
    }

    /// Whatever the profile: a compressed body is no JSON.
    @Test(arguments: ["gzip", "GZIP", "br", "identity, deflate", " x-gzip "])
    func bodiesAreSentPlain(coding: String) {
        for rigour in [Rigour.strict, .lenient] {
            let error = #expect(throws: SCIMError.self) {
                try MediaType.check(contentType: nil, contentEncoding: coding, rigour)
            }
            #expect(error?.status == 415)
            #expect(error?.headers.first?.name == "Accept-Encoding")
            let named = coding.split(separator: ",").last?.filter { $0 != " " }.lowercased() ?? ""
            #expect(error?.detail.contains(named) == true)
        }
    }

    @Test(arguments: ["", "identity", " Identity , identity"])
    func bodiesMayBeSaidToBePlain(coding: String) throws {
        try MediaType.check(contentType: nil, contentEncoding: coding, .strict)
    }
}
